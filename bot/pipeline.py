"""The way of an edition in two screens: draft, plan, deliver. Begin reading here.

A stop between any two of them loses nothing: a draft is nothing yet, a plan is committed whole, and
delivery goes by the ledger alone.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from bot.catalog.filters import ArticleFilter
from bot.catalog.nearest import nearest_topics
from bot.catalog.ports import Reading
from bot.delivery import alerts
from bot.delivery.deliver import Delivery
from bot.delivery.ports import Ledger, Subscriptions
from bot.digest import quiet
from bot.digest.compose import compose
from bot.errors import SeenMeanwhile, UnknownTopic
from bot.model.alert import Alert
from bot.model.article import Article
from bot.model.destination import Destination, Look
from bot.model.draft import Draft
from bot.model.due import Due
from bot.model.edition import Edition
from bot.model.history import History
from bot.model.post import PlannedPost, PostKind, PostOp
from bot.model.slot import Slot
from bot.model.subscription import Subscription
from bot.model.taste import Taste
from bot.model.topic import EVERYTHING, Taxonomy, fold
from bot.rendering.render import note, render
from bot.selection.belongs import spellings_of
from bot.selection.choose import choose
from bot.selection.scene import LOOK_BACK

_choose_once = lru_cache(maxsize=2)(choose)
"""Channels of one taste that have had the same get the same: a tick asks for them in a row."""

DRAFTS = 5
"""So many digests for one channel at one moment are sorted out."""

REMEMBERED = timedelta(days=400)
"""How far back a channel's own history is asked, as long as the ledger keeps it."""


async def draft(
    catalog: Reading,
    ledger: Ledger,
    subscription: Subscription,
    slot: Slot,
    now: datetime,
    *,
    is_late: bool = False,
    asked: Article | None = None,
) -> Draft:
    """What this subscription would get for this slot at `now`; reads only.

    `asked` is judged as well where nothing would bring it here: someone wants to know why not.
    """
    history = await ledger.history(subscription.destination, now - REMEMBERED)
    return await _draft(catalog, history, Due(subscription, slot, is_late), now, asked)


async def _draft(
    catalog: Reading, history: History, due: Due, now: datetime, asked: Article | None = None
) -> Draft:
    subscription, taste = due.subscription, due.subscription.taste
    taxonomy = await catalog.taxonomy()
    oldest = now - taste.max_age
    around = await catalog.search(
        ArticleFilter(
            topics=spellings_of(taste.topics, taxonomy),
            published_from=oldest - LOOK_BACK,
            published_until=now,
        )
    )
    candidates = tuple(each for each in around if each.published_at >= oldest)
    before = tuple(around[len(candidates) :])  # newest first
    if asked is not None and asked.id not in {each.id for each in candidates}:
        candidates = (*candidates, asked)
    selection = _choose_once(candidates, taste, history, taxonomy, now, before)
    related = await catalog.related(pick.article.id for pick in selection.picks)
    digest = compose(selection, related, subscription, taxonomy, now, is_late=due.is_late)
    posts = (
        ()
        if digest is None
        else render(
            digest,
            subscription.name,
            due.slot.key,
            subscription.destination.look,
            subscription.layout,
        )
    )
    hints = unknown_topics(taste, taxonomy)
    return Draft(subscription, due.slot, now, due.is_late, selection, digest, posts, hints)


async def plan(ledger: Ledger, drafted: Draft, now: datetime) -> Edition:
    """Stores a draft as the slot's edition with its posts, in one transaction; once per slot."""
    return await ledger.plan(drafted, now, note=_note(drafted))


async def draft_and_plan(
    catalog: Reading,
    ledger: Ledger,
    subscription: Subscription,
    slot: Slot,
    now: datetime,
    *,
    is_late: bool = False,
    planned_at: datetime | None = None,
) -> Edition:
    """Both in one; drafted again while others give the same channel the same articles."""
    for _ in range(DRAFTS):
        drafted = await draft(catalog, ledger, subscription, slot, now, is_late=is_late)
        try:
            return await plan(ledger, drafted, planned_at or now)
        except SeenMeanwhile:
            continue
    raise SeenMeanwhile(
        f"{subscription.destination} is being given digests all the time; try later"
    )


async def draft_and_plan_many(
    catalog: Reading, ledger: Ledger, due: Sequence[Due], now: datetime
) -> list[Edition]:
    """Both for many, planned in one transaction: all of them, or none and an error.

    Raises SeenMeanwhile where two are for one destination and want the same article.
    """
    destinations = {each.subscription.destination for each in due}
    histories = await ledger.histories(destinations, now - REMEMBERED)
    drafts = []
    for each in due:
        drafted = await _draft(catalog, histories[each.subscription.destination], each, now)
        drafts.append((drafted, _note(drafted)))
        await asyncio.sleep(0)  # a catalog that remembers gives nobody else a turn
    return await ledger.plan_many(drafts, now)


async def deliver(delivery: Delivery, destination: Destination) -> datetime | None:
    """Works a destination's posts off; when to come back, or None when nothing is left."""
    return await delivery.work_off(destination)


async def alert(
    ledger: Ledger,
    subscriptions: Subscriptions,
    owners: Sequence[str],
    told: Alert,
    now: datetime,
    *,
    place: str,
) -> tuple[str, list[Destination]]:
    """Stores the alert as a message for each of its people; what it says, and who they are.

    One a day for each kind, place and person: a second one stores nothing.
    """
    concerned = alerts.concerned(told, await subscriptions.active())
    waiting = await ledger.open_posts(told.post.destination)
    words = "\n".join(alerts.words(told, concerned, waiting))
    people = alerts.people(told, owners, concerned)
    posts = [(to, _alone(words, alerts.key_of(told, place, to, now), to.look)) for to in people]
    await ledger.plan_alone(posts, now)
    return words, people


def _alone(words: str, key: str, look: Look) -> PlannedPost:
    return PlannedPost(key, PostKind.LEAD, PostOp.CREATE, None, note(words, key, look))


def _note(drafted: Draft) -> str | None:
    return None if drafted.digest else why_quiet(drafted)


def why_quiet(drafted: Draft) -> str:
    """Why there is nothing to say."""
    return quiet.why_quiet(drafted.selection, drafted.subscription.taste, drafted.hints)


def unknown_topics(taste: Taste, taxonomy: Taxonomy) -> tuple[str, ...]:
    """A sentence for each topic of a taste that is none, with the nearest names."""
    return tuple(
        str(UnknownTopic(name, nearest_topics(taxonomy, name)))
        for name in (*taste.topics, *taste.exclude.topics)
        if fold(name) != EVERYTHING and taxonomy.resolve(name) is None
    )
