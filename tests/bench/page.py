"""Results as text: one table of all ratios for a terminal, the whole page for docs/bench.md."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.board import Ratio

ORDER = ("ingest", "again", "growth", "ticks", "delivery", "choice", "postgresql", "million")

INTRODUCTION = """# Bench

Written by `make bench`, which fails where a bound is missed; no number here is written by hand. \
`make bench ONLY=ingest` runs one part (ingest, again, growth, ticks, delivery, choice, postgresql, million) and renews it \
alone, `make bench MILLION=1` runs the million too. `docs/bench/results.json` holds every figure.

Bounds are on ratios, on growth and on memory, never on seconds: a time is compared only with \
another of the same run, taken in turn (A B C, A B C, …). A time is the median of its rounds, its \
range in brackets. The files lie in the page cache and databases on a local disk. Articles come \
from a corpus of 3,039 real ones, found by `GAZETTE_CORPUS`.
"""


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An aligned table, the same on a terminal and in Markdown."""
    lines = [list(headers), *map(list, rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    written = [
        "| "
        + " | ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    return "\n".join(
        [written[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *written[1:]]
    )


def ratios(results: Mapping[str, Any]) -> str:
    """All ratios of all parts, in order."""
    rows = []
    for name in _ordered(results):
        for each in results[name]["ratios"]:
            ratio = Ratio(**each)
            verdict = "MISSED" if ratio.is_missed else "" if ratio.must == "–" else "held"
            rows.append([name, ratio.what, ratio.of, number(ratio.value), ratio.must, verdict])
    return table(["part", "what", "measured", "ratio", "must be", ""], rows)


def page(results: Mapping[str, Any], plots: Mapping[str, Mapping[str, str]]) -> str:
    """The document; `plots` are file names by title, by part."""
    pieces = [INTRODUCTION, "## All ratios\n", ratios(results) + "\n"]
    for name in _ordered(results):
        part = results[name]
        pieces += [f"## {part['title']}\n", f"{part['measured_at']}; {part['machine']}.\n"]
        pieces += [f"{note}\n" for note in part["notes"]]
        for each in part["tables"]:
            pieces += [f"**{each['title']}**\n", table(each["headers"], each["rows"]) + "\n"]
        pieces += [f"![{title}](bench/{file})\n" for title, file in plots.get(name, {}).items()]
    return "\n".join(pieces)


def number(value: float) -> str:
    """Three digits that tell something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _ordered(results: Mapping[str, Any]) -> list[str]:
    return [name for name in ORDER if name in results]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(cell: str) -> int:
    return sum(not unicodedata.combining(char) for char in cell)
