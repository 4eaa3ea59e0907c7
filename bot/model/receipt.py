"""What a platform gave back for a post."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """`channel` and `message` name the message (Slack: ts); `thread` is where replies go, if open.

    Slack and the board have no thread of their own: replies go to (channel, message).
    """

    channel: str
    message: str
    thread: str | None = None
