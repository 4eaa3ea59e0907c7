"""What the choice does with a real year, and the page that tells it, docs/choice.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.digest.why import explain, lines
from bot.model.article import Article
from bot.model.history import History
from bot.model.pick import Selection
from bot.model.taste import Taste
from bot.replay.measure import Estimate, gain, judged, quality_of
from bot.replay.report import Replay, replay, replay_words
from bot.replay.walk import MOMENT, Day, Past, Period, Ranking, Span
from bot.selection.choose import choose
from bot.selection.likeness import Text
from bot.selection.scene import LOOK_BACK
from bot.selection.stories import ALIKE_OVER_A_YEAR
from tests.bench.page import table
from tests.bench.pairs import Rates
from tests.support import corpus

ROOT = "Azure"
YEAR = (date(2019, 10, 1), date(2020, 12, 31))
FIRST_MONDAY = date(2019, 9, 30)
MIDDLE = date(2020, 8, 5)
"""Weights were set by looking at days up to this one."""

LEAST = 3
DIGESTS = (
    (ROOT, date(2020, 9, 24), 1, "microsoft-connects-satellites"),
    ("AI", date(2020, 9, 27), 7, "build-powerful"),
    ("Storage", date(2020, 9, 27), 7, ""),
)
INTRODUCTION = """# The choice, measured

Written by `make bench ONLY=choice`, which fails where a bound is missed; no number here is written \
by hand. What a reader thinks of it stands in [choice/readings.md](choice/readings.md), and the blind \
look in [choice/blind.md](choice/blind.md).

The corpus is a year of a real repository, 3,039 articles of 20 topics. Truth is what its editors' \
program published later: a yardstick, not a taste. Replay reads neither `heat` nor `related` nor the \
`published` of the digest's own day (`tests/unit/replay/test_foresight.py`). The score's weights were \
set on days to 5 August 2020; the later half tells.
"""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Digests of a week of every topic but the root; `topics` has all, `judged` those with a truth."""

    topics: Mapping[str, Sequence[Day]]
    judged: Mapping[Ranking, Sequence[Day]]

    def later(self, ranking: Ranking) -> list[Day]:
        """Those after the day to which weights were set."""
        return [day for day in self.judged[ranking] if day.date > MIDDLE]


def past_of(topic: str) -> Past:
    """The articles about a topic, with every default."""
    mine = [each for each in corpus.articles() if topic in each.topics and not each.is_removed]
    return Past(mine, Taste(topics=(topic,)), corpus.taxonomy())


def year() -> Replay:
    """A digest a day of the root topic."""
    return replay(past_of(ROOT), Taste(topics=(ROOT,)), Ranking.SHIPPED, Span(*YEAR))


def weeks() -> Weeks:
    """A digest a week of every narrower topic; judged are those of three articles or more."""
    both = [Ranking.SHIPPED, Ranking.BY_QUALITY]
    found: dict[Ranking, list[Day]] = {ranking: [] for ranking in both}
    topics: dict[str, Sequence[Day]] = {}
    span = Span(FIRST_MONDAY, YEAR[1], Period.WEEK)
    for topic in (each.name for each in corpus.taxonomy() if each.name != ROOT):
        walks = past_of(topic).walk(both, span)
        topics[topic] = walks[Ranking.SHIPPED]
        for ranking, days in walks.items():
            found[ranking] += judged(days, LEAST)
    return Weeks(topics, found)


def weekly_words(found: Weeks) -> str:
    """All topics, and what is judged of them."""
    rows = [
        [
            topic,
            str(len(days)),
            str(sum(not day.picks for day in days)),
            str(sum(len(day.picks) for day in days)),
            str(len(mine := judged(days, LEAST))),
            f"{quality_of(mine).ndcg.mean:.2f}" if mine else "",
        ]
        for topic, days in found.topics.items()
    ]
    ours, plain = found.judged[Ranking.SHIPPED], found.judged[Ranking.BY_QUALITY]
    later = found.later(Ranking.SHIPPED)
    better = gain(later, found.later(Ranking.BY_QUALITY))
    return "\n".join(
        [
            table(["topic", "weeks", "empty", "picks", "judged", "nDCG@5"], rows),
            "",
            (
                f"All {len(ours)} judged weeks: nDCG@5 {interval(quality_of(ours).ndcg)}, "
                f"by-quality {interval(quality_of(plain).ndcg)}. "
                f"The {len(later)} after {MIDDLE}: {interval(quality_of(later).ndcg)}, "
                f"over by-quality {interval(better)}."
            ),
        ]
    )


def pairs_words(found: Mapping[float, Rates], held_out: Rates) -> str:
    """Precision and recall by threshold."""
    rows = [[str(each), interval(of.precision), interval(of.recall)] for each, of in found.items()]
    rows.append(["cross-validated", interval(held_out.precision), interval(held_out.recall)])
    told = corpus.pairs()
    return "\n".join(
        [
            (
                f"{len(told)} labelled pairs within four days, {sum(same for *_, same in told)} of them "
                f"one story. Over a year stories are joined from {ALIKE_OVER_A_YEAR} on. The pairs are "
                "drawn where words alone cannot tell, and the way to measure likeness was found on them."
            ),
            "",
            table(["joined from", "precision", "recall"], rows),
        ]
    )


def largest_words(stories: Sequence[Sequence[Text]]) -> str:
    """Every article of the largest stories."""
    told = []
    for number, story in enumerate(stories, 1):
        days = f"{story[0].published_at:%d %B} to {story[-1].published_at:%d %B %Y}"
        told += [f"{number}. {len(story)} articles, {days}"]
        told += [f"   - {each.title} ({each.provider})" for each in story]
    return "\n".join(told)


def digests() -> Iterator[str]:
    """Digests of different topics, with a pick and one that was not picked explained."""
    for topic, day, days, expected in DIGESTS:
        end = datetime.combine(day + timedelta(days=1), time(), UTC)
        start, past = end - timedelta(days=days), past_of(topic)
        articles = [replace(each, is_published=False) for each in past.between(start, end)]
        taste = Taste(topics=(topic,), max_age=timedelta(days=days))
        before = past.between(start - LOOK_BACK, start)
        found = choose(articles, taste, History(), corpus.taxonomy(), end - MOMENT, before)
        every = "day" if days == 1 else "week"
        yield f"### {topic}, the {every} to {day:%d %B %Y}: {len(found.picks)} of {len(articles)}\n"
        yield from _digest(found, articles, expected)


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


def interval(each: Estimate) -> str:
    """The mean and what 95 of 100 drawings lie in."""
    return f"{each.mean:.3f} ({each.low:.3f} to {each.high:.3f})"


def page(
    found: Replay,
    weekly: Weeks,
    pairs: tuple[Mapping[float, Rates], Rates],
    stories: str,
    cost: str,
) -> str:
    """The document."""
    parts = {
        "Replay: a digest a day": f"{replay_words(found)}\n\n"
        "![nDCG@5 of every ranking, each half apart](choice/replay.svg)",
        "Replay: a digest a week of each narrower topic": weekly_words(weekly),
        "Stories: labelled pairs": pairs_words(*pairs),
        "Stories: the fifteen largest": stories,
        "Three digests": "\n".join(digests()),
        "What it costs": cost,
    }
    told = [f"## {head}\n\n{body.strip()}\n" for head, body in parts.items()]
    return "\n".join([INTRODUCTION, *told])
