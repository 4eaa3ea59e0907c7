"""Which platforms can be reached, by the tokens that are set."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from bot.bootstrap.store import Store
from bot.clock import Clock
from bot.commands.dispatch import Commands
from bot.delivery.patience import Patience
from bot.delivery.ports import Messenger
from bot.model.destination import Platform
from bot.platforms.local.messenger import LocalMessenger
from bot.scheduling.upcoming import upcoming
from bot.settings.load import Settings


class _Running(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def why_not_ready(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """Messengers by platform; `platforms` are those with a connection of their own, by name."""

    messengers: Mapping[Platform, Messenger]
    platforms: Mapping[str, _Running]


def patience(settings: Settings) -> Patience:
    """Delivery's waits, as the settings have them."""
    delivery = settings.delivery
    return Patience(
        delivery.time_out_s,
        delivery.quarantine_s,
        delivery.second_look_s,
        delivery.lease_s,
        delivery.max_lateness_s,
    )


def answering(store: Store, clock: Clock) -> Commands:
    """The commands over this store."""
    return Commands(store.catalog, store.ledger, store.subscriptions, upcoming, clock)


@asynccontextmanager
async def reached(
    settings: Settings, store: Store, clock: Clock, commands: Commands | None
) -> AsyncIterator[Reach]:
    """Platforms connected, and disconnected on leaving; without `commands` they only post.

    Raises GazetteError when a token is refused.
    """
    messengers: dict[Platform, Messenger] = {Platform.LOCAL: LocalMessenger(store.board, clock)}
    platforms: dict[str, _Running] = {}
    secrets, ends, delivery = settings.secrets, settings.endpoints, settings.delivery
    if secrets.slack_bot_token is not None:
        from bot.platforms.slack.app import SlackPlatform

        slack = SlackPlatform(
            bot_token=secrets.slack_bot_token.get_secret_value(),
            app_token=_value(secrets.slack_app_token) if commands else None,
            api_url=ends.slack_api_url,
            time_out_s=delivery.time_out_s,
            pace_s=delivery.pace_s,
            clock=clock,
            commands=commands or answering(store, clock),
        )
        messengers[Platform.SLACK], platforms["slack"] = slack.messenger, slack
    if secrets.discord_token is not None:
        from bot.platforms.discord.client import DiscordPlatform

        discord = DiscordPlatform(
            token=secrets.discord_token.get_secret_value(),
            api_url=ends.discord_api_url,
            gateway_url=ends.discord_gateway_url,
            guild=None if ends.discord_guild is None else str(ends.discord_guild),
            time_out_s=delivery.time_out_s,
            pace_s=delivery.pace_s,
            clock=clock,
            commands=commands,
        )
        messengers[Platform.DISCORD], platforms["discord"] = discord.messenger, discord
    started: list[_Running] = []
    try:
        for platform in platforms.values():
            started.append(platform)
            await platform.start()
        yield Reach(messengers, platforms)
    finally:
        for platform in reversed(started):
            await platform.stop()


def _value(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
