"""The contract of the ledger where it takes many at once (bot.delivery.ports.Ledger)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import SeenMeanwhile
from bot.model.destination import Destination, Look, Platform
from bot.model.due import Due
from bot.model.edition import EditionState
from bot.model.slot import Slot, manual_slot
from bot.storage import schema
from tests.support.builders import CHANNEL, make_article, make_draft, make_subscription
from tests.support.clock import START
from tests.support.ledger import LONG_AGO, read

HOUR = timedelta(hours=1)
NINE = Slot("2026-11-24T09:00", START)


def channel(number: int) -> Destination:
    return Destination(Platform.SLACK, f"C{number:010}", Look.SLACK)


def draft_for(number: int, *articles, name: str = "", **fields):
    """A draft for a channel and a subscription of its own, of these articles, or of nothing."""
    subscription = make_subscription(name or f"s{number}", destination=channel(number))
    chosen = [make_article(each) for each in articles]
    return make_draft(chosen, subscription=subscription, slot=NINE, **fields)


class TestPlanMany:
    async def test_each_is_planned_as_it_would_be_alone(self, ledger):
        drafts = [draft_for(2, "news:a"), draft_for(1, "news:a", "news:b"), draft_for(3)]
        notes = [None, None, "nothing new"]
        editions = await ledger.plan_many(list(zip(drafts, notes, strict=True)), START)
        assert [each.subscription for each in editions] == ["s2", "s1", "s3"]
        assert [each.state for each in editions] == ["planned", "planned", "quiet"]
        assert [each.note for each in editions] == notes
        for draft, edition in zip(drafts, editions, strict=True):
            keys = [post.key for post in draft.posts]
            assert [post.key for post in await ledger.posts(edition.id)] == keys
            history = await ledger.history(edition.destination, LONG_AGO)
            shown = {pick.article.id for pick in draft.selection.picks if draft.posts}
            assert {seen.article_id for seen in history.seen} == shown

    async def test_slots_that_have_an_edition_keep_it(self, ledger, database):
        first = draft_for(1, "news:a")
        before = await ledger.plan(first, START)
        both = [(draft_for(1, "news:b"), None), (draft_for(2, "news:b"), None)]
        again = await ledger.plan_many(both, START + HOUR)
        assert again[0] == before
        assert await ledger.plan_many(both, START + 2 * HOUR) == again
        assert len(await read(database, schema.edition)) == 2
        assert len(await read(database, schema.post)) == 4

    @pytest.mark.parametrize("url", ["https://acme.example/a/", "https://other.example/a"])
    async def test_one_that_a_channel_has_had_meanwhile_stops_them_all(self, ledger, database, url):
        await ledger.plan(draft_for(1, "news:a", name="earlier"), START)
        article = make_article("news:a" if "other" in url else "news:other-file", url=url)
        late = make_draft([article], subscription=draft_for(1).subscription, slot=NINE)
        with pytest.raises(SeenMeanwhile):
            await ledger.plan_many([(draft_for(2, "news:a"), None), (late, None)], START)
        assert [row.subscription for row in await read(database, schema.edition)] == ["earlier"]
        assert len(await read(database, schema.seen)) == 1

    async def test_two_for_one_channel_with_one_article_are_refused(self, ledger, database):
        twins = [draft_for(1, "news:a"), draft_for(1, "news:a", name="twin")]
        with pytest.raises(SeenMeanwhile):
            await ledger.plan_many([(each, None) for each in twins], START)
        assert await read(database, schema.edition) == []

    async def test_two_for_one_channel_with_other_articles_are_both_planned(self, ledger):
        two = [draft_for(1, "news:a"), draft_for(1, "news:b", name="twin")]
        editions = await ledger.plan_many([(each, None) for each in two], START)
        assert [each.state for each in editions] == ["planned", "planned"]

    async def test_another_program_that_plans_the_same_gets_the_same_editions(self, ledger, rival):
        drafts = [(draft_for(number, "news:a"), None) for number in range(60)]
        ours = await ledger.plan_many(drafts, START)
        theirs = await rival.plan_many(list(reversed(drafts)), START + HOUR)
        assert list(reversed(theirs)) == ours


class TestSkipMany:
    def due(self, slot: Slot, reason: str, name: str = "azure-daily") -> Due:
        return Due(make_subscription(name), slot, is_late=True, skip_reason=reason)

    async def test_skipped_slots_are_recorded_with_their_reasons_once(self, ledger):
        later = Slot("2026-11-24T10:00", START + HOUR)
        two = [self.due(NINE, "four hours late"), self.due(later, "a newer one was due")]
        editions = await ledger.skip_many(two, START)
        assert [each.state for each in editions] == [EditionState.SKIPPED] * 2
        assert [each.note for each in editions] == ["four hours late", "a newer one was due"]
        assert await ledger.skip_many([self.due(NINE, "again")], START + HOUR) == editions[:1]
        assert await ledger.plan(make_draft(slot=NINE), START) == editions[0]
        assert await ledger.posts(editions[0].id) == []

    async def test_a_planned_slot_is_not_skipped(self, ledger):
        edition = await ledger.plan(make_draft(), START)
        assert await ledger.skip_many([self.due(manual_slot(1, START), "late")], START) == [edition]


class TestHistories:
    async def test_each_destination_has_its_own_as_if_asked_alone(self, ledger):
        old = replace(make_article("news:b"), published_at=START - 90 * 24 * HOUR)
        with_old = make_draft([old], subscription=draft_for(2).subscription, slot=NINE)
        drafts = [draft_for(1, "news:a", "news:c"), with_old]
        await ledger.plan_many([(each, None) for each in drafts], START)
        destinations = [channel(number) for number in (1, 2, 3)]
        since = START - 30 * 24 * HOUR
        found = await ledger.histories(destinations, since)
        assert found == {each: await ledger.history(each, since) for each in destinations}
        assert [len(found[each].seen) for each in destinations] == [2, 0, 0]

    async def test_of_nobody_there_is_none(self, ledger):
        assert await ledger.histories([], LONG_AGO) == {}
        assert (await ledger.histories([CHANNEL], LONG_AGO))[CHANNEL].seen == ()
