"""Takes what a proof run found and writes docs/proof.md; a section takes the place of its last one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from tests.bench.board import machine
from tests.bench.page import table
from tests.support.proof import IS_PROOF

DOCS = Path(__file__).parents[2] / "docs"

INTRODUCTION = """# Proof

Written by `make proof`, the long form of the tests that `make test` runs; no number here is \
written by hand. Every claim is asserted by the test that wrote it down: a run that misses one fails. \
`docs/proof/results.json` holds every figure.
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their headers."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


def section(
    name: str,
    title: str,
    tables: Sequence[Table] = (),
    notes: Sequence[str] = (),
    *,
    plots: Mapping[str, str] | None = None,
    docs: Path | None = None,
) -> None:
    """Writes one section anew and leaves the others; nothing is written in `make test`.

    `plots` are files in docs/proof/ by title. Tests in several processes may write at once.
    """
    if docs is None and not IS_PROOF:
        return
    docs = docs or DOCS
    results = docs / "proof" / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    found = {
        "title": title,
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
        "notes": list(notes),
        "tables": [asdict(each) for each in tables],
        "plots": dict(plots or {}),
    }
    with FileLock(results.with_suffix(".lock")):
        earlier = json.loads(results.read_text()) if results.exists() else {}
        sections = earlier | {name: found}
        results.write_text(json.dumps(sections, indent=1, ensure_ascii=False) + "\n")
        (docs / "proof.md").write_text(_page(sections))


def _page(sections: Mapping[str, Any]) -> str:
    pieces = [INTRODUCTION]
    for name in sorted(sections):
        part = sections[name]
        pieces += [f"## {part['title']}\n", f"{part['measured_at']}; {part['machine']}.\n"]
        pieces += [f"{note}\n" for note in part["notes"]]
        for each in part["tables"]:
            pieces += [f"**{each['title']}**\n", table(each["headers"], each["rows"]) + "\n"]
        pieces += [f"![{title}](proof/{file})\n" for title, file in part["plots"].items()]
    return "\n".join(pieces)
