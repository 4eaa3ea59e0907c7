"""What gives the pick away in a file is not read: `heat`, `related`, and the day's own `published`."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.ingest.articles import read_article
from bot.model.taste import Taste
from bot.model.topic import Taxonomy, Topic
from bot.replay.walk import Past, Ranking, Span
from tests.support.press import EVENTS, TELLING

FIRST, DAYS = datetime(2020, 3, 2, tzinfo=UTC), 4
TASTE, TAXONOMY = Taste(topics=("Azure",), items=3), Taxonomy([Topic("Azure")])
LINK = """- title: Another one
  webUrl: https://other.example/{0}
  publishedDateTime: 2021-01-01T00:00:00Z
  quality: 99
  provider: {{name: Other, domain: other.example}}
"""


def file_of(day, number, *, heat, related, published):
    """An article of that day as a newsroom has it, three of an event."""
    by = sorted(TELLING)[number % 4]
    title = TELLING[by].format(*EVENTS[(day + number // 2) % len(EVENTS)])
    at = FIRST + timedelta(days=day, hours=number + 1)
    links = "related:\n" + LINK.format(number) * (related * (number % 3)) if related else ""
    text = f"""---
title: "{title}"
excerpt: "Told on day {day}, as number {number}."
publishedDateTime: {at:%Y-%m-%dT%H:%M:%SZ}
webUrl: https://{by}.example/{day}-{number}
type: article
quality: {20 + (number * 37 + day * 11) % 80}
heat: {heat}
published: {str(published).lower()}
topics: [Azure]
provider: {{name: {by.title()}, domain: {by}.example}}
{links}---
"""
    read = read_article(text.encode(), f"_news/{day}-{number}.md", "news", at).article
    assert read is not None
    return read


def picks(ranking, heat=-1, related=0, last=()):
    """What a replay picks; `published` is a fact of the days before, and `last` of the last one."""
    articles = [
        file_of(
            day,
            number,
            heat=heat,
            related=related,
            published=number in (last if day == DAYS - 1 else (0, 3)),
        )
        for day in range(DAYS)
        for number in range(8)
    ]
    span = Span(date(2020, 3, 2), date(2020, 3, 2) + timedelta(days=DAYS - 1))
    days = Past(articles, TASTE, TAXONOMY).walk([ranking], span)[ranking]
    return [[each.id for each in day.picks] for day in days]


@pytest.mark.parametrize("ranking", list(Ranking))
@pytest.mark.parametrize(
    "changed",
    [{"heat": 200}, {"related": 3}, {"last": range(8)}, {"last": (1, 2)}],
    ids=["heat", "related", "all published that day", "two published that day"],
)
def test_what_was_written_later_changes_no_pick(ranking, changed):
    assert picks(ranking, **changed) == picks(ranking)
