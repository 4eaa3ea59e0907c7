"""Everything that may become of one request, and what each must mean for a post.

A case names its state after the answer: `sent`, `unknown` (looked up, or asked again where that is
safe), `planned` (surely not posted), `plainer` (planned with a simpler payload), `failed`. `but` holds
the calls that take it otherwise: by their names in `tests/support/fault_calls.py`. A look-up that goes
so is made again where that may help, else the post is `held`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support import bad_answers as bad
from tests.support import detours
from tests.support.bad_answers import BadAnswer, Held
from tests.support.detours import Detour

TIME_OUT_S = 0.2
LATE_S = 3 * TIME_OUT_S
SENT, UNKNOWN, PLANNED, PLAINER = "sent", "unknown", "planned", "plainer"
FAILED, HELD = "failed", "held"
OF_A_LOOK_UP = {PLANNED: UNKNOWN, PLAINER: HELD, FAILED: HELD}
FORUM, UPDATE, PATCH, OPEN = "forum post", "chat.update", "PATCH", "open thread"


@dataclass(frozen=True)
class Case:
    """A fault, made anew for each call. `lands_after_s`: when what it held back is carried out.

    `is_slow`: it shows what a time-out makes of it, so the time-out is short. `is_lost`: no answer
    has begun when the connection ends; a read that ends so aiohttp makes again at once.
    """

    name: str
    make: Callable[[Held], BadAnswer] | Detour
    slack: str | None
    discord: str | None
    but: Mapping[str, str] = field(default_factory=dict)
    wait_s: float | None = None
    lands_after_s: float | None = None
    is_detour: bool = False
    is_slow: bool = False
    is_lost: bool = False

    def after_of(self, call: Any) -> str | None:
        """The state of the post after the answer; None: this platform does not answer so."""
        found = self._of_a_post(call)
        if call.lost and found is not None:
            return SENT if self.is_lost else OF_A_LOOK_UP.get(found, found)
        return found

    def wait_of(self, call: Any) -> float | None:
        """So many seconds pass before the next try; None: the case does not say."""
        return self.wait_s if self._of_a_post(call) == PLANNED else None

    def _of_a_post(self, call: Any) -> str | None:
        of_all = self.slack if call.platform == "slack" else self.discord
        return self.but.get(call.name) or of_all


def case(
    name: str,
    answer: Callable[[], BadAnswer],
    slack: str | None,
    discord: str | None = "",
    *,
    but: Mapping[str, str] | None = None,
    wait_s: float | None = None,
    is_slow: bool = False,
    is_lost: bool = False,
) -> Case:
    """A case of an answer; Discord as Slack where nothing is said."""
    other = slack if discord == "" else discord
    made = Case(name, lambda _held: answer(), slack, other, but or {}, wait_s)
    return replace(made, is_slow=is_slow, is_lost=is_lost)


def away(name: str, detour: Detour, slack: str, discord: str, *, is_slow: bool = False) -> Case:
    """A case of an address at which there is nobody."""
    return Case(name, detour, slack, discord, is_detour=True, is_slow=is_slow)


def late(name: str, lands_after_s: float) -> Case:
    """A request that is carried out after its sender has given up."""
    return Case(name, Held.answer, UNKNOWN, UNKNOWN, lands_after_s=lands_after_s, is_slow=True)


UNREACHED = (
    away("connection refused", detours.refused, PLANNED, PLANNED),
    away("name not known (DNS)", detours.unknown_host, PLANNED, PLANNED),
    away("no TLS there", detours.no_tls, PLANNED, PLANNED),
    away("TLS handshake broken off", detours.tls_broken_off, PLANNED, PLANNED),
    away("connection neither taken nor refused", detours.no_room, UNKNOWN, PLANNED, is_slow=True),
)

LOST = (
    case("reset before it is taken", bad.reset, UNKNOWN, is_lost=True),
    case("reset after it is stored", lambda: bad.reset(stores=True), UNKNOWN, is_lost=True),
    case("closed before it is taken", lambda: bad.raw(b"", stores=False), UNKNOWN, is_lost=True),
    case("closed after it is stored", lambda: bad.raw(b""), UNKNOWN, is_lost=True),
    case("half a status line", lambda: bad.raw(b"HTTP/1.1 2"), UNKNOWN, is_lost=True),
    case(
        "half of the headers",
        lambda: bad.raw(b"HTTP/1.1 200 OK\r\nContent-Len"),
        UNKNOWN,
        is_lost=True,
    ),
    case("no HTTP at all", lambda: bad.raw(b"\x15\x03\x01 SSH-2.0\r\n\r\n"), UNKNOWN),
    case("half a body", bad.half_body, UNKNOWN),
    case(
        "chunks broken off",
        lambda: bad.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"),
        UNKNOWN,
    ),
    case("slow drip", lambda: bad.drip(TIME_OUT_S / 5), UNKNOWN, is_slow=True),
    case("time-out, not taken", lambda: bad.silence(LATE_S), UNKNOWN, is_slow=True),
    case("time-out, stored", lambda: bad.silence(LATE_S, stores=True), UNKNOWN, is_slow=True),
    case("slow, but in time", lambda: bad.silence(TIME_OUT_S, stores=True), SENT),
    late("time-out, stored 20 s later", 20),
    late("time-out, stored between the two looks", 45),
)

UNREADABLE = (
    case("200, no body", lambda: bad.answer(200, stores=True), UNKNOWN),
    case("204", lambda: bad.answer(204, kind=None, stores=True), UNKNOWN),
    case("200, cut JSON", lambda: bad.answer(200, '{"ok": tru', stores=True), UNKNOWN),
    case("200, null", lambda: bad.said(None, stores=True), UNKNOWN),
    case("200, a list", lambda: bad.said([], stores=True), UNKNOWN),
    case("200, JSON of no such shape", lambda: bad.said({"hello": 1}, stores=True), UNKNOWN),
    case("200, a page", lambda: bad.page(200, stores=True), UNKNOWN),
    case("200, plain text", lambda: bad.answer(200, "ok", "text/plain", stores=True), UNKNOWN),
    case("200, true JSON called a page", lambda: bad.true_but(Content_Type="text/html"), UNKNOWN),
    case("200, no UTF-8", lambda: bad.answer(200, b'{"id": "\xff"}', stores=True), UNKNOWN),
    case("200, gzip cut in half", bad.zipped_and_cut, UNKNOWN),
    case(
        "200, ok without saying where",
        lambda: bad.said({"ok": True}, stores=True),
        UNKNOWN,
        but={UPDATE: SENT},
    ),
)

SERVER_ERRORS = tuple(
    case(
        f"{status} as {kind}, {'stored' if stores else 'not stored'}",
        lambda make=make, status=status, stores=stores: make(status, stores),
        UNKNOWN,
        is_slow=True,  # discord.py waits for a second and asks again
    )
    for status in (500, 502, 503, 504, 524)
    for kind, make in (
        ("a page", lambda status, stores: bad.page(status, stores=stores)),
        (
            "JSON",
            lambda status, stores: bad.said(
                {"ok": False, "error": "internal_error", "message": "Internal", "code": 0},
                status,
                stores=stores,
            ),
        ),
    )
    for stores in (False, True)
)

IN_BETWEEN = (
    case("408", lambda: bad.page(408), UNKNOWN),
    case("408, stored", lambda: bad.page(408, stores=True), UNKNOWN),
    case("409", lambda: bad.page(409), UNKNOWN),
    case("409, stored", lambda: bad.page(409, stores=True), UNKNOWN),
    case("400, a page", lambda: bad.page(400), UNKNOWN),
    case("403, a page", lambda: bad.page(403), UNKNOWN, PLANNED, wait_s=600),
    case("404, a page", lambda: bad.page(404), UNKNOWN),
    case("413, a page", lambda: bad.page(413), UNKNOWN, PLAINER),
    case("407, a page", lambda: bad.page(407), UNKNOWN),
    case("redirect to a page", bad.redirect_to_a_page, UNKNOWN),
    case("redirect to nowhere", lambda: bad.answer(302, kind=None), UNKNOWN),
    case(
        "redirect (307) to a closed port",
        lambda: bad.answer(307, kind=None, Location="http://127.0.0.1:1/"),
        PLANNED,
        UNKNOWN,
    ),
)

NO_LIMIT = {"message": "slow down", "code": 0}


def slack_429(**headers: str) -> Callable[[], BadAnswer]:
    return lambda: bad.said({"ok": False, "error": "ratelimited"}, 429, **headers)


def discord_429(retry_after: object, **headers: str) -> Callable[[], BadAnswer]:
    body = {"message": "slow down", "global": False, "retry_after": retry_after}
    return lambda: bad.said(body, 429, Via="1.1 google", **headers)


LIMITS = (
    case("Slack 429, Retry-After 3", slack_429(Retry_After="3"), PLANNED, None, wait_s=3),
    case("Slack 429, Retry-After 1.5", slack_429(Retry_After="1.5"), PLANNED, None, wait_s=1.5),
    case("Slack 429, Retry-After 0", slack_429(Retry_After="0"), PLANNED, None, wait_s=0),
    case("Slack 429, no Retry-After", slack_429(), PLANNED, None, wait_s=30),
    case("Slack 429, an hour", slack_429(Retry_After="3600"), PLANNED, None, wait_s=3600),
    case("Slack 429, a negative", slack_429(Retry_After="-5"), PLANNED, None, wait_s=30),
    case(
        "Slack 429, a date",
        slack_429(Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"),
        PLANNED,
        None,
        wait_s=30,
    ),
    case("Slack 429 as a page", lambda: bad.page(429), PLANNED, None, wait_s=30),
    case("Discord 429, 4", discord_429(4), None, PLANNED, wait_s=4),
    case("Discord 429, 3.25", discord_429(3.25), None, PLANNED, wait_s=3.25),
    case("Discord 429, 1", discord_429(1), None, PLANNED, wait_s=1, is_slow=True),
    case("Discord 429, 0", discord_429(0), None, SENT, but={FORUM: PLANNED}),
    case("Discord 429, an hour", discord_429(3600.5), None, PLANNED, wait_s=3600.5),
    case("Discord 429, a negative", discord_429(-1), None, SENT, but={FORUM: PLANNED}),
    case("Discord 429, a word", discord_429("soon"), None, PLANNED, wait_s=60),
    case("Discord 429, null", discord_429(None), None, PLANNED, wait_s=60),
    case(
        "Discord 429, nothing said",
        lambda: bad.said(NO_LIMIT, 429, Via="1.1 google"),
        None,
        PLANNED,
        wait_s=60,
    ),
    case("Discord 429, no Via", lambda: bad.said(NO_LIMIT, 429), None, PLANNED, wait_s=600),
    case("Discord 429 as a page", lambda: bad.page(429), None, PLANNED, wait_s=600),
)


def slack_no(name: str, after: str, *, stores: bool = False) -> Case:
    """200 and `ok: false`."""
    answer = {"ok": False, "error": name}
    words = f"Slack says {name}" + (", stored" if stores else "")
    return case(words, lambda: bad.said(answer, stores=stores), after, None)


def discord_no(status: int, code: int, after: str, wait_s: float | None = None) -> Case:
    """4xx with Discord's own code."""
    answer = {"message": "no", "code": code}
    words = f"Discord says {status}, {code}"
    return case(words, lambda: bad.said(answer, status), None, after, wait_s=wait_s)


