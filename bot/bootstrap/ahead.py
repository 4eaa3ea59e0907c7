"""`gazette next`: the next times of a subscription, in its zone, in UTC and in the machine's zone."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from bot.model.subscription import Subscription
from bot.model.upcoming import Upcoming, moment_words
from bot.scheduling.upcoming import upcoming
from bot.settings.schedule import schedule_words


def ahead_document(subscription: Subscription, now: datetime, count: int) -> dict[str, Any]:
    """For programs: each slot's key, when it is due, and what to know about it."""
    times = upcoming(subscription, now, count)
    return {
        "subscription": subscription.name,
        "destination": str(subscription.destination),
        "at": schedule_words(subscription.schedule) if subscription.schedule else None,
        "paused_until": _utc(subscription.paused_until) if subscription.paused_until else None,
        "pause_reason": subscription.pause_reason,
        "next": [
            {
                "slot": each.slot.key,
                "due_at": _utc(each.slot.due_at),
                "local": each.local.isoformat(),
                "note": each.note,
            }
            for each in times
        ],
    }


def ahead_words(
    subscription: Subscription, now: datetime, count: int, here: tzinfo | None = None
) -> str:
    """For a terminal: a line for each time; `here` is the machine's zone, None its own."""
    if subscription.schedule is None:
        return (
            f"{subscription.name} is sent by hand only: gazette send {subscription.name}\n"
            'To have it sent by itself, add a line such as  at: "weekdays 09:00 Europe/Berlin"'
        )
    times = upcoming(subscription, now, count)
    head = f"{subscription.name} to {subscription.destination}: {schedule_words(subscription.schedule)}"
    if subscription.pause_reason is not None:
        return (
            f"{head}\npaused, as nothing can be posted there: {subscription.pause_reason}\n"
            "When it can again: gazette posts list --state failed, then gazette posts retry KEY"
        )
    until = subscription.paused_until
    if until is not None and until > now:
        head += f"\npaused until {moment_words(until)} UTC"
    return "\n".join([head, *_table(times, here)])


def _table(times: Sequence[Upcoming], here: tzinfo | None) -> list[str]:
    """Columns under one another; the machine's zone only where it is not one of the two before."""
    rows = []
    for each in times:
        own = each.slot.due_at.astimezone(here)
        is_shown_already = own.utcoffset() in (each.local.utcoffset(), each.slot.due_at.utcoffset())
        rows.append(
            [
                f"{moment_words(each.local)} {each.local:%Z}",
                f"{_short(each.slot.due_at, each.local)} UTC" if each.local.utcoffset() else "",
                "" if is_shown_already else f"{_short(own, each.local)} here",
                each.note,
            ]
        )
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]


def _short(at: datetime, beside: datetime) -> str:
    """The time of day, and the day of the week where that is another than beside it."""
    return f"{at:%H:%M}" if at.date() == beside.date() else f"{at:%a %H:%M}"


def _utc(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
