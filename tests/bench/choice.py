"""Writes docs/choice.md: what the choice does with a real year. Run it by `make choice`.

All but the readings (docs/choice/readings.md, written by hand) is measured. `blind SEED` prints pairs
of digests, ours and quality's, in an order of chance, and `key SEED` which of each pair is ours.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from bot.digest.why import explain, lines
from bot.model.article import Article
from bot.model.history import History
from bot.model.pick import Selection
from bot.model.taste import Taste
from bot.replay.measure import Estimate, gain, judged, quality_of
from bot.replay.plot import draw
from bot.replay.report import replay, replay_words
from bot.replay.walk import Day, Past, Period, Ranking, Span
from bot.selection.choose import choose
from bot.selection.likeness import Likeness, text_of
from bot.selection.scene import LOOK_BACK
from bot.selection.stories import ALIKE_OVER_A_YEAR, group
from tests.support import corpus

DOCS = Path(__file__).parents[2] / "docs"
ROOT = "Azure"
YEAR = (date(2019, 10, 1), date(2020, 12, 31))
MIDDLE = date(2020, 8, 5)
THRESHOLDS = (0.09, 0.11, 0.13, 0.15, 0.17, 0.2)
DIGESTS = (
    (ROOT, date(2020, 9, 24), 1, "microsoft-azure-orbital"),
    ("AI", date(2020, 9, 27), 7, ""),
    ("Security", date(2020, 11, 15), 7, ""),
)


def past_of(topic: str) -> Past:
    return Past(corpus.articles(), Taste(topics=(topic,)), corpus.taxonomy())


def daily() -> list[str]:
    found = replay(past_of(ROOT), Taste(topics=(ROOT,)), Ranking.SHIPPED, Span(*YEAR))
    draw(found, DOCS / "choice" / "replay.svg")
    return [replay_words(found), "", "![nDCG@5 of every ranking](choice/replay.svg)"]


def weekly() -> list[str]:
    walks: dict[Ranking, list[Day]] = {ranking: [] for ranking in Ranking}
    rows = ["| topic | digests | empty | judged | nDCG@5 shipped | by-quality |", "| - " * 6 + "|"]
    for topic in (each.name for each in corpus.taxonomy() if each.name != ROOT):
        span = Span(date(2019, 9, 30), YEAR[1], Period.WEEK)
        mine = [each for each in corpus.articles() if topic in each.topics]
        past = Past(mine, Taste(topics=(topic,)), corpus.taxonomy())
        found = past.walk(list(Ranking), span)
        for ranking, days in found.items():
            walks[ranking] += judged(days, 3)
        shipped, plain = (found[each] for each in (Ranking.SHIPPED, Ranking.BY_QUALITY))
        empty, told = sum(not day.picks for day in shipped), judged(shipped, 3)
        cells = [_ndcg(told), _ndcg(judged(plain, 3))] if told else ["", ""]
        rows.append(f"| {topic} | {len(shipped)} | {empty} | {len(told)} | {' | '.join(cells)} |")
    ours, plain = walks[Ranking.SHIPPED], walks[Ranking.BY_QUALITY]
    late = [at for at, day in enumerate(ours) if day.date > MIDDLE]
    both = f"over by-quality {_interval(gain(ours, plain))}"
    said = (
        f"All {len(ours)} weeks with a truth and three articles or more: "
        f"{_interval(quality_of(ours).ndcg)}, {both}; "
        f"the {len(late)} after {MIDDLE}: {_interval(quality_of([ours[at] for at in late]).ndcg)}."
    )
    return [*rows, "", said]


def story_pairs() -> list[str]:
    likeness = Likeness([text_of(each) for each in corpus.articles()])
    told = corpus.pairs()
    said = {each: _said(group(likeness, each), told) for each in THRESHOLDS}
    held_out = _cross_validated(said, [same for *_, same in told])
    rows = ["| from | precision | recall |", "| --- | --- | --- |"]
    truth = [same for *_, same in told]
    for threshold, each in said.items():
        name = f"**{threshold}**" if threshold == ALIKE_OVER_A_YEAR else threshold
        rows.append(f"| {name} | {' | '.join(_interval(e) for e in _both(each, truth))} |")
    rows.append(f"| cross-validated | {' | '.join(_interval(e) for e in _both(held_out, truth))} |")
    return [f"{len(told)} pairs, {sum(truth)} of them one story.", "", *rows]


def _said(stories: Sequence[Sequence], told: Sequence[tuple[Article, Article, bool]]) -> list[bool]:
    of = {text.id: at for at, story in enumerate(stories) for text in story}
    return [of[one.id] == of[other.id] for one, other, _ in told]


def _cross_validated(said: dict[float, list[bool]], truth: Sequence[bool]) -> list[bool]:
    """Ten folds: each pair is judged by the threshold that is best (F1) on the other nine."""
    order = list(range(len(truth)))
    Random(5).shuffle(order)
    found = [False] * len(truth)
    for fold in range(10):
        rest = [at for place, at in enumerate(order) if place % 10 != fold]
        best = max(said, key=lambda each: _f1([(said[each][at], truth[at]) for at in rest]))
        for at in order[fold::10]:
            found[at] = said[best][at]
    return found


def _f1(judged_so: Sequence[tuple[bool, bool]]) -> float:
    both = sum(said and same for said, same in judged_so)
    return 2 * both / (sum(said for said, _ in judged_so) + sum(same for _, same in judged_so))


def _both(said: Sequence[bool], truth: Sequence[bool]) -> tuple[Estimate, Estimate]:
    """Precision and recall with bootstrap intervals over the pairs."""
    chance = Random(9)
    drawn: list[tuple[float, float]] = []
    for _ in range(2_000):
        at = chance.choices(range(len(truth)), k=len(truth))
        drawn.append(_rates([said[each] for each in at], [truth[each] for each in at]))
    found = []
    for which, mean in enumerate(_rates(said, truth)):
        ordered = sorted(each[which] for each in drawn)
        found.append(Estimate(mean, ordered[50], ordered[1949]))
    return found[0], found[1]


def _rates(said: Sequence[bool], truth: Sequence[bool]) -> tuple[float, float]:
    both = sum(one and other for one, other in zip(said, truth, strict=True))
    return both / max(1, sum(said)), both / max(1, sum(truth))


def largest() -> list[str]:
    stories = group(Likeness([text_of(each) for each in corpus.articles()]), ALIKE_OVER_A_YEAR)
    told = []
    for number, story in enumerate(sorted(stories, key=len, reverse=True)[:15], 1):
        days = f"{story[0].published_at:%d %B} to {story[-1].published_at:%d %B %Y}"
        told += [f"{number}. {len(story)} articles, {days}"]
        told += [f"   - {each.title} ({each.provider})" for each in story]
    return told


def digests() -> Iterator[str]:
    for topic, day, days, expected in DIGESTS:
        end = datetime.combine(day + timedelta(days=1), time(), UTC)
        start, past = end - timedelta(days=days), past_of(topic)
        articles = [replace(each, is_published=False) for each in past.between(start, end)]
        taste = Taste(topics=(topic,), max_age=timedelta(days=days))
        before = past.between(start - LOOK_BACK, start)
        now = end - timedelta(microseconds=1)
        found = choose(articles, taste, History(), corpus.taxonomy(), now, before)
        mine = [each for each in articles if topic in each.topics]
        every = "day" if days == 1 else "week"
        yield f"### {topic}, the {every} to {day:%d %B %Y}: {len(found.picks)} of {len(mine)}\n"
        yield from _digest(found, mine, expected)


def _digest(found: Selection, mine: Sequence[Article], expected: str) -> Iterator[str]:
    for number, pick in enumerate(found.picks, 1):
        yield f"{number}. {pick.article.title} ({pick.article.provider.name}, {pick.score:.2f})"
        yield from (f"   - also: {each.title} ({each.provider.name})" for each in pick.also)
    by_id = {each.id: each for each in mine}
    left = [each.article_id for each in found.dropped if each.article_id in by_id]
    left.sort(key=lambda name: (expected not in name, -(by_id[name].quality or 0)))
    for asked in (found.picks[0].article, *(by_id[name] for name in left[:1])):
        told = explain(found, asked)
        assert told is not None
        why = "Why" if told.fate != "dropped" else "Why not"
        yield f"\n*{why} “{asked.title}”?* (quality {asked.quality})\n"
        yield from (f"- {line}" for line in lines(told.reasons))
        if told.needs:
            yield f"- it would have passed with: {told.needs}"
    yield ""


def blind(seed: int, *, is_key: bool) -> Iterator[str]:
    """Twenty days of different months on which the two differ, with seven articles or more."""
    chance = Random(seed)
    both = [Ranking.SHIPPED, Ranking.QUALITY]
    ours, plain = past_of(ROOT).walk(both, Span(*YEAR)).values()
    months: dict[tuple[int, int], list[tuple[Day, Day]]] = {}
    for one, other in zip(ours, plain, strict=True):
        if len(one.articles) >= 7 and {p.id for p in one.picks} != {p.id for p in other.picks}:
            months.setdefault((one.date.year, one.date.month), []).append((one, other))
    drawn: list[tuple[Day, Day]] = []
    while len(drawn) < 20:
        for days in months.values():
            if days and len(drawn) < 20:
                drawn.append(days.pop(chance.randrange(len(days))))
    for number, (one, other) in enumerate(sorted(drawn, key=lambda each: each[0].date), 1):
        is_first = chance.random() < 0.5
        if is_key:
            yield f"{number} {'A' if is_first else 'B'}"
            continue
        yield f"\n{number}. {one.date}"
        for side, day in zip("AB", (one, other) if is_first else (other, one), strict=True):
            yield side
            yield from (f"  - {each.title} | {each.provider.name}" for each in day.picks)


def _ndcg(days: Sequence[Day]) -> str:
    return f"{quality_of(days).ndcg.mean:.2f}"


def _interval(each: Estimate) -> str:
    return f"{each.mean:.3f} ({each.low:.3f} to {each.high:.3f})"


def page() -> str:
    readings = (DOCS / "choice" / "readings.md").read_text().split("<!-- ")
    read = {name: text for each in readings[1:] for name, text in [each.split(" -->\n", 1)]}
    parts = [
        ("# The choice, measured", [read["intro"]]),
        ("## Replay, a digest a day", [*daily(), "", read["replay"]]),
        ("## Replay, a digest a week of each narrower topic", [*weekly(), "", read["weekly"]]),
        ("## Stories: labelled pairs within four days", [*story_pairs(), "", read["pairs"]]),
        ("## Stories: the fifteen largest", [*largest(), "", read["largest"]]),
        ("## Three digests, read", [*digests(), read["digests"]]),
        ("## A blind look", [read["blind"]]),
    ]
    return "\n".join(line for head, body in parts for line in (head, "", *body, "")).strip() + "\n"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["blind" | "key" as what, seed]:
            sys.stdout.write("\n".join([*blind(int(seed), is_key=what == "key"), ""]))
        case _:
            (DOCS / "choice.md").write_text(page())
