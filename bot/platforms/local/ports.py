"""What the board needs from others: a store for its messages, and the commands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model.answer import Answer, Press, Request
from bot.model.board_message import BoardMessage


class BoardStore(Protocol):
    """The board's messages. Each method is one transaction; raises StoreError as the ledger does."""

    async def add(
        self, key: str, channel: str, thread: str | None, payload: str, at: datetime
    ) -> bool:
        """Stores a message; false, and nothing stored, when the key is there already."""
        ...

    async def name_thread(self, key: str, name: str) -> None:
        """Opens the thread of message `key` under this name; a second call changes nothing else."""
        ...

    async def change(self, key: str, payload: str) -> bool:
        """Puts a payload in the place of what a message shows; false when it is not there."""
        ...

    async def find(self, key: str) -> BoardMessage | None:
        """The message of this key."""
        ...

    async def messages(self, channel: str, limit: int) -> list[BoardMessage]:
        """The newest `limit` messages outside threads, oldest first."""
        ...

    async def thread(self, key: str) -> list[BoardMessage]:
        """The replies to message `key`, oldest first."""
        ...

    async def reply_counts(self, keys: Sequence[str]) -> dict[str, int]:
        """How many replies each message has; those without may be left out."""
        ...

    async def version(self, channel: str) -> int:
        """A number that grows with every message and edit of the channel, threads included."""
        ...


class Commands(Protocol):
    """The slash commands, the same for every platform."""

    async def answer(self, request: Request) -> Answer:
        """Answers a slash command."""
        ...

    async def press(self, press: Press) -> Answer:
        """Answers a pressed button or menu entry."""
        ...
