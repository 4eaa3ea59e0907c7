"""A message on the board, the built-in platform."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BoardMessage:
    """`key` is its post's key; `thread` the key of the message whose thread it is in, if any.

    `payload` is JSON as it was sent or last edited, `edits` times so far. `thread_name` is set once
    its own thread has been opened.
    """

    key: str
    channel: str
    thread: str | None
    payload: str
    thread_name: str | None
    at: datetime
    edits: int = 0
