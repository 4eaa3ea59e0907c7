"""What a failed request to Discord means for a post (PLATFORMS.md 2.5). Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import discord

from bot.errors import (
    Closed,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    PlatformError,
    RateLimited,
)

BANNED_S = 600.0
"""A refusal by Cloudflare, not by Discord: more than 10,000 bad requests in ten minutes."""

LIMITED_S = 60.0
"""For limits that Discord answers with a code and without a time."""

LONGEST_RETRY_AFTER_S = 86_400.0

BY_CLOUDFLARE = (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS,
)

THREAD_EXISTS = 160004
UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
NOT_OURS = 50005
ARCHIVED = 50083

LIMITS = frozenset({20016, 20028, 20029, 30046, 40003, 40062, 160006})
PASSING = frozenset({40004, 40006, 110000, 110001, 130000})
REFUSED_PAYLOAD = frozenset({50035, 50006, 40005, 40067, 200000, 200001, 240000})
CLOSED_INSTALLATION = frozenset({40001, 40333, 50014})
CLOSED = frozenset({10003, 10004, 10008, 10013, 10015, 30007, 40007, 50001, 50007, 50008, 50013})
CLOSED |= {50024, 50033, 50083, 50278, 160002, 160005, 160007, 220001, 220002}
CLOSED_THREAD = frozenset({10003, 10008, 50013, 50083, 160002, 160005})
"""Within a thread these speak of it, and not of the channel around it."""

WORDS: Mapping[int, str] = {
    10003: "the channel or thread is gone",
    10008: "the message was deleted there",
    10013: "there is no such person",
    50001: "the bot can't see the channel: invite it, or give it View Channel",
    50005: "the message is not the bot's own",
    50007: "the person takes no messages from the bot",
    50008: "this kind of channel takes no messages",
    50013: "the bot lacks a permission there (Send Messages, Send Messages in Threads, Create Public Threads)",
    50083: "the thread is archived",
    50278: "the bot shares no server with the person",
    160005: "the thread is locked",
    160006: "the server has as many active threads as it may",
}


def explain(error: Exception, statuses: Sequence[int], *, may_have: bool) -> PlatformError:
    """The PlatformError for what discord.py or aiohttp raised.

    `statuses` are the answers the call had, `may_have` says whether one of its attempts may have
    been carried out: then nothing else matters, but that a thread is there already.
    """
    name = type(error).__name__
    if isinstance(error, discord.HTTPException) and not (may_have and error.code != THREAD_EXISTS):
        return _refusal(error.status, error.code, error.text)
    if may_have:
        seen = ", ".join(map(str, statuses)) or "none"
        return OutcomeUnknown(f"Discord's answer was lost or can't be read ({seen}; {name})")
    if isinstance(error, discord.RateLimited):
        return _limited(error.retry_after)
    if not statuses:
        return NotSent(f"Discord can't be reached ({name})")
    if statuses[-1] == HTTPStatus.TOO_MANY_REQUESTS:
        is_asleep = isinstance(error, TimeoutError)  # else its time can't be read
        return _limited(1.0 if is_asleep else LIMITED_S)
    return _refusal(statuses[-1], 0, name)


def is_refusal(status: int, *, is_json: bool) -> bool:
    """Whether this answer says that nothing was done.

    A page is not Discord's word, but for the refusals that Cloudflare answers with one.
    """
    if status in BY_CLOUDFLARE:
        return True
    is_doubtful = status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
    is_client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return is_json and is_client_error and not is_doubtful


@dataclass(eq=False)
class HTTPFailure(Exception):
    """An answer without success that we have read ourselves: the cause of a PlatformError."""

    status: int
    body: Mapping[str, Any]
    has_via: bool
    is_json: bool

    @property
    def code(self) -> int:
        """Discord's own code, 0 where the body has none."""
        code = self.body.get("code")
        return code if isinstance(code, int) else 0


def judge(answer: HTTPFailure) -> PlatformError:
    """The PlatformError for it, by the rules discord.py goes by."""
    status, body = answer.status, answer.body
    if not is_refusal(status, is_json=answer.is_json):
        return OutcomeUnknown(f"Discord's answer can't be read ({status})")
    if status == HTTPStatus.TOO_MANY_REQUESTS and answer.has_via and answer.is_json:
        wait_s = body.get("retry_after")
        return _limited(float(wait_s) if isinstance(wait_s, int | float) else LIMITED_S)
    return _refusal(status, answer.code, str(body.get("message") or ""))


@contextmanager
def within_thread() -> Iterator[None]:
    """For a call into a thread, or one that opens it: what is closed may be the thread alone."""
    try:
        yield
    except NotAllowed as error:
        if code_of(error) not in CLOSED_THREAD:
            raise
        raise NotAllowed(str(error), Closed.THREAD) from error.__cause__


def _refusal(status: int, code: int, message: str) -> PlatformError:
    """The PlatformError for a 4xx with Discord's code; 0 where the body has none."""
    words = WORDS.get(code) or " ".join(message.split())[:200]
    what = f"Discord: {words} ({status}, code {code})"
    return _by_code(code, what) or _by_status(status, code, what)


def _by_code(code: int, what: str) -> PlatformError | None:
    if code in LIMITS:
        return RateLimited(what, LIMITED_S)
    if code in PASSING:
        return NotSent(what)
    if code in REFUSED_PAYLOAD:
        return PayloadRefused(what)
    if code in CLOSED_INSTALLATION:
        return NotAllowed(what, Closed.INSTALLATION)
    return NotAllowed(what) if code in CLOSED else None


def _by_status(status: int, code: int, what: str) -> PlatformError:
    if status == HTTPStatus.UNAUTHORIZED:
        return NotAllowed(what, Closed.INSTALLATION)
    is_page = status == HTTPStatus.FORBIDDEN and code == 0
    if status == HTTPStatus.TOO_MANY_REQUESTS or is_page:  # by Cloudflare, not by Discord itself
        return RateLimited(what, BANNED_S)
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return NotAllowed(what)
    return PayloadRefused(what)


def code_of(error: PlatformError) -> int:
    """Discord's code behind a PlatformError, 0 if it had none."""
    cause = error.__cause__
    return cause.code if isinstance(cause, discord.HTTPException | HTTPFailure) else 0


def _limited(retry_after_s: float) -> RateLimited:
    if (
        not math.isfinite(retry_after_s) or retry_after_s < 0
    ):  # JSON has no such numbers, Python's does
        retry_after_s = LIMITED_S
    retry_after_s = min(retry_after_s, LONGEST_RETRY_AFTER_S)
    return RateLimited(f"Discord asks for {retry_after_s:.1f} s of patience", retry_after_s)
