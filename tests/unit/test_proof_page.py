import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.support.proof_page import Table, section


def test_a_section_takes_the_place_of_its_last_one_and_leaves_the_others(tmp_path) -> None:
    section("time", "Time", [Table("old", ["zone"], [["UTC"]])], docs=tmp_path)
    section("kill", "Kill", notes=["killed often"], plots={"late": "late.svg"}, docs=tmp_path)
    section("time", "Time", [Table("new", ["zone"], [["Asia/Tokyo"]])], docs=tmp_path)
    page = (tmp_path / "proof.md").read_text()
    assert "**new**" in page
    assert "Asia/Tokyo" in page
    assert "**old**" not in page
    assert "killed often" in page
    assert "![late](proof/late.svg)" in page
    assert list(json.loads((tmp_path / "proof" / "results.json").read_text())) == ["time", "kill"]


def test_of_sections_written_at_once_none_is_lost(tmp_path) -> None:
    """`make proof` runs two processes; the lock is a file's."""
    names = [f"part-{number}" for number in range(8)]
    with ThreadPoolExecutor(len(names)) as several:
        list(several.map(partial(section, title="Part", docs=tmp_path), names))
    assert set(json.loads((tmp_path / "proof" / "results.json").read_text())) == set(names)
    assert (tmp_path / "proof.md").read_text().count("## Part\n") == len(names)


def test_a_run_of_make_test_writes_no_page(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tests.support.proof_page.IS_PROOF", False)
    monkeypatch.setattr("tests.support.proof_page.DOCS", tmp_path)
    section("time", "Time", [])
    assert not list(tmp_path.iterdir())
