"""What a command does once and ends, or a start does first: take in, register, preview, send."""

import asyncio
import os
import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot import pipeline
from bot.bootstrap.alarm import Alarm
from bot.bootstrap.intake import ingest
from bot.bootstrap.reach import patience, reached
from bot.bootstrap.store import (
    DEFAULT_CONFIG,
    Store,
    delivering,
    demo_folder,
    is_demo,
    lease_host,
)
from bot.catalog.nearest import nearest_topics
from bot.clock import Clock
from bot.delivery.deliver import Delivery
from bot.delivery.states import UNSETTLED
from bot.errors import SourceError, StoreError, UnknownSubscription, UnknownTopic
from bot.ingest.demo import copy_demo
from bot.model.destination import Destination, Look, Platform
from bot.model.draft import Draft
from bot.model.edition import Edition
from bot.model.post import Post, PostState
from bot.model.slot import manual_slot
from bot.model.subscription import Layout, Subscription
from bot.model.taste import Taste
from bot.model.topic import EVERYTHING, fold
from bot.scheduling.arming import arm
from bot.settings.load import Settings

log = structlog.get_logger(__name__)

POLL_S = 0.2
"""How often `send` looks whether the running Gazette has delivered."""


LEAST_WAIT_S = 30.0
"""`send` waits at least so long for its posts."""


def process_name() -> str:
    """Names this process in the ledger, its host first; no two processes share it."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"


async def take_in(store: Store, settings: Settings, now: datetime) -> None:
    """Takes the settings' sources in; one that can't be read is told to the log and stops no other.

    Raises SourceError when none can be read, and there is nothing of them from before.
    """
    if is_demo(settings):
        await asyncio.to_thread(copy_demo, demo_folder(settings), now)
    troubles = []
    for source in settings.sources:
        try:
            await ingest(store.catalog, store.mirrors, [source], now)
        except SourceError as error:
            troubles.append(error)
            log.warning("source not read", source=source.name, reason=str(error))
    if troubles and len(troubles) == len(settings.sources):
        known = [await store.catalog.count(source.name) for source in settings.sources]
        if not any(known):
            raise troubles[0]


async def register(store: Store, settings: Settings, now: datetime) -> None:
    """Makes the stored file subscriptions those of the settings; new ones have no backlog.

    Raises StoreError where the demo would push aside what a settings file put there.
    """
    names = {each.name for each in settings.subscriptions}
    stored = {each.name: each for each in await store.subscriptions.active()}
    if is_demo(settings):
        others = [name for name in stored if name not in names]
        if others:
            raise StoreError(
                f"this database has subscriptions of a settings file ({', '.join(others)}) and there "
                f"is no {DEFAULT_CONFIG}; name the file with --config, or another database for the demo"
            )
    lateness = timedelta(seconds=settings.delivery.max_lateness_s)
    armed = arm(settings.subscriptions, now, stored, lateness)
    await store.subscriptions.upsert_from_file(armed, now)


async def preview_topic(
    store: Store, topic: str, look: Look, layout: Layout, at: datetime
) -> Draft:
    """A draft of this topic with every default, over whatever history the store has (none, as a rule)."""
    subscription = await subscription_of(store, topic, look, layout)
    return await pipeline.draft(store.catalog, store.ledger, subscription, manual_slot(1, at), at)


async def subscription_of(store: Store, topic: str, look: Look, layout: Layout) -> Subscription:
    """A subscription to this topic with every default. Raises UnknownTopic."""
    taxonomy = await store.catalog.taxonomy()
    known = taxonomy.resolve(topic)
    if known is None and fold(topic) != EVERYTHING:
        raise UnknownTopic(topic, nearest_topics(taxonomy, topic))
    name = known.name if known else EVERYTHING
    return Subscription(
        "preview", Destination(Platform.LOCAL, "preview", look), Taste((name,)), layout=layout
    )


async def preview_subscription(store: Store, name: str, settings: Settings, at: datetime) -> Draft:
    """What `send` would post now: the settings' own word first, their sources taken in."""
    if not await _is_elsewhere(store, settings):
        await take_in(store, settings, datetime.now(UTC))
    return await _draft_by_hand(store, await named(store, settings, name), at)


@dataclass(frozen=True, slots=True)
class Sent:
    """How a send by hand stands: its edition and posts, and why it is quiet if it is."""

    edition: Edition
    posts: tuple[Post, ...]

    @property
    def is_final(self) -> bool:
        """Whether no post needs work any more."""
        return not any(post.state in UNSETTLED for post in self.posts)

    @property
    def is_short(self) -> bool:
        """Whether something that should be there is not: a post failed, held or skipped."""
        return any(post.state is not PostState.SENT for post in self.posts)


