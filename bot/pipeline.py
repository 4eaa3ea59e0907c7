"""The way of an edition in two screens: draft, plan, deliver. Begin reading here.

A stop between any two of them loses nothing: a draft is nothing yet, a plan is committed whole, and
delivery goes by the ledger alone.
"""

from datetime import datetime, timedelta

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import CatalogStore
from bot.delivery.deliver import Delivery
from bot.delivery.ports import Ledger
from bot.digest.compose import compose
from bot.model.destination import Destination
from bot.model.draft import Draft
from bot.model.edition import Edition
from bot.model.slot import Slot
from bot.model.subscription import Subscription
from bot.rendering.render import render
from bot.selection.belongs import spellings_of
from bot.selection.choose import choose

REMEMBERED = timedelta(days=400)
"""How far back a channel's own history is asked, as long as the ledger keeps it."""


async def draft(
    catalog: CatalogStore,
    ledger: Ledger,
    subscription: Subscription,
    slot: Slot,
    now: datetime,
    *,
    is_late: bool = False,
) -> Draft:
    """What this subscription would get for this slot at `now`; reads only."""
    taste = subscription.taste
    taxonomy = await catalog.taxonomy()
    oldest = now - taste.max_age
    candidates = await catalog.search(
        ArticleFilter(
            topics=spellings_of(taste.topics, taxonomy),
            published_from=oldest,
            published_until=now,
        )
    )
    history = await ledger.history(subscription.destination, now - REMEMBERED)
    selection = choose(candidates, taste, history, taxonomy, now)
    related = await catalog.related(pick.article.id for pick in selection.picks)
    digest = compose(selection, related, subscription, now, is_late=is_late)
    posts = (
        ()
        if digest is None
        else render(
            digest,
            subscription.name,
            slot.key,
            subscription.destination.look,
            subscription.layout,
        )
    )
    return Draft(subscription, slot, now, is_late, selection, digest, posts)


async def plan(ledger: Ledger, drafted: Draft, now: datetime) -> Edition:
    """Stores a draft as the slot's edition with its posts, in one transaction; once per slot."""
    return await ledger.plan(drafted, now, note=None if drafted.digest else why_quiet(drafted))


async def deliver(delivery: Delivery, destination: Destination) -> datetime | None:
    """Works a destination's posts off; when to come back, or None when nothing is left."""
    return await delivery.work_off(destination)


def why_quiet(drafted: Draft) -> str:
    """Why there is nothing to say, by the numbers of the chain: `3 seen in this channel before`."""
    counts: dict[str, int] = {}
    for dropped in drafted.selection.dropped:
        counts[dropped.reason.text] = counts.get(dropped.reason.text, 0) + 1
    if not counts:
        return "no article of this topic is recent enough"
    return "; ".join(f"{count} {why}" for why, count in sorted(counts.items()))
