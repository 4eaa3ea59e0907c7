"""Where a digest goes."""

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
    """A channel, forum or person on one installation. `platform:channel` is its identity."""

    platform: Platform
    channel: str
    look: Look

    def __str__(self) -> str:
        return f"{self.platform}:{self.channel}"
