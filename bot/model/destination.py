"""Where a digest goes."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Platform(StrEnum):
    """Slack, Discord, or the built-in board."""

    SLACK = "slack"
    DISCORD = "discord"
    LOCAL = "local"


class Look(StrEnum):
    """The shape of a payload: how the place it goes to draws posts and opens threads."""

    SLACK = "slack"
    DISCORD = "discord"
    FORUM = "discord-forum"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Destination:
    """A channel, forum or person on one installation. `platform:channel` is its identity.

    A person's `channel` is `U…` or `W…` on Slack, as Slack itself has it, and `@ID` on Discord,
    where the ids of people and channels look alike.
    """

    platform: Platform
    channel: str
    look: Look

    def __str__(self) -> str:
        return f"{self.platform}:{self.channel}"

    @property
    def person(self) -> str | None:
        """The platform's id of the person this is; None for a channel."""
        form = _PEOPLE.get(self.platform)
        found = form.fullmatch(self.channel) if form else None
        return found[1] if found else None


_PEOPLE = {
    Platform.SLACK: re.compile(r"([UW][A-Z0-9]+)"),
    Platform.DISCORD: re.compile(r"@([0-9]+)"),
}


def person(owner: str) -> Destination:
    """The direct channel with an owner, written `slack:U…` or `discord:ID` as in the settings."""
    platform, _, who = owner.partition(":")
    if platform == Platform.DISCORD:
        return Destination(Platform.DISCORD, f"@{who}", Look.DISCORD)
    return Destination(Platform.SLACK, who, Look.SLACK)
