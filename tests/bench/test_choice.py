"""Choice: replay of a year, stories, and what it costs"""

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.replay.plot import draw
from bot.replay.report import Replay
from bot.replay.walk import Day, Period, Ranking
from bot.selection.stories import ALIKE_OVER_A_YEAR
from tests.bench import choice, choosing, pairs
from tests.bench.board import Part, Ratio
from tests.bench.conftest import DOCS
from tests.bench.measure import progress
from tests.bench.page import number, table

pytestmark = pytest.mark.usefixtures("corpus")

LARGEST, LARGE = 15, 25
SMALL_TOPICS = ("Blockchain", "Web")
NOTE = (
    "The tables of choice stand in [choice.md](choice.md); here are its bounds. nDCG@5, precision and "
    "recall are between 0 and 1; *later half* are the days after 5 August 2020, to which no weight was set."
)
READ = "choice/readings.md"

Costs = Mapping[int, choosing.Cost]


@pytest.fixture(scope="module")
def year() -> Replay:
    progress("choice: a year, a digest a day")
    return choice.year()


@pytest.fixture(scope="module")
def weeks() -> choice.Weeks:
    progress("choice: a year, a digest a week of each narrower topic")
    return choice.weeks()


@pytest.fixture(scope="module")
def story_pairs() -> tuple[dict[float, pairs.Rates], pairs.Rates]:
    progress("choice: story pairs")
    return pairs.rates_by_threshold(), pairs.cross_validated()


@pytest.fixture(scope="module")
def costs() -> tuple[Costs, Costs]:
    progress("choice: what it costs")
    return choosing.by_window(), choosing.by_catalog()


@pytest.fixture(scope="module", autouse=True)
def written(part: Part, year, weeks, story_pairs, costs) -> None:
    """The page, whatever the bounds say."""
    part.notes.append(NOTE)
    stories = pairs.largest(LARGEST, ALIKE_OVER_A_YEAR)
    draw(year, DOCS / "choice" / "replay.svg")
    (DOCS / "choice.md").write_text(
        choice.page(year, weeks, story_pairs, choice.largest_words(stories), cost_words(*costs))
    )


def cost_words(by_window: Costs, by_catalog: Costs) -> str:
    rows = [
        [f"{size:,}", number(cost.seconds), number(cost.calls / size)]
        for size, cost in by_window.items()
    ]
    whole = [
        [f"{size:,}", number(cost.seconds), f"{cost.calls:,}"] for size, cost in by_catalog.items()
    ]
    return "\n".join(
        [
            (
                "A choice over everything of five weeks, a fifth of it candidates, nothing kept from "
                "before. Calls of functions are the same each time and are what is bounded; seconds "
                "of the processor depend on the machine and on what it does beside:"
            ),
            "",
            table(["articles in the five weeks", "seconds", "calls for each"], rows),
            "",
            (
                "The same of 1,000 articles, while a whole catalog is handed in (in a digest the store "
                "gives the five weeks alone):"
            ),
            "",
            table(["articles handed in", "seconds", "calls"], whole),
        ]
    )


def held(part: Part, what: str, of: str, value: float, **bound: float) -> None:
    ratio: Ratio = part.ratio(what, of, value, **bound)
    ratio.holds()


@pytest.mark.parametrize(
    ("ranking", "beside", "least"),
    [(Ranking.SCORE, Ranking.QUALITY, 0.78), (Ranking.SHIPPED, Ranking.BY_QUALITY, 0.75)],
    ids=["score", "shipped"],
)
def test_the_later_half_is_chosen_better_than_by_quality(part, year, ranking, beside, least):
    later = year.qualities[ranking]["later"]
    better = year.gains[ranking]["later"]
    held(
        part,
        f"{ranking}, later half: nDCG@5",
        f"{later.days} days",
        later.ndcg.mean,
        at_least=least,
    )
    over = f"{ranking}, later half: nDCG@5 over {beside}"
    held(part, over, choice.interval(better), better.mean, at_least=0.03)
    assert better.low > 0


def test_five_picks_hold_what_the_editors_published(part, year):
    later = year.qualities[Ranking.SCORE]["later"]
    held(part, "score, later half: P@5", "", later.precision.mean, at_least=0.42)
    held(part, "score, later half: R@5", "", later.recall.mean, at_least=0.86)


def test_narrower_topics_weekly(part, weeks):
    days = weeks.judged[Ranking.SHIPPED]
    mean = choice.quality_of(days).ndcg.mean
    held(
        part, "shipped, weeks of narrower topics: nDCG@5", f"{len(days)} weeks", mean, at_least=0.86
    )


def test_labelled_pairs_are_told_apart(part, story_pairs):
    _, held_out = story_pairs
    for name, found in (("precision", held_out.precision), ("recall", held_out.recall)):
        held(
            part,
            f"story pairs, cross-validated: {name}",
            choice.interval(found),
            found.mean,
            at_least=0.85,
        )


def test_the_largest_stories_are_events(part):
    """Each was read by a person; one that was not fails here until it is."""
    verdicts = dict(
        re.findall(r"^\| (.+?) \| (yes|no) \|", (DOCS / READ).read_text(), re.MULTILINE)
    )
    stories = pairs.largest(LARGEST, ALIKE_OVER_A_YEAR)
    unread = [story[0].title for story in stories if story[0].title not in verdicts]
    assert not unread, f"read these and say in docs/{READ} whether they are one event"
    events = sum(verdicts[story[0].title] == "yes" for story in stories)
    held(part, f"of the {LARGEST} largest stories, one event", READ, events, at_least=13)
    held(part, "articles in the largest story", "", len(stories[0]), at_most=LARGE)


def test_the_year_has_next_to_nothing_that_readers_mind(part, year):
    faults = year.faults[Ranking.SHIPPED]
    for what, found, most in (
        ("stories doubled within a digest", faults.doubled, 5),
        ("stories told again, not as an update", faults.retold, 10),
        ("pages repeated", faults.repeats, 3),
        ("digests with too many of a provider, others free", faults.crowded, 0),
    ):
        held(
            part,
            f"shipped, the year: {what}",
            f"{len(year.walks[Ranking.SHIPPED])} digests",
            found,
            at_most=most,
        )


@pytest.mark.parametrize("topic", SMALL_TOPICS)
def test_a_small_topic_is_never_padded_with_stale_pieces(weeks, topic):
    days = weeks.topics[topic]
    assert any(not day.picks for day in days)
    for day in days:
        for each in day.picks:
            assert timedelta() <= each.published_at.date() - day.date < Period.WEEK.length


def test_cost_grows_with_the_window_and_not_with_the_catalog(part, costs):
    by_window, by_catalog = costs
    few, *_, many = by_window
    each = [by_window[size].calls / size for size in (few, many)]
    held(
        part,
        f"choice, calls for an article of the window: {many:,} / {few:,}",
        f"{number(each[1])} / {number(each[0])}",
        each[1] / each[0],
        at_most=1.5,
    )
    little, *_, much = by_catalog
    more = (by_catalog[much].calls - by_catalog[little].calls) / (much - little)
    held(
        part,
        "choice, calls for an article of the catalog / of the window",
        f"{number(more)} / {number(each[0])}",
        more / each[0],
        at_most=0.1,
    )


def test_every_digest_is_of_its_own_days(year):
    def is_of(day: Day) -> bool:
        return all(each.published_at.date() == day.date for each in day.picks)

    assert all(is_of(day) for day in year.walks[Ranking.SHIPPED])
