"""The way of an edition: draft, plan, deliver, correct. Begin reading here.

A stop between any two of them loses nothing: a draft is nothing yet, a plan is committed whole, and
delivery goes by the ledger alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from bot.catalog.filters import ArticleFilter
from bot.catalog.nearest import nearest_topics
from bot.catalog.ports import CatalogStore, Reading
from bot.delivery import alerts, corrections
from bot.delivery.deliver import Delivery
from bot.delivery.ports import Ledger, Subscriptions
from bot.digest import quiet
from bot.digest.compose import compose
from bot.digest.corrected import Change, changes, is_due, put, revision_of, sentence
from bot.errors import SeenMeanwhile, UnknownTopic
from bot.model.alert import Alert
from bot.model.article import Article
from bot.model.correction import CorrectingPost, Correction, Showing, ShownEdition, Standing
from bot.model.destination import Destination, Look
from bot.model.digest import Digest
from bot.model.draft import Draft
from bot.model.due import Due
from bot.model.edition import Edition
from bot.model.history import History
from bot.model.post import Level, PlannedPost, PostKind, PostOp, PostState
from bot.model.slot import Slot
from bot.model.subscription import Subscription
from bot.model.taste import Taste
from bot.model.topic import EVERYTHING, Taxonomy, fold
from bot.rendering.render import note, render, render_again
from bot.selection.belongs import spellings_of
from bot.selection.choose import choose
from bot.selection.scene import LOOK_BACK

_choose_once = lru_cache(maxsize=2)(choose)
"""Channels of one taste that have had the same get the same: a tick asks for them in a row."""

DRAFTS = 5
"""So many digests for one channel at one moment are sorted out."""

CORRECTED_AT_ONCE = 100
"""So many editions are read before the next."""

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


async def tell_quiet(
    ledger: Ledger,
    subscriptions: Subscriptions,
    owners: Sequence[str],
    edition: Edition,
    now: datetime,
    *,
    words: str,
    place: str,
) -> list[Destination]:
    """Stores for its people that a subscription has gone quiet; who they are.

    `place` is its name, or another that speaks of many: these are the owners' business.
    """
    found = await subscriptions.by_name(edition.subscription)
    is_of_one = found is not None and place == found.name
    people = alerts.persons(owners, [found] if found and is_of_one else [])
    posts = [(to, _alone(words, alerts.quiet_key(edition, place, to), to.look)) for to in people]
    await ledger.plan_alone(posts, now)
    return people


def _alone(words: str, key: str, look: Look) -> PlannedPost:
    return PlannedPost(key, PostKind.LEAD, PostOp.CREATE, None, note(words, key, look))


def _note(drafted: Draft) -> str | None:
    return None if drafted.digest else why_quiet(drafted)


async def correct(
    catalog: CatalogStore,
    ledger: Ledger,
    looked_at: Mapping[str, datetime],
    now: datetime,
    correct_for: timedelta,
    *,
    before: Callable[[Correction], Awaitable[None]] | None = None,
) -> list[Correction]:
    """Corrects editions of the last `correct_for` whose articles have changed; what was stored.

    `looked_at`: when the last complete ingest of each source began. Nothing is corrected twice; an
    edition that changes meanwhile is left for the next time. `before` is called before each is stored.
    """
    since, done, last = now - correct_for, [], 0
    showings = await ledger.showings(since)
    standings = await catalog.standings({each.article_id for each in showings})
    stale = [
        each
        for each in showings
        if each.article_id in standings and is_due(each, standings[each.article_id], looked_at)
    ]
    while stale and (some := await ledger.shown_editions(stale, since, last, CORRECTED_AT_ONCE)):
        last = some[-1].edition.id
        for shown in some:
            correction = corrected(shown, standings, looked_at, now)
            if correction is None:
                continue
            if before is not None:
                await before(correction)
            if await ledger.correct(correction, now):
                done.append(correction)
    return done


def corrected(
    shown: ShownEdition,
    standings: Mapping[str, Standing],
    looked_at: Mapping[str, datetime],
    now: datetime,
) -> Correction | None:
    """What becomes of an edition whose articles stand so now; None while its lead is not sent."""
    found = changes(shown, standings, looked_at, corrections.doubtful_places(shown))
    is_there = any(post.is_lead and post.state is PostState.SENT for post in shown.posts)
    if not found or not is_there:
        return None
    digest = put(shown.digest, {each.place: each.after for each in found})
    doubtful = {each.place: replace(each.after, struck="") for each in found if each.why_held}
    after, believed = _view(shown, digest), _view(shown, put(digest, doubtful))
    why = "; ".join(dict.fromkeys(each.why_held for each in found if each.why_held))
    edits = corrections.edits(shown, revision_of(digest), after, believed, why)
    showings = list(shown.showings)
    for each in found:
        showings[each.place] = Showing(each.article_id, each.shown_hash)
    lines = [line for each in found for line in _line(shown, each, now)]
    let_go = corrections.let_go(shown, are_remade=bool(after and believed))
    return Correction(shown, digest, tuple(showings), (*edits, *lines), let_go)


def _view(shown: ShownEdition, digest: Digest) -> corrections.View:
    """How its posts look with this digest; empty where it is too long for them."""
    of, runs = shown.edition, corrections.runs_of(shown)
    posts = render_again(
        digest, of.subscription, of.slot_key, of.destination.look, shown.layout, runs=runs
    )
    return corrections.view(posts or ())


def _line(shown: ShownEdition, change: Change, now: datetime) -> Iterator[CorrectingPost]:
    """The dated line in the thread, where there is one and readers know of the article."""
    before, of = change.before, change.article_id
    if not corrections.is_told(shown, of, before.revision):
        before = replace(before, struck="")
    words, thread = sentence(before, change.after), corrections.thread_of(shown, change.number)
    if words and thread is not None:
        key = corrections.line_key(shown.edition, of, change.after.revision)
        text = f"Correction, {now.day} {now:%B} {now.year}: {words}"
        payloads = note(text, key, shown.edition.destination.look)
        post = PlannedPost(key, PostKind.REPLY, PostOp.CREATE, thread.key, payloads)
        yield corrections.waiting(post, Level.FULL, change.why_held)


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
