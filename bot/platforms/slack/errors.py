"""What an answer of Slack's means for a post: PLATFORMS 1.5 as one table, and the lost answers.

A code that is in no table counts as a refusal of the payload: Slack documents only a few codes after
which something may have been posted, and a simpler payload is tried at most twice more. A name that
speaks of a time-out or of Slack's own inside is doubt instead.
"""

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

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

UNANSWERED = (SlackClientError, aiohttp.ClientError, OSError, ValueError, AttributeError)
"""All that slack_sdk raises for a request. AttributeError: it calls `.get` on a body of plain text."""

RETRY_AFTER_S = 30.0
"""For a 429 that does not say how long."""
LONGEST_RETRY_AFTER_S = 86_400.0

DESTINATION_DEAD = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "messages_tab_disabled",
        "channel_type_not_supported",
        "is_inactive",
        "cannot_dm_bot",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
THREAD_DEAD = frozenset(
    {
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    }
)
NOTHING_TO_EDIT = frozenset({"message_not_found", "edit_window_closed", "cant_update_message"})
"""chat.update alone answers these: the message is gone, too old, or not ours to change."""
INSTALLATION_DEAD = frozenset(
    {
        "account_inactive",
        "token_revoked",
        "token_expired",
        "invalid_auth",
        "not_authed",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "access_denied",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "team_access_not_granted",
        "two_factor_setup_required",
    }
)
PAYLOAD_WRONG = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "markdown_text_conflict",
        "invalid_arguments",
    }
)
TOO_FAST = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
PASSING = frozenset({"team_added_to_org", "org_login_required", "accesslimited"})
AMBIGUOUS = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_HINTS_OF_DOUBT = ("timeout", "timed_out", "unavailable", "internal", "fatal", "unknown_error")

IN_BETWEEN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
"""A gateway's words, be they JSON: what it gave up waiting for may be carried out all the same."""

_MENDS = {
    "channel_not_found": "check the channel's id, and invite the app if the channel is private",
    "not_in_channel": "invite the app to the channel",
    "is_archived": "the channel is archived",
    "invalid_auth": "check the token and the workspace it belongs to",
    "missing_scope": "add it to the app and install the app again",
    "message_not_found": "someone has deleted the message",
    "edit_window_closed": "the workspace lets nobody edit a message that old",
    "cant_update_message": "only whoever posted a message may edit it",
    "token_revoked": "install the app again and set the new token",
    "not_allowed_token_type": "the bot token begins with xoxb-, the app-level token with xapp-",
}


def translate(error: Exception) -> PlatformError:
    """The one of our errors that an error of slack_sdk's or aiohttp's stands for."""
    match error:
        case SlackApiError():
            return _from_answer(error.response)
        case (
            aiohttp.ClientConnectorError()
            | aiohttp.ConnectionTimeoutError()
            | aiohttp.ClientHttpProxyError()
        ):
            return NotSent(f"Slack can't be reached ({type(error).__name__})")
        case TimeoutError():
            return OutcomeUnknown("Slack did not answer in time")
        case _:
            return OutcomeUnknown(f"Slack's answer was lost or unreadable ({type(error).__name__})")


def _from_answer(
    response: AsyncSlackResponse | aiohttp.ClientResponse | Mapping[str, Any],
) -> PlatformError:
    if not isinstance(response, AsyncSlackResponse):  # a body that is no JSON
        return OutcomeUnknown("Slack's answer can't be read")
    status, headers = response.status_code, response.headers
    body = response.data if isinstance(response.data, dict) else {}
    code = body.get("error")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited("Slack asks to wait", retry_after_s(headers))
    is_doubtful = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in IN_BETWEEN
    if is_doubtful or not isinstance(code, str):
        return OutcomeUnknown(f"Slack's answer was HTTP {status}, which leaves the outcome open")
    return _from_code(code, body, headers)


def _from_code(code: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> PlatformError:
    what = _words(code, body)
    if code in TOO_FAST:
        return RateLimited(what, retry_after_s(headers))
    for codes, refusal in _REFUSALS:
        if code in codes:
            return refusal(what)
    if code.startswith("restricted_action"):
        return NotAllowed(what)
    if any(hint in code for hint in _HINTS_OF_DOUBT):
        return OutcomeUnknown(what)
    return PayloadRefused(what)  # PAYLOAD_WRONG, and whatever no table has


_REFUSALS: tuple[tuple[frozenset[str], Callable[[str], PlatformError]], ...] = (
    (PASSING, NotSent),
    (INSTALLATION_DEAD, lambda what: NotAllowed(what, Closed.INSTALLATION)),
    (DESTINATION_DEAD, NotAllowed),
    (THREAD_DEAD, lambda what: NotAllowed(what, Closed.THREAD)),
    (NOTHING_TO_EDIT, PostGone),
    (AMBIGUOUS, OutcomeUnknown),
)


def _words(code: str, body: Mapping[str, Any]) -> str:
    """The code, what Slack says of it, and how to mend it; never the request."""
    words = f"Slack refused: {code[:100]}"
    if isinstance(needed := body.get("needed"), str):
        words += f"; the app lacks the scope {needed[:100]}"
    metadata = body.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    if isinstance(messages, list) and messages and isinstance(messages[0], str):
        words += f" ({' '.join(messages[0].split())[:200]})"
    return f"{words}; {_MENDS[code]}" if code in _MENDS else words


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Retry-After in seconds; Slack sends whole ones, a proxy may not."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return RETRY_AFTER_S
    if not math.isfinite(seconds) or seconds < 0:
        return RETRY_AFTER_S
    return min(seconds, LONGEST_RETRY_AFTER_S)
