"""Joins file and environment into Settings, or says every mistake at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.errors import Miswritten, SettingsError
from bot.model.destination import Destination, Look, Platform
from bot.model.source import Remote, Source
from bot.model.subscription import Subscription
from bot.model.taste import Exclude, Taste
from bot.settings.document import read_document
from bot.settings.durations import duration_words, parse_duration
from bot.settings.environment import (
    Endpoints,
    Secrets,
    read_delivery,
    read_endpoints,
    read_secrets,
)
from bot.settings.mistakes import Location, Mistakes, did_you_mean
from bot.settings.models import (
    DeliverySettings,
    SettingsFile,
    SourceSettings,
    SubscriptionSettings,
    TasteSettings,
)
from bot.settings.rewording import reword

_LEASE_TIME_OUTS = 3
"""A lease must outlive a call and its answer (DESIGN.md section 7)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the program runs on. Pass a step its own part, never the whole.

    For showing: `written` is the file's own form, `variables` the dotted keys that the environment
    outranked.
    """

    path: Path | None
    sources: tuple[Source, ...]
    subscriptions: tuple[Subscription, ...]
    board: Mapping[str, Look]
    delivery: DeliverySettings
    owners: tuple[str, ...]
    secrets: Secrets
    endpoints: Endpoints
    written: SettingsFile
    variables: frozenset[str]


def load(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Settings from a file (None: only defaults) and the environment. Raises SettingsError."""
    mistakes = Mistakes(str(path))
    delivery = read_delivery(environment, mistakes)
    secrets = read_secrets(environment, mistakes)
    endpoints = read_endpoints(environment, mistakes)
    data = {} if path is None else read_document(path, mistakes)
    written = None if data is None else _validate(_outrank(data, delivery), mistakes)
    # raised here, where no pydantic error with its inputs hangs on as context
    if written is None or mistakes.all():
        raise SettingsError(mistakes.all())
    board = {name: Look(channel.looks_like) for name, channel in written.board.items()}
    folder = path.parent if path else Path()
    return Settings(
        path=path,
        sources=tuple(_source(each, folder) for each in written.sources),
        subscriptions=tuple(_subscription(each, board) for each in written.subscriptions),
        board=board,
        delivery=written.delivery,
        owners=written.owners,
        secrets=secrets,
        endpoints=endpoints,
        written=written,
        variables=frozenset(f"delivery.{key}" for key in delivery),
    )


def _outrank(data: Any, delivery: Mapping[str, str]) -> Any:
    if not delivery or not isinstance(data, dict):
        return data
    given = data.get("delivery", {})
    return {**data, "delivery": {**given, **delivery}} if isinstance(given, dict) else data


def _validate(data: Any, mistakes: Mistakes) -> SettingsFile | None:
    written = None
    try:
        written = SettingsFile.model_validate(data)
    except ValidationError as error:
        reword(error, mistakes)
    if isinstance(data, dict):
        _check_across(data, mistakes)
    return written


def _check_across(data: dict[str, Any], mistakes: Mistakes) -> None:
    """What no single field can tell; on the raw file, so that no other mistake hides it."""
    for part in ("sources", "subscriptions"):
        first: dict[str, Location] = {}
        for at, name in _texts(data, part, "name"):
            if name in first:
                line = mistakes.lines[first[name]]
                mistakes.add(
                    at, f"a name given twice, first in line {line}", "names are keys: change one"
                )
            first.setdefault(name, at)
    board = data.get("board", SettingsFile().board)
    for at, to in _texts(data, "subscriptions", "to"):
        channel = to.removeprefix("local:")
        if channel != to and isinstance(board, dict) and channel not in board:
            mistakes.add(at, "no such channel on the board", did_you_mean(channel, board))
    _check_places(data.get("sources"), mistakes)
    _check_lease(data.get("delivery"), mistakes)


def _texts(data: dict[str, Any], part: str, key: str) -> Iterator[tuple[Location, str]]:
    each = data.get(part)
    for index, entry in enumerate(each if isinstance(each, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get(key), str):
            yield (part, index, key), entry[key]


def _check_places(sources: Any, mistakes: Mistakes) -> None:
    for index, source in enumerate(sources if isinstance(sources, list) else ()):
        if not isinstance(source, dict):
            continue
        at = ("sources", index)
        if "path" not in source and "git" not in source:
            mend = "add path: ./articles or git: https://HOST/PATH.git"
            mistakes.add(at, "neither path nor git", mend)
        elif "path" in source and "git" in source:
            mistakes.add((*at, "git"), "given beside path", "keep one of the two")
        elif "path" in source and "branch" in source:
            mend = "remove it, or give the repository as git"
            mistakes.add((*at, "branch"), "a branch of a folder", mend)


def _check_lease(delivery: Any, mistakes: Mistakes) -> None:
    if not isinstance(delivery, dict):
        return
    usual = DeliverySettings()
    try:
        time_out_s = parse_duration(delivery.get("time_out", duration_words(usual.time_out_s)))
        lease_s = parse_duration(delivery.get("lease", duration_words(usual.lease_s)))
    except Miswritten:
        return  # said already, at its own key
    if lease_s < round(_LEASE_TIME_OUTS * time_out_s, 6):  # 3 × 0.4 is a little more than 1.2
        key = "lease" if "lease" in delivery else "time_out"
        least = duration_words(_LEASE_TIME_OUTS * time_out_s)
        mistakes.add(
            ("delivery", key),
            f"the lease is shorter than {_LEASE_TIME_OUTS} time-outs",
            f'write at least lease: "{least}"',
        )


def _source(written: SourceSettings, folder: Path) -> Source:
    if written.git is not None:
        place: Path | Remote = Remote(written.git, written.branch)
    else:
        assert written.path is not None  # _check_places
        place = folder / Path(written.path).expanduser()
    return Source(written.name, place, written.collections)


def _subscription(written: SubscriptionSettings, board: Mapping[str, Look]) -> Subscription:
    return Subscription(
        name=written.name,
        destination=_destination(written.to, board),
        taste=_taste(written.topics, written.taste),
        schedule=written.at.to_schedule() if written.at else None,
        layout=written.layout,
    )


def _destination(to: str, board: Mapping[str, Look]) -> Destination:
    kind, _, channel = to.partition(":")
    if kind == "local":
        return Destination(Platform.LOCAL, channel, board[channel])
    look = Look.FORUM if kind == "discord-forum" else Look(kind)
    return Destination(Platform(kind.removesuffix("-forum")), channel, look)


def _taste(topics: tuple[str, ...], written: TasteSettings) -> Taste:
    exclude = written.exclude
    return Taste(
        topics=topics,
        gate=written.gate,
        min_quality=written.min_quality,
        items=written.items,
        min_items=written.min_items,
        on_thin=written.on_thin,
        max_age=timedelta(seconds=written.max_age_s),
        per_provider=written.per_provider,
        related=written.related,
        exclude=Exclude(exclude.topics, exclude.providers, exclude.words),
    )