REFUSALS = (
    slack_no("channel_not_found", FAILED),
    slack_no("token_revoked", FAILED),
    slack_no("missing_scope", FAILED),
    slack_no("thread_not_found", FAILED),
    slack_no("invalid_blocks", PLAINER),
    slack_no("a_code_of_tomorrow", PLAINER),
    slack_no("org_login_required", PLANNED),
    slack_no("ratelimited", PLANNED),
    slack_no("message_limit_exceeded", PLANNED),
    slack_no("fatal_error", UNKNOWN),
    slack_no("fatal_error", UNKNOWN, stores=True),
    slack_no("internal_error", UNKNOWN, stores=True),
    slack_no("request_timeout", UNKNOWN),
    slack_no("service_unavailable", UNKNOWN, stores=True),
    case(
        "Slack says message_not_found",
        lambda: bad.said({"ok": False, "error": "message_not_found"}),
        None,
        but={UPDATE: FAILED},
    ),
    case(
        "Discord says 404, 10008",
        lambda: bad.said({"message": "no", "code": 10008}, 404),
        None,
        but={PATCH: FAILED},
    ),
    case("Slack says no without a code", lambda: bad.said({"ok": False}), UNKNOWN, None),
    discord_no(401, 0, FAILED),
    discord_no(403, 50001, FAILED),
    discord_no(403, 50013, FAILED),
    discord_no(404, 10003, FAILED),
    discord_no(400, 50035, PLAINER),
    discord_no(400, 0, PLAINER),
    discord_no(400, 999999, PLAINER),
    discord_no(400, 20028, PLANNED, wait_s=60),
    discord_no(400, 110000, PLANNED),
)

CASES = (*UNREACHED, *LOST, *UNREADABLE, *SERVER_ERRORS, *IN_BETWEEN, *LIMITS, *REFUSALS)
