"""A process's ledger at whose commits something goes wrong, as a test orders it."""

import asyncio
from dataclasses import dataclass, replace
from enum import Enum

from bot.errors import StoreError
from bot.storage.ledger import Ledger
from tests.support.edge import Crash


class End(Enum):
    """How a commit ends badly."""

    DEATH = "the process dies"
    ERROR = "it is told that the database can't be written"
    FREEZE = "it stands still"


@dataclass(frozen=True)
class Doom:
    """After so many moves the next one ends so, before its commit or after it."""

    end: End
    moves: int
    is_after: bool


class MortalLedger:
    """A process's ledger: dies with it, fails or stands still at the commit that was ordered."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.is_dead = False
        self.doom: Doom | None = None
        self.frozen: asyncio.Event | None = None

    def __getattr__(self, name):
        real = getattr(self._ledger, name)

        async def call(*arguments):
            if self.is_dead:
                raise Crash
            doom = self._count_down(name)
            if doom is not None and not doom.is_after:
                await self._end(doom)
            result = await real(*arguments)
            if doom is not None and doom.is_after:
                await self._end(doom)
            return result

        return call

    def _count_down(self, name: str) -> Doom | None:
        """The doom of this very move, if it is the one."""
        doom = self.doom
        if doom is None or name not in ("move", "close"):
            return None
        self.doom = replace(doom, moves=doom.moves - 1) if doom.moves else None
        return None if doom.moves else doom

    async def _end(self, doom: Doom) -> None:
        if doom.end is End.ERROR:
            raise StoreError("the disk is full")
        if doom.end is End.DEATH:
            self.is_dead = True
            raise Crash
        self.frozen = asyncio.Event()
        await self.frozen.wait()
        self.frozen = None
        if self.is_dead:
            raise Crash
