"""Files damaged in every way an editor, a merge or an enemy damages them: read, or refused in words."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ingest.articles import read_article
from bot.ingest.clean import clean_url, tidy
from bot.model.problem import Level
from tests.support.clock import START

WHOLE = (Path(__file__).parents[1] / "data" / "articles" / "whole.md").read_bytes()
LINES = WHOLE.splitlines(keepends=True)
CANARY = "TUFSS0VELVNFQ1JFVA"  # the value of `secured` in that file

hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "*a", "&a b", "!!python/name:os.system", "<<", "- " * 50, "[" * 500, "{a: " * 50, '"', "'", "|",
            ">", "? x", "%TAG ! x", "---", "...", "\t", "\ufeff", "\u2028", "\x85", "\0", "~", "<<: *a", "@",
            "2020-02-30", "1e999", "0x7f", "9" * 400, "-1", ".inf", "javascript:alert(1)", "https://[", "no",
            "\u202e", "\ud800", "https://a.example:99999/", "https://a@b/", "&#xD800;", "&#1114112;", "<!here>",
        ]
    ),
)  # fmt: skip
fields = st.sampled_from(
    ["title", "webUrl", "publishedDateTime", "quality", "published", "provider", "topics", "images", "related",
     "  name", "  domain", "  - url", "    width", "  - title", "    quality", "secured", "removed", "type"]
)  # fmt: skip


def flip(data, at, value):
    place = at % len(data)
    return data[:place] + bytes([value]) + data[place + 1 :]


@st.composite
def damaged(draw):
    lines = list(LINES)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["drop", "double", "move", "set", "put"]))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "move":
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
        else:
            key = draw(fields)
            line = f"{key}: {draw(hostile)}\n".encode("utf-8", "surrogatepass")
            lines[at : at + (change == "set")] = [line]
    data = b"".join(lines)
    for at, value in draw(
        st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=3)
    ):
        data = flip(data, at, value)
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 9)) == 0 else data


def check(data):
    article, related, problems, is_dated, _ = read_article(
        data, "dir/one.md", "news", START, "https://site.example"
    )
    assert (article is None) == any(
        problem.level is Level.ERROR or "passed over" in problem.what for problem in problems
    )
    for problem in problems:
        assert problem.path == "dir/one.md"
        assert 1 <= problem.line <= data.count(b"\n") + 1
        assert problem.what
        assert problem.mend
    assert CANARY not in repr(problems)
    if article is None:
        assert related == ()
        return
    assert article.title == tidy(article.title) != ""
    assert article.url == clean_url(article.url)
    assert article.quality is None or 0 <= article.quality <= 999
    assert article.published_at.utcoffset().total_seconds() == 0
    assert is_dated or article.published_at == START
    assert len(related) <= article.related_count
    for link in related:
        assert link.url == clean_url(link.url)
        assert link.title == tidy(link.title) != ""


@settings(deadline=None, max_examples=400)
@given(damaged())
def test_a_damaged_file_is_read_or_refused_at_a_line_of_its_own(data):
    check(data)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes_between_the_marks_are_read_or_refused(data):
    check(b"---\n" + data + b"\n---\n")


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=" \n-:[]{}?,&*!|>'\"%@`#<ab1~\r\t", max_size=200))
def test_any_yaml_between_the_marks_is_read_or_refused(text):
    check(f"---\ntitle: x\n{text}\n---\n".encode())


@settings(deadline=None, max_examples=30)
@given(
    st.text(alphabet=" \n-:[]{}?,&*!|>'\"#a", min_size=1, max_size=6), st.integers(1000, 100_000)
)
def test_a_pattern_repeated_through_a_file_does_not_stop_it(pattern, size):
    check(("---\n" + pattern * (size // len(pattern)) + "\n---\n").encode())