async def send(
    store: Store, settings: Settings, database_url: str, name: str, *, at: datetime, clock: Clock
) -> Sent:
    """Plans a manual edition and has it delivered: by this process once no other holds the lock.

    While the newest manual edition still needs work, that one is worked on, and none is added.
    """
    is_here = not await _is_elsewhere(store, settings)
    if is_here:
        await register(store, settings, clock.now())
    deadline = _deadline(settings, clock)
    edition: Edition | None = None
    while True:
        with delivering(database_url) as is_ours:
            if is_ours:
                if edition is None:
                    if is_here:
                        await take_in(store, settings, clock.now())
                    edition = await _plan_by_hand(store, name, at, clock)
                await store.ledger.free_leases(lease_host(database_url))
                return await _deliver(store, settings, edition, deadline, clock)
        edition = edition or await _plan_by_hand(store, name, at, clock)
        sent = await _sent(store, edition)
        if sent.is_final or clock.now() > deadline:
            return sent
        await asyncio.sleep(POLL_S)


async def _is_elsewhere(store: Store, settings: Settings) -> bool:
    """Whether the database's subscriptions come from a settings file that is not here."""
    names = {each.name for each in settings.subscriptions}
    there = await store.subscriptions.active()
    return is_demo(settings) and any(each.name not in names for each in there)


async def _plan_by_hand(store: Store, name: str, at: datetime, clock: Clock) -> Edition:
    subscription = await active(store, name)
    await store.subscriptions.reopen(subscription.destination)  # a person vouches for it
    count = await store.ledger.manual_count(name)
    newest = await store.ledger.edition(name, f"manual:{count}") if count else None
    if newest is not None and not (await _sent(store, newest)).is_final:
        return newest
    return await pipeline.draft_and_plan(
        store.catalog,
        store.ledger,
        subscription,
        manual_slot(count + 1, at),
        at,
        planned_at=clock.now(),
    )


async def named(store: Store, settings: Settings, name: str) -> Subscription:
    """The subscription of this name: as the settings have it now, else as it is stored."""
    filed = next((each for each in settings.subscriptions if each.name == name), None)
    if filed is None:
        return await active(store, name)
    return as_stored(filed, await store.subscriptions.by_name(name))


def as_stored(filed: Subscription, stored: Subscription | None) -> Subscription:
    """As the settings have it, paused as it is stored."""
    if stored is None:
        return filed
    is_there = str(stored.destination) == str(filed.destination)
    reason = stored.pause_reason if is_there else None
    return replace(filed, paused_until=stored.paused_until, pause_reason=reason)


async def active(store: Store, name: str) -> Subscription:
    """The subscription of this name that is not retired. Raises UnknownSubscription."""
    subscription = await store.subscriptions.by_name(name)
    if subscription is None or subscription.retired_at is not None:
        raise await _unknown(store, name)
    return subscription


async def _draft_by_hand(store: Store, subscription: Subscription, at: datetime) -> Draft:
    number = await store.ledger.manual_count(subscription.name) + 1
    return await pipeline.draft(
        store.catalog, store.ledger, subscription, manual_slot(number, at), at
    )


async def _deliver(
    store: Store, settings: Settings, edition: Edition, deadline: datetime, clock: Clock
) -> Sent:
    async with reached(settings, store, clock, None) as reach:
        alarm = Alarm(store, lambda: settings.owners, clock)
        delivery = Delivery(
            store.ledger,
            reach.messengers,
            clock,
            patience(settings),
            process_name(),
            tell=alarm.tell,
        )
        while True:
            until = await pipeline.deliver(delivery, edition.destination)
            sent = await _sent(store, edition)
            if sent.is_final or until is None or until > deadline:
                break
            await asyncio.sleep(max(0.0, (until - clock.now()).total_seconds()))
        for person in alarm.people:
            await pipeline.deliver(delivery, person)
        return sent


async def _sent(store: Store, edition: Edition) -> Sent:
    now = await store.ledger.edition(edition.subscription, edition.slot_key)
    return Sent(now or edition, tuple(await store.ledger.posts(edition.id)))


def _deadline(settings: Settings, clock: Clock) -> datetime:
    """Long enough for one lost answer to be looked up twice; after that the caller asks again."""
    waits = patience(settings)
    seconds = 2 * (waits.time_out_s + waits.quarantine_s + waits.second_look_s)
    return clock.now() + timedelta(seconds=max(seconds, LEAST_WAIT_S))


async def _unknown(store: Store, name: str) -> UnknownSubscription:
    names = ", ".join(each.name for each in await store.subscriptions.active())
    there = f"there are: {names}" if names else "there are none in this database yet"
    return UnknownSubscription(f"no subscription is called “{name}”; {there}")
