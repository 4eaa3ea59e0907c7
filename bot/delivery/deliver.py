"""Works a destination's posts off: claim, post, confirm. The promise is committed before the call."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.delivery.lease import Leases
from bot.delivery.order import Doubt, LookUp, Send, Skip, Wait, is_repeatable, next_step
from bot.delivery.overdue import Overdue, since_due
from bot.delivery.patience import Patience
from bot.delivery.ports import Ledger, Messenger, Move, Tell
from bot.delivery.reconcile import DAY, verdict
from bot.delivery.states import SIMPLER
from bot.delivery.waits import Waits
from bot.errors import (
    Closed,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    PlatformError,
    PostGone,
    RateLimited,
)
from bot.model.alert import Alert, AlertKind
from bot.model.destination import Destination, Platform
from bot.model.post import Post, PostOp, PostState
from bot.model.receipt import Receipt

log = structlog.get_logger(__name__)

VAIN = 30
"""Attempts, far fewer than a day has room for."""

LOST = "whoever was sending it ended before an answer came"


async def tell_nobody(alert: Alert) -> None:
    """For a delivery without people behind it: the log has every move anyway."""


class Delivery:
    """Delivers one destination at a time; `owner` names this process in the ledger.

    `tell` is called before the move that an alert speaks of, so that no crash loses it.
    """

    def __init__(
        self,
        ledger: Ledger,
        messengers: Mapping[Platform, Messenger],
        clock: Clock,
        patience: Patience,
        owner: str,
        *,
        tell: Tell = tell_nobody,
    ) -> None:
        self._ledger = ledger
        self._messengers = messengers
        self._clock = clock
        self._patience = patience
        self._owner = owner
        self._tell = tell
        self._leases = Leases(ledger, clock, owner, patience.lease_s)
        self._waits = Waits(clock, patience.quarantine_s)
        self._overdue = Overdue(clock.now(), patience.second_look_s)
        self._posted_s: dict[str, float] = {}
        self._unreachable: set[Destination] = set()
        self._is_stopping = False

    def stop(self) -> None:
        """Begins no further post; one under way ends as it would."""
        self._is_stopping = True

    async def work_off(self, destination: Destination) -> datetime | None:
        """Does all that can be done now; when to come back, or None when nothing is left.

        A destination of a platform that is not set up waits until it is; one that another process
        holds is looked at again.
        """
        messenger = self._messengers.get(destination.platform)
        if messenger is None:
            if destination not in self._unreachable:
                self._unreachable.add(destination)
                log.warning("platform not set up", destination=str(destination))
            return None
        name = str(destination)
        if not await self._leases.take(name):
            return self._in(self._patience.lease_s / 3)
        try:
            return await self._work_off(destination, messenger)
        finally:
            await self._leases.release(name)

    async def _work_off(self, destination: Destination, messenger: Messenger) -> datetime | None:
        posts: Sequence[Post] = await self._ledger.open_posts(destination)
        while not self._is_stopping:
            if not await self._holds(destination):
                return self._in(self._patience.lease_s / 3)
            safely_s, late_s = messenger.repeats_safely_s, self._patience.max_lateness_s
            as_of_now = await self._as_of_now(posts, messenger)
            match next_step(as_of_now, self._clock.now(), safely_s, late_s):
                case None:
                    return None
                case Wait(until):
                    return until
                case Doubt(post):
                    moved = await self._doubt(post, LOST)
                case Skip(post, why):
                    moved = await self._move(post, Move(PostState.SKIPPED, error=why))
                case LookUp(post, thread):
                    sight = await messenger.look_up(post, thread)
                    moved = await self._move(
                        post, verdict(post, sight, self._patience, self._clock.now())
                    )
                case Send(post, thread):
                    moved = await self._send(post, thread, messenger)
            if moved is None or moved.state in (PostState.FAILED, PostState.SKIPPED):
                posts = await self._ledger.open_posts(destination)  # others may have moved too
            else:
                posts = _with(posts, moved)
        return None

    async def _as_of_now(self, posts: Sequence[Post], messenger: Messenger) -> Sequence[Post]:
        """Whether a nonce is still known, the platform's own time says."""
        young_s = messenger.repeats_safely_s
        is_asked = young_s and any(post.state is PostState.UNKNOWN for post in posts)
        platform_now = await messenger.platform_time_at() if is_asked else None
        return self._waits.as_of_now(posts, platform_now, young_s)

    async def _holds(self, destination: Destination) -> bool:
        """Whether the lease lasts for one more post; it is renewed when it does not."""
        name = str(destination)
        for_s = (
            2 * self._patience.time_out_s
        )  # the pace and the platform's time come before the call
        return self._leases.lasts(name, for_s) or await self._leases.take(name)

    async def _send(self, post: Post, thread: Receipt | None, messenger: Messenger) -> Post | None:
        await self._keep_pace(post.destination, messenger.pace_s)
        bound = await messenger.platform_time_at()
        claim = await self._move(
            post, Move(PostState.SENDING, owner=self._owner, platform_time_at=bound)
        )
        if claim is None:  # another process has it, or it is settled
            return None
        if self._overdue.must_look(post):
            sight = await messenger.look_up(since_due(claim), thread)
            move = self._overdue.verdict(claim, sight, self._clock.now())
            if move is not None:
                return await self._move(claim, move)
        if not self._leases.lasts(str(post.destination), self._patience.time_out_s):
            # frozen or asleep since the lease was looked at: another may work here by now
            return await self._give_back(post, claim)
        try:
            receipt = await _call(messenger, claim, thread)
        except PlatformError as error:
            moved = await self._not_confirmed(post, claim, error)
        else:
            self._overdue.note(claim)
            moved = await self._move(claim, Move(PostState.SENT, receipt=receipt))
        self._posted_s[str(post.destination)] = self._clock.boot_s()
        return moved

    async def _give_back(self, post: Post, claim: Post) -> Post | None:
        state = PostState.UNKNOWN if post.state is PostState.UNKNOWN else PostState.PLANNED
        return await self._move(claim, Move(state, error="the lease ran out before the call"))

    async def _not_confirmed(self, post: Post, claim: Post, error: PlatformError) -> Post | None:
        """What an error of the platform means for a post that stood as `post` before its claim."""
        is_repeat = post.state is PostState.UNKNOWN and post.op is PostOp.CREATE
        if isinstance(error, PostGone):
            return await self._gone(claim, str(error))
        if is_repeat and not isinstance(error, PayloadRefused):
            return await self._still_in_doubt(claim, error)
        return await self._refused(claim, error)

    async def _refused(self, claim: Post, error: PlatformError) -> Post | None:
        """Only OutcomeUnknown leaves doubt."""
        what = str(error)
        match error:
            case RateLimited():
                later = self._in(error.retry_after_s)
                move = Move(PostState.PLANNED, retry_at=later, error=what)
            case NotSent():
                later = self._in(self._patience.backoff_s(claim.attempt))
                move = Move(PostState.PLANNED, retry_at=later, error=what)
            case PayloadRefused() if claim.level in SIMPLER:
                move = Move(PostState.PLANNED, level=SIMPLER[claim.level], error=what)
            case PayloadRefused():
                move = Move(PostState.FAILED, error=what)
            case NotAllowed():
                return await self._closed(claim, error)
            case _:
                assert isinstance(error, OutcomeUnknown), error
                return await (
                    self._held(claim, what) if self._is_vain(claim) else self._doubt(claim, what)
                )
        return await self._move(claim, move)

    async def _closed(self, claim: Post, error: NotAllowed) -> Post | None:
        await self._alert(Alert(AlertKind.CLOSED, claim, str(error), error.closed))
        failed = await self._ledger.close(claim, error.closed, str(error), self._clock.now())
        log.error(
            "closed to us",
            closed=error.closed,
            post=claim.key,
            destination=str(claim.destination),
            error=str(error),
        )
        return failed

    async def _gone(self, claim: Post, what: str) -> Post | None:
        """Someone deleted it: there is nothing to correct, or a person decides whether to repeat it."""
        if claim.op is PostOp.EDIT:
            return await self._move(claim, Move(PostState.FAILED, error=what))
        return await self._held(claim, what)

    async def _held(self, claim: Post, what: str) -> Post | None:
        doubted = await self._move(claim, Move(PostState.UNKNOWN, error=what))
        return doubted and await self._move(doubted, Move(PostState.HELD, error=what))

    def _is_vain(self, claim: Post) -> bool:
        """Whether what is repeated at any age, which no look ever ends, came to nothing for a day.

        So many attempts too: a wall clock may have been set, and a machine switched off for a day.
        """
        since = claim.sending_at
        is_old = since is not None and self._clock.now() - since > DAY
        return is_old and claim.op is not PostOp.CREATE and claim.attempt >= VAIN

    async def _still_in_doubt(self, claim: Post, error: PlatformError) -> Post | None:
        """A repeat that surely did not post says nothing of the request before it."""
        if not isinstance(error, RateLimited):
            return await self._doubt(claim, str(error))
        later = self._in(error.retry_after_s)
        return await self._move(claim, Move(PostState.UNKNOWN, retry_at=later, error=str(error)))

    async def _doubt(self, claim: Post, what: str) -> Post | None:
        """To `unknown`: soon again where repeating is safe, else once the request has surely landed.

        An edit waits too: an older one that lands after a newer would undo it.
        """
        messenger = self._messengers[claim.destination.platform]
        soon = self._in(self._patience.backoff_s(claim.attempt))
        is_soon = claim.op is not PostOp.EDIT and is_repeatable(
            claim, soon, messenger.repeats_safely_s
        )
        later = soon if is_soon else self._in(self._patience.quarantine_s)
        return await self._move(claim, Move(PostState.UNKNOWN, retry_at=later, error=what))

    async def _move(self, post: Post, move: Move) -> Post | None:
        await self._alert_of(post, move)
        moved = await self._ledger.move(post, move, self._clock.now())
        if moved is not None:
            self._waits.note(moved)
        # a claim says nothing that the ledger and the line after it don't
        usual = "debug" if move.to is PostState.SENDING else "info"
        level = "warning" if move.error else usual
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

    async def _alert_of(self, post: Post, move: Move) -> None:
        what = move.error or ""
        if move.to is PostState.HELD:
            await self._alert(Alert(AlertKind.HELD, post, what))
        elif move.level is not None or (
            move.to is PostState.FAILED and post.state is PostState.SENDING
        ):
            await self._alert(Alert(AlertKind.DEGRADED, replace(post, state=move.to), what))

    async def _alert(self, alert: Alert) -> None:
        """An alert that fails is no reason for another, unless all on its platform fails with it."""
        if alert.post.edition_id is not None or alert.closed is Closed.INSTALLATION:
            await self._tell(alert)

    async def _keep_pace(self, destination: Destination, pace_s: float) -> None:
        last_s = self._posted_s.get(str(destination))
        if last_s is not None:
            await asyncio.sleep(max(0.0, last_s + pace_s - self._clock.boot_s()))

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


def _with(posts: Sequence[Post], moved: Post) -> Sequence[Post]:
    return [moved if post.key == moved.key else post for post in posts]


async def _call(messenger: Messenger, claim: Post, thread: Receipt | None) -> Receipt:
    payload = json.loads(claim.payloads.at(claim.level))
    if claim.op is PostOp.CREATE:
        return await messenger.create(claim.destination, payload, claim.key, thread)
    assert thread is not None, "a thread is opened on a message, an edit has one to change"
    call = messenger.open_thread if claim.op is PostOp.OPEN_THREAD else messenger.edit
    return await call(thread, payload, claim.key)
