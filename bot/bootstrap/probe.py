"""Looks once, at the start, whether posts to each destination could be looked up if an answer were lost."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.delivery.ports import Messenger, Subscriptions
from bot.errors import StoreError
from bot.model.destination import Destination, Platform

log = structlog.get_logger(__name__)

PAUSE_S = 2.0
"""Between two destinations: Slack has room for 50 such calls a minute, and look-ups come first."""


async def probe(
    subscriptions: Subscriptions,
    messengers: Mapping[Platform, Messenger],
    *,
    pause_s: float = PAUSE_S,
) -> None:
    """Tells the log of each destination where a post in doubt would have to wait for a person."""
    try:
        active = await subscriptions.active()
    except StoreError as error:
        log.warning("destinations not looked at", reason=str(error))
        return
    names: dict[Destination, str] = {each.destination: each.name for each in active}
    for destination, name in names.items():
        messenger = messengers.get(destination.platform)
        why = messenger and await messenger.why_not_known(destination)
        if why:
            log.warning(
                "a lost answer there could not be settled",
                destination=str(destination),
                subscription=name,
                reason=why,
            )
        await asyncio.sleep(pause_s)
