"""Works a destination's posts off: claim, post, confirm. The promise is committed before the call."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.delivery.order import LookUp, Send, Skip, Wait, is_repeatable, next_step
from bot.delivery.patience import Patience
from bot.delivery.ports import Ledger, Messenger, Move
from bot.delivery.reconcile import settle
from bot.errors import (
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    PlatformError,
    PostGone,
    RateLimited,
)
from bot.model.destination import Destination, Platform
from bot.model.post import Level, Post, PostOp, PostState
from bot.model.receipt import Receipt

log = structlog.get_logger(__name__)

SIMPLER = {Level.FULL: Level.PLAIN, Level.PLAIN: Level.TEXT}


class Delivery:
    """Delivers one destination at a time; `owner` names this process in the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        messengers: Mapping[Platform, Messenger],
        clock: Clock,
        patience: Patience,
        owner: str,
    ) -> None:
        self._ledger = ledger
        self._messengers = messengers
        self._clock = clock
        self._patience = patience
        self._owner = owner
        self._posted_s: dict[str, float] = {}
        self._unreachable: set[Destination] = set()
        self._is_stopping = False

    def stop(self) -> None:
        """Begins no further post; one under way ends as it would."""
        self._is_stopping = True

    async def take_over(self) -> None:
        """Puts posts that a dead process left in `sending` in doubt. Call it holding the lock."""
        for post in await self._ledger.orphans(self._owner):
            await self._doubt(post, "the process that was sending it ended before an answer came")

    async def work_off(self, destination: Destination) -> datetime | None:
        """Does all that can be done now; when to come back, or None when nothing is left.

        A destination of a platform that is not set up waits until it is.
        """
        messenger = self._messengers.get(destination.platform)
        if messenger is None:
            if destination not in self._unreachable:
                self._unreachable.add(destination)
                log.warning("platform not set up", destination=str(destination))
            return None
        while not self._is_stopping:
            posts = await self._ledger.open_posts(destination)
            step = next_step(posts, self._clock.now(), messenger.repeats_safely_s)
            match step:
                case None:
                    return None
                case Wait(until):
                    return until
                case Skip(post, why):
                    await self._move(post, Move(PostState.SKIPPED, error=why))
                case LookUp(post, thread):
                    await settle(
                        post,
                        thread,
                        self._ledger,
                        messenger,
                        clock=self._clock,
                        patience=self._patience,
                    )
                case Send(post, thread):
                    await self._send(post, thread, messenger)
        return None

    async def _send(self, post: Post, thread: Receipt | None, messenger: Messenger) -> None:
        await self._keep_pace(post.destination, messenger.pace_s)
        bound = await messenger.platform_time_at()
        claim = await self._move(
            post, Move(PostState.SENDING, owner=self._owner, platform_time_at=bound)
        )
        if claim is None:  # another process has it, or it is settled
            return
        try:
            receipt = await _call(messenger, claim, thread)
        except PostGone as error:
            await self._hold(claim, str(error))
        except PlatformError as error:
            is_repeat = post.state is PostState.UNKNOWN and post.op is PostOp.CREATE
            if is_repeat and not isinstance(error, PayloadRefused):
                await self._still_in_doubt(claim, error)
            else:
                await self._not_confirmed(claim, error)
        else:
            await self._move(claim, Move(PostState.SENT, receipt=receipt))
        self._posted_s[str(post.destination)] = self._clock.boot_s()

    async def _not_confirmed(self, claim: Post, error: PlatformError) -> None:
        """What an error of the platform means for a post; only OutcomeUnknown leaves doubt."""
        what = str(error)
        match error:
            case RateLimited():
                later = self._in(error.retry_after_s)
                await self._move(claim, Move(PostState.PLANNED, retry_at=later, error=what))
            case NotSent():
                later = self._in(self._patience.backoff_s(claim.attempt))
                await self._move(claim, Move(PostState.PLANNED, retry_at=later, error=what))
            case PayloadRefused() if claim.level in SIMPLER:
                simpler = SIMPLER[claim.level]
                await self._move(claim, Move(PostState.PLANNED, level=simpler, error=what))
            case PayloadRefused() | NotAllowed():
                await self._move(claim, Move(PostState.FAILED, error=what))
            case _:
                assert isinstance(error, OutcomeUnknown), error
                await self._doubt(claim, what)

    async def _hold(self, claim: Post, what: str) -> None:
        """Nothing more by the machine: a person decides."""
        doubted = await self._move(claim, Move(PostState.UNKNOWN, error=what))
        if doubted is not None:
            await self._move(doubted, Move(PostState.HELD, error=what))

    async def _still_in_doubt(self, claim: Post, error: PlatformError) -> None:
        """A repeat that surely did not post says nothing of the request before it."""
        if isinstance(error, RateLimited):
            later = self._in(error.retry_after_s)
            await self._move(claim, Move(PostState.UNKNOWN, retry_at=later, error=str(error)))
        else:
            await self._doubt(claim, str(error))

    async def _doubt(self, claim: Post, what: str) -> None:
        """To `unknown`: soon again where repeating is safe, else once the request has surely landed."""
        messenger = self._messengers.get(claim.destination.platform)
        safely_s = 0.0 if messenger is None else messenger.repeats_safely_s
        soon = self._in(self._patience.backoff_s(claim.attempt))
        is_soon = is_repeatable(claim, soon, safely_s)
        later = soon if is_soon else self._in(self._patience.quarantine_s)
        await self._move(claim, Move(PostState.UNKNOWN, retry_at=later, error=what))

    async def _move(self, post: Post, move: Move) -> Post | None:
        moved = await self._ledger.move(post, move, self._clock.now())
        level = "warning" if move.error else "info"
        getattr(log, level)(
            "post moved" if moved else "post was moved by another",
            post=post.key,
            edition=post.edition_id,
            destination=str(post.destination),
            before=post.state,
            after=move.to,
            error=move.error,
        )
        return moved

    async def _keep_pace(self, destination: Destination, pace_s: float) -> None:
        last_s = self._posted_s.get(str(destination))
        if last_s is not None:
            await asyncio.sleep(max(0.0, last_s + pace_s - self._clock.boot_s()))

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


async def _call(messenger: Messenger, claim: Post, thread: Receipt | None) -> Receipt:
    payload = json.loads(claim.payloads.at(claim.level))
    if claim.op is PostOp.OPEN_THREAD:
        assert thread is not None, "a thread is opened on a message"
        return await messenger.open_thread(thread, payload, claim.key)
    return await messenger.create(claim.destination, payload, claim.key, thread)
