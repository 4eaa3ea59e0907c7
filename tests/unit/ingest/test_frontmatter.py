import pytest

from bot.ingest.frontmatter import MAX_BYTES, parse
from bot.ingest.tree import MAX_DEPTH, MAX_NODES, FieldList, FieldMap, Scalar
from bot.model.problem import ArticleProblem, Level

KEYS = frozenset({"title", "related", "url"})
BOMB = "a: &a {x: 1}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [*{chr(97 + n)}, *{chr(97 + n)}]}}\n" for n in range(24)
)


def read(text):
    return parse(text if isinstance(text, bytes) else text.encode(), "one.md", KEYS)


def front(text):
    return read(f"---\n{text}\n---\nbody\n")


def test_the_values_of_known_keys_are_kept_with_their_lines():
    found = front('secured: "no"\ntitle: One\nrelated:\n  - title: "~"\n    heat: {url: 5}\n  - x')
    assert isinstance(found, FieldMap)
    assert found.fields["secured"] is None
    assert found.get("title") == Scalar(3, "One", is_plain=True)
    related = found.get("related")
    assert isinstance(related, FieldList)
    assert related.line == 4
    first, second = related.entries
    assert first.fields == {"title": Scalar(5, "~", is_plain=False), "heat": None}
    assert second == Scalar(7, "x", is_plain=True)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf---\ntitle: One\n---\n",
        b"---\r\ntitle: One\r\n---\r\n",
        b"---  \ntitle: One\n---\t",
        b"---\ntitle: One\n...\nbody",
        b"---\ntitle: One\n---\n\xff is no UTF-8, but below the front matter\n---\n",
    ],
    ids=["byte order mark", "CRLF", "white space", "dots", "bad body"],
)
def test_front_matter_is_found(data):
    assert read(data).get("title").text == "One"


def test_front_matter_may_be_empty():
    assert read("---\n---\n").fields == {}


@pytest.mark.parametrize("text", ["", "# Words\n", "\n---\ntitle: x\n---\n", "----\n", "--- title"])
def test_a_file_without_front_matter_is_passed_over_with_a_warning(text):
    found = read(text)
    assert (found.level, found.line) == (Level.WARNING, 1)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- a list", 2),
        ("a word", 2),
        ("title: x\ntitle: y", 3),
        ("x: 1\nheat: {y: 1,\n  y: 2}", 4),
        ("x: &anchor 1", 2),
        ("x: 1\ny: *anchor", 3),
        ("x: 1\ny:\n  <<: {z: 1}", 4),
        ("x: !!python/object:os.system ls", 2),
        ("x: 1\n--- {y: 2}", 3),
        ("? [x]\n: 1", 2),
        ("{x: 1}: 1", 2),
        ("x: 1\ny: a: b", 3),
        ('x: "unclosed', 2),
        ("x:\n\t- 1", 3),
        ("x: 1\n\x07y: 2", 3),
        ("\x00", 2),
        ("[" * 30_000, 2),
        ("x: 1\ny: " + "{a: " * 30_000, 3),
        ("- " * 30_000, 2),
        (BOMB, 2),
        ("x: [" + "1, " * (MAX_NODES + 1) + "]", 2),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_sound_map_is_a_problem_at_its_line_quickly(text, line):
    found = front(text)
    assert isinstance(found, ArticleProblem)
    assert (found.path, found.line, found.level) == ("one.md", line, Level.ERROR)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("title: One\n", "is not closed"),
        ("title: One\n ---\n", "is not closed"),
        ("x: " + "a" * MAX_BYTES + "\n---\n", "is longer than 512 KiB"),
        ("x: 1\n" * MAX_BYTES, "is longer than 512 KiB"),
    ],
    ids=["never", "indented", "long line", "long"],
)
def test_front_matter_must_end_in_time(text, what):
    found = read(f"---\n{text}")
    assert (found.line, found.level) == (1, Level.ERROR)
    assert found.what == f"the front matter {what}"


def test_a_byte_that_is_not_utf_8_is_a_problem_at_its_line():
    found = read(b"---\ntitle: One\nx: caf\xe9\n---\n")
    assert (found.line, found.level) == (3, Level.ERROR)


def test_values_may_be_nested_to_the_limit():
    deepest = MAX_DEPTH - 1  # the map itself is one
    assert isinstance(front("x: " + "[" * deepest + "]" * deepest), FieldMap)
    assert isinstance(front("x: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH), ArticleProblem)


@pytest.mark.parametrize("false_break", ["\r", "\x85", "\u2028", "\u2029"])
def test_lines_count_as_editors_count_them(false_break):
    found = front(f'x: "a{false_break}b"\ntitle: [')
    assert found.line == 4  # the closing line, where the list is still open
    assert front(f'x: "a{false_break}b"\ntitle: One').get("title").line == 3


def test_an_unknown_key_that_stands_twice_is_not_named():
    found = front("MARKED: 1\nMARKED: 2")
    assert "MARKED" not in repr(found)
