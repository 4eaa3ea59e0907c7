"""Draft and plan over the real store."""

from datetime import timedelta

import pytest

from bot import pipeline
from bot.bootstrap.store import opened
from bot.model.slot import manual_slot
from tests.support.builders import make_article, make_read, make_subscription
from tests.support.clock import START

OTHERS_PAGE = "https://acme.example/the-same-page"


@pytest.fixture
def store(tmp_path):
    with opened(f"sqlite:///{tmp_path / 'gazette.db'}") as store:
        yield store


async def take_in(store, *articles):
    read = [make_read(article) for article in articles]
    await store.catalog.apply("news", read=read, touched=(), gone=(), at=START)


async def draft(store, number, at):
    return await pipeline.draft(
        store.catalog, store.ledger, make_subscription(), manual_slot(number, at), at
    )


async def test_a_page_shown_long_ago_does_not_come_back_under_another_file(store):
    later = START + timedelta(days=60)
    await take_in(store, make_article("news:first", url=OTHERS_PAGE))
    await pipeline.plan(store.ledger, await draft(store, 1, START), START)
    again = make_article("news:second", url=f"{OTHERS_PAGE}/", published_at=later)
    await take_in(store, again, make_article("news:fresh", published_at=later))
    drafted = await draft(store, 2, later)
    assert [pick.article.id for pick in drafted.selection.picks] == ["news:fresh"]


async def test_a_quiet_edition_says_why_by_the_numbers_of_the_chain(store):
    await take_in(store, make_article("news:low", quality=10, is_published=True))
    edition = await pipeline.plan(store.ledger, await draft(store, 1, START), START)
    assert edition.state == "quiet"
    assert edition.note == "0 eligible, 1 below quality 60"


async def test_a_draft_is_the_same_however_often_it_is_drawn(store):
    await take_in(store, *(make_article(f"news:{n}") for n in range(9)))
    assert await draft(store, 1, START) == await draft(store, 1, START)
    assert await store.ledger.edition("azure-daily", "manual:1") is None
