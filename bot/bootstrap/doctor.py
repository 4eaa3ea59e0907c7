"""`gazette doctor`: looks at settings, database, sources, subscriptions, platforms and the past."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot import pipeline
from bot.bootstrap.lately import lately
from bot.bootstrap.once import as_stored
from bot.bootstrap.reach import reached
from bot.bootstrap.store import Store, is_demo
from bot.clock import Clock
from bot.delivery.ports import Messenger
from bot.errors import GazetteError, SettingsError
from bot.model.destination import Destination, Platform
from bot.model.problem import Level
from bot.model.source import Source
from bot.model.subscription import Subscription
from bot.settings.load import Settings
from bot.settings.schedule import schedule_words

_OFTEN = 5
"""Days a week from which a schedule may be too often for its topic."""

MOST_PLACES = 40
"""So many destinations are asked after; the program itself looks at all of them while it runs."""

_TOKENS = {Platform.SLACK: "SLACK_BOT_TOKEN", Platform.DISCORD: "DISCORD_TOKEN"}


class Mark(StrEnum):
    """How bad a finding is. hint: it works, and might work better."""

    OK = "ok"
    HINT = "hint"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found where, and what to do about it."""

    mark: Mark
    where: str
    what: str
    mend: str = ""


def settings_findings(error: SettingsError) -> list[Finding]:
    """A finding for each mistake."""
    return [
        Finding(Mark.ERROR, "settings", f"{each.where}: {each.what}", each.mend)
        for each in error.mistakes
    ]


async def examine(
    store: Store, settings: Settings, clock: Clock, now: datetime
) -> AsyncIterator[Finding]:
    """Every finding, as it is made; nothing is changed, posted or taken in."""
    place = "none, so this is the demo" if is_demo(settings) else str(settings.path)
    yield Finding(Mark.OK, "settings", place)
    yield Finding(Mark.OK, "database", "can be read, its tables are up to date")
    for source in settings.sources:
        yield await _source(store, source, is_demo=is_demo(settings))
    stored = {each.name: each for each in await store.subscriptions.active()}
    filed = {each.name: as_stored(each, stored.get(each.name)) for each in settings.subscriptions}
    subscriptions = [*(stored | filed).values()]
    if not subscriptions:
        yield Finding(Mark.WARNING, "subscriptions", "there are none", "add one to the settings")
    for subscription in subscriptions:
        async for finding in _subscription(store, settings, subscription, now):
            yield finding
    async for finding in _platforms(store, settings, subscriptions, clock):
        yield finding


def words(finding: Finding) -> str:
    """A line, and what to do about it below."""
    mend = f"\n         {finding.mend}" if finding.mend else ""
    return f"{finding.mark:<8} {finding.where}: {finding.what}{mend}"


def document(findings: Sequence[Finding]) -> list[Mapping[str, Any]]:
    """For programs."""
    return [
        {"level": each.mark, "where": each.where, "what": each.what, "mend": each.mend}
        for each in findings
    ]


async def _source(store: Store, source: Source, *, is_demo: bool) -> Finding:
    where = f"source {source.name}"
    if is_demo and not await store.catalog.count(source.name):
        return Finding(Mark.HINT, where, "not there yet: `gazette run` makes it")
    if isinstance(source.place, Path) and not source.place.is_dir():
        return Finding(Mark.ERROR, where, f"{source.place} is no folder", "correct its path")
    count = await store.catalog.count(source.name)
    if not count:
        mend = "`gazette run` takes them in; `gazette lint` says what is wrong with them"
        return Finding(Mark.WARNING, where, "no article of it is in the catalog", mend)
    problems = await store.catalog.problems(source.name)
    errors = sum(each.level is Level.ERROR for each in problems)
    if errors:
        what = f"{count:,} articles, {errors:,} mistakes in files that were left out"
        return Finding(Mark.WARNING, where, what, "`gazette lint` names each with its line")
    return Finding(Mark.OK, where, f"{count:,} articles")


async def _subscription(
    store: Store, settings: Settings, subscription: Subscription, now: datetime
) -> AsyncIterator[Finding]:
    where = f"subscription {subscription.name}"
    is_sound = True
    taxonomy = await store.catalog.taxonomy()
    # where no topic is known yet, no name can be told to be wrong
    hints = pipeline.unknown_topics(subscription.taste, taxonomy) if [*taxonomy] else ()
    for hint in hints:
        is_sound = False
        yield Finding(Mark.ERROR, where, hint, "correct its topics")
    token = _TOKENS.get(subscription.destination.platform)
    if token is not None and not _is_set_up(settings, subscription.destination.platform):
        is_sound = False
        what = f"it goes to {subscription.destination}, and {token} is not set"
        yield Finding(Mark.ERROR, where, what, f"set {token} in the environment")
    if subscription.pause_reason is not None:
        is_sound = False
        what = f"paused, as nothing can be posted there: {subscription.pause_reason}"
        yield Finding(Mark.WARNING, where, what, "`gazette posts list --state failed`, then retry")
    if subscription.paused_until is not None and subscription.paused_until > now:
        what = f"paused until {subscription.paused_until:%Y-%m-%d %H:%M} UTC"
        yield Finding(Mark.HINT, where, what)
    past = await lately(store, subscription, now)
    schedule = subscription.schedule
    if past.is_mostly_quiet and schedule is not None and len(schedule.days) >= _OFTEN:
        once = replace(schedule, days=frozenset({min(schedule.days)}), times=schedule.times[:1])
        weekly = schedule_words(once)
        slots_a_week = len(schedule.days) * len(schedule.times)
        per_week = f"{past.articles / past.slots * slots_a_week:.1f}"
        what = (
            f"nothing to say on {past.quiet} of its last {past.slots} times; "
            f"a week had about {per_week} articles for it"
        )
        yield Finding(Mark.HINT, where, what, f'have it weekly: at: "{weekly}", max_age: 7d')
    elif is_sound:
        gone = f", {past.slots - past.quiet} of its last {past.slots} times had articles"
        yield Finding(Mark.OK, where, f"to {subscription.destination}{gone if past.slots else ''}")


async def _platforms(
    store: Store, settings: Settings, subscriptions: Sequence[Subscription], clock: Clock
) -> AsyncIterator[Finding]:
    """Each platform with a token is logged in to, and asked after the places posts go to."""
    names = [platform for platform in _TOKENS if _is_set_up(settings, platform)]
    if not names:
        yield Finding(Mark.HINT, "platforms", "no token is set: only the board is served")
        return
    try:
        async with reached(settings, store, clock, None) as reach:
            for name in names:
                why = reach.platforms[name].why_not_ready()
                mark = Mark.WARNING if why else Mark.OK
                yield Finding(mark, name.title(), why or "lets Gazette in")
            places = {each.destination: each.name for each in subscriptions}
            for destination in [each for each in places if each.platform in names][:MOST_PLACES]:
                yield await _place(reach.messengers[destination.platform], destination)
    except GazetteError as error:
        yield Finding(Mark.ERROR, "platforms", str(error))


async def _place(messenger: Messenger, destination: Destination) -> Finding:
    why = await messenger.why_not_known(destination)
    if why is None:
        return Finding(Mark.OK, str(destination), "posts can be made and found again")
    return Finding(Mark.WARNING, str(destination), why)


def _is_set_up(settings: Settings, platform: Platform) -> bool:
    tokens = {
        Platform.SLACK: settings.secrets.slack_bot_token,
        Platform.DISCORD: settings.secrets.discord_token,
    }
    return tokens.get(platform) is not None
