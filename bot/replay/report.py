"""A replay whole: every ranking's walk over the same days, measured; as a document and as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.model.taste import Taste
from bot.replay.measure import (
    Estimate,
    Faults,
    Quality,
    faults_of,
    gain,
    halves,
    judged,
    quality_of,
)
from bot.replay.walk import Day, Past, Period, Ranking, Span
from bot.selection.likeness import Likeness, text_of
from bot.selection.stories import ALIKE_OVER_A_YEAR, group

BESIDE = {Ranking.SHIPPED: Ranking.BY_QUALITY, Ranking.SCORE: Ranking.QUALITY}
"""What a ranking is to be better than: quality alone under the same rules."""


@dataclass(frozen=True, slots=True)
class Replay:
    """`walks` by ranking, `chosen` is the one asked for; `stories` are those of several articles."""

    chosen: Ranking
    period: Period
    walks: Mapping[Ranking, Sequence[Day]]
    stories: Sequence[Sequence[str]]
    qualities: Mapping[Ranking, Mapping[str, Quality]]
    gains: Mapping[Ranking, Mapping[str, Estimate]]
    faults: Mapping[Ranking, Faults]


def replay(
    past: Past,
    taste: Taste,
    chosen: Ranking,
    span: Span,
    progress: Callable[[int, int], None] | None = None,
) -> Replay:
    """Walks and measures. A week counts if it has 3 articles or more, a day if it has a truth.

    `progress` is told how many digests are done, and of how many.
    """
    walks = past.walk(list(Ranking), span, progress)
    articles = {each.id: each for day in walks[chosen] for each in day.articles}
    likeness = Likeness([text_of(each) for each in articles.values()])
    stories = [
        [text.id for text in story]
        for story in group(likeness, ALIKE_OVER_A_YEAR)
        if len(story) > 1
    ]
    least = 3 if span.period is Period.WEEK else 1
    parts = {ranking: halves(judged(days, least)) for ranking, days in walks.items()}
    return Replay(
        chosen=chosen,
        period=span.period,
        walks=walks,
        stories=stories,
        qualities={
            ranking: {part: quality_of(days) for part, days in mine.items()}
            for ranking, mine in parts.items()
        },
        gains={
            ranking: {part: gain(days, parts[other][part]) for part, days in parts[ranking].items()}
            for ranking, other in BESIDE.items()
        },
        faults={
            ranking: faults_of(days, stories, taste.per_provider, taste.min_quality)
            for ranking, days in walks.items()
        },
    )


def replay_document(found: Replay) -> dict[str, Any]:
    """The document of `--json`; articles by their ids."""
    return {
        "days": [
            {
                "date": day.date.isoformat(),
                "picks": [
                    {"article": each.id, "update": each.id in day.updates} for each in day.picks
                ],
            }
            for day in found.walks[found.chosen]
        ],
        "stories": found.stories,
        "metrics": {
            ranking.value: {
                **{
                    part: {
                        "days": measured.days,
                        "p5": measured.precision._asdict(),
                        "r5": measured.recall._asdict(),
                        "ndcg5": measured.ndcg._asdict(),
                    }
                    for part, measured in found.qualities[ranking].items()
                },
                "gain": {
                    part: each._asdict() for part, each in found.gains.get(ranking, {}).items()
                },
                "faults": found.faults[ranking]._asdict(),
            }
            for ranking in Ranking
        },
    }


def replay_words(found: Replay) -> str:
    """The tables: each half apart, quality of choice first and then what readers mind. Markdown."""
    days = found.walks[found.chosen]
    every = f"{'digest' if len(days) == 1 else 'digests'} of a {found.period.value}"
    told = [f"{len(days)} {every} from {days[0].date}, beside what the editors published later."]
    parts = found.qualities[found.chosen]
    if not parts["all"].days:
        least = "" if found.period is Period.DAY else ", in a week of 3 articles or more"
        told += [
            "None of their articles is marked as published" + least + ": nothing to compare with."
        ]
    for part in ("earlier", "later", "all"):
        if parts[part].days:
            name = "all" if part == "all" else f"{part} half"
            told += ["", f"{name}: {parts[part].days} with a published article; mean and 95 %", ""]
            told += _aligned(_quality_rows(found, part))
    return "\n".join([*told, "", *_aligned(_faults_rows(found)), "", LEGEND])


LEGEND = """\
shipped: the choice as it is; by-quality: the same rules, with quality alone as the order; the others
are orders alone, with no folding, no history and no cap.
repeats: a page picked again; doubled: a story twice in a digest; told again: a story picked again,
not as an update; crowded: more of one provider than its share, though others had good articles."""


def _quality_rows(found: Replay, part: str) -> list[list[str]]:
    rows = [["ranking", "P@5", "R@5", "nDCG@5", "nDCG@5 over quality"]]
    for ranking in Ranking:
        each = found.qualities[ranking][part]
        better = found.gains.get(ranking, {}).get(part)
        cells = [_interval(value) for value in (each.precision, each.recall, each.ndcg)]
        rows.append([ranking.value, *cells, _interval(better, "+") if better else ""])
    return rows


def _faults_rows(found: Replay) -> list[list[str]]:
    heads = ["empty", "repeats", "doubled", "told again", "updates", "crowded", "most from"]
    rows = [["ranking", *heads]]
    for ranking in Ranking:
        *counts, providers = found.faults[ranking]
        most = ", ".join(f"{name} {share:.0%}" for name, share in providers)
        rows.append([ranking.value, *map(str, counts), most])
    return rows


def _aligned(rows: list[list[str]]) -> list[str]:
    """A table of Markdown that is one on a terminal too."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in rows
    ]
    return [lines[0], f"| {' | '.join('-' * width for width in widths)} |", *lines[1:]]


def _interval(each: Estimate, sign: str = "") -> str:
    return f"{each.mean:{sign}.3f} ({each.low:{sign}.3f} to {each.high:{sign}.3f})"
