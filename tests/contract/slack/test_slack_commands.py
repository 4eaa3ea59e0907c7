"""The way in from Slack: real slack_bolt and slack_sdk over Socket Mode against the local server."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bot.errors import Closed, NotAllowed
from bot.model.answer import Action, ActionName, Actor, Answer, AnswerItem, Press, Request
from bot.model.destination import Destination, Look, Platform
from bot.platforms.slack import app as slack_app
from bot.platforms.slack.app import SlackPlatform
from bot.platforms.slack.commands import FAILED
from tests.support import slack_faults as faults
from tests.support.clock import ManualClock
from tests.support.slack_messages import Message
from tests.support.slack_server import SlackServer

NEWS = Destination(Platform.SLACK, "C0NEWS", Look.SLACK)
PERSON = Actor("slack:U0PERSON")
ANSWER = Answer(
    "Azure",
    (
        AnswerItem(
            "Clouds <!channel> & more",
            "https://e.example/1",
            actions=(Action(ActionName.RELATED, "Related", "0123456789abcdef"),),
        ),
    ),
    note="one article",
)


@dataclass
class Desk:
    """Stands where bot.commands does: notes what is asked, waits for its gate, then answers."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Request | Press] = field(default_factory=list)
    fails: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    async def answer(self, request: Request) -> Answer:
        return await self._work(request)

    async def press(self, press: Press) -> Answer:
        return await self._work(press)

    async def _work(self, what: Request | Press) -> Answer:
        self.asked.append(what)
        await self.gate.wait()
        if self.fails:
            raise ZeroDivisionError("the desk is on fire")
        return ANSWER


Make = Callable[..., SlackPlatform]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def make(slack: SlackServer, desk: Desk, caplog) -> AsyncIterator[Make]:
    """Makes platforms, and afterwards stops them: no task is left, and no ack came too late."""
    made: list[SlackPlatform] = []
    before = asyncio.all_tasks()

    def platform(**changes: object) -> SlackPlatform:
        settings = {
            "bot_token": slack.bot_token,
            "app_token": slack.app_token,
            "api_url": slack.api_url,
            "clock": ManualClock(),
            "commands": desk,
            "time_out_s": 5.0,
        }
        made.append(SlackPlatform(**{**settings, **changes}))
        return made[-1]

    yield platform
    for each in made:
        await each.stop()
    left = [task for task in asyncio.all_tasks() - before if "slack_" in repr(task.get_coro())]
    assert left == []
    await slack.stop()
    records = [each for phase in ("call", "teardown") for each in caplog.get_records(phase)]
    errors = [each for each in records if each.levelno >= logging.ERROR]
    assert [each.getMessage() for each in errors if each.name.startswith("slack")] == []


@pytest.fixture
async def platform(make: Make, slack: SlackServer) -> SlackPlatform:
    running = make()
    await running.start()
    await slack.sockets.connected()
    return running


async def until(holds: Callable[[], object], within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110  # slack_sdk sets no event that could be awaited
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        (("/topic", "Azure"), ("topic", "Azure")),
        (("/topic", "  AI Hardware "), ("topic", "AI Hardware")),
        (("/topic", ""), ("topic", "")),
        (("/gazette", "topic Azure"), ("gazette", "topic Azure")),
        (("/gazette", ""), ("gazette", "")),
        (("/gazette", "next 5"), ("gazette", "next 5")),
        (("/gazette", "why https://a.example/?a=1"), ("gazette", "why https://a.example/?a=1")),
        (("/news", "topic Azure"), ("gazette", "topic Azure")),
    ],
    ids=str,
)
async def test_a_slash_command_becomes_a_request(platform, slack, desk, typed, request_) -> None:
    interaction = await slack.slash(*typed)
    await interaction.reply()
    assert desk.asked == [Request(*request_, PERSON, NEWS)]


async def test_the_ack_is_empty_and_does_not_wait_for_the_work(platform, slack, desk) -> None:
    desk.gate.clear()
    interaction = await slack.slash("/topic", "Azure")
    assert await interaction.acked(within_s=3.0) is None
    await until(lambda: desk.asked)
    assert interaction.replies == []
    desk.gate.set()
    await interaction.reply()


async def test_the_answer_comes_once_to_the_asker_alone(platform, slack) -> None:
    interaction = await slack.slash("/topic", "Azure")
    reply = await interaction.reply()
    assert reply["response_type"] == "ephemeral"
    assert reply["replace_original"] is False
    assert "Clouds" in reply["text"]
    assert reply["blocks"]
    assert len(interaction.replies) == 1
    assert slack.messages("C0NEWS") == []
    assert slack.pings == []


@pytest.mark.parametrize("kind", ["button", "overflow", "static_select"])
async def test_a_press_carries_its_token(platform, slack, desk, kind) -> None:
    interaction = await slack.press("related:0123456789abcdef", kind=kind)
    assert await interaction.acked() is None
    reply = await interaction.reply()
    assert reply["response_type"] == "ephemeral"
    assert reply["replace_original"] is False
    assert desk.asked == [Press("related:0123456789abcdef", PERSON, NEWS)]


async def test_what_the_answer_shows_can_be_pressed(platform, slack, desk) -> None:
    shown = await (await slack.slash("/topic", "Azure")).reply()
    message = Message("C0NEWS", "1.1", shown["text"], "U0GAZETTE", shown["blocks"])
    token = ANSWER.items[0].actions[0].token
    await (await slack.press(token, message=message, kind="overflow")).reply()
    assert desk.asked[-1] == Press(token, PERSON, NEWS)


async def test_a_link_button_is_acknowledged_and_no_more(platform, slack, desk) -> None:
    assert await (await slack.press("")).acked() is None
    await (await slack.slash("/topic", "Azure")).reply()
    assert [type(each) for each in desk.asked] == [Request]


async def test_a_repeated_command_is_acknowledged_and_answered_once(platform, slack, desk) -> None:
    first = await slack.slash("/topic", "Azure")
    await first.reply()
    again = await slack.sockets.send_again(first)
    await again.acked()
    await (await slack.slash("/topic", "Other")).reply()
    assert [each.text for each in desk.asked] == ["Azure", "Other"]
    assert again.replies == []


async def test_work_that_fails_is_told_and_logged_with_its_stack(
    platform, slack, desk, capsys, caplog
) -> None:
    desk.fails = True
    interaction = await slack.slash("/topic", "Azure")
    reply = await interaction.reply()
    assert reply == {"text": FAILED, "response_type": "ephemeral", "replace_original": False}
    logged = capsys.readouterr().out + caplog.text
    assert "the desk is on fire" in logged
    assert "ZeroDivisionError" in logged
    assert "/respond/" not in logged


async def test_a_refused_form_is_answered_in_plain_text(platform, slack, capsys, caplog) -> None:
    slack.fail_next("response_url", faults.html(400))
    reply = await (await slack.slash("/topic", "Azure")).reply()
    assert set(reply) == {"text", "response_type", "replace_original"}
    assert "Clouds" in reply["text"]
    assert "answer refused" in capsys.readouterr().out + caplog.text


@pytest.mark.parametrize(
    "fault", [faults.lost_answer(), faults.server_error(500, stores=True)], ids=lambda f: f.name
)
async def test_an_answer_is_never_sent_twice(platform, slack, desk, fault) -> None:
    slack.fail_next("response_url", fault)
    interaction = await slack.slash("/topic", "Azure")
    await interaction.reply()
    await (await slack.slash("/topic", "next")).reply()
    assert len(interaction.replies) == 1


async def test_an_answer_that_fails_is_logged_without_its_address(
    platform, slack, capsys, caplog
) -> None:
    slack.fail_next("response_url", faults.reset())
    await (await slack.slash("/topic", "Azure")).acked()
    logged = []
    await until(
        lambda: (
            logged.append(capsys.readouterr().out + caplog.text)
            or "answer not delivered" in "".join(logged)
        )
    )
    assert "/respond/" not in "".join(logged)


async def test_oauth_settings_in_the_environment_change_nothing(
    make, slack, monkeypatch, tmp_path, caplog
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        monkeypatch.setenv(name, "from-the-environment")
    await make().start()
    await slack.sockets.connected()
    await (await slack.slash("/topic", "Azure")).reply()
    await (await slack.press("why:0123456789abcdef")).reply()
    assert list(tmp_path.iterdir()) == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_only_start_up_asks_slack_who_we_are(platform, slack) -> None:
    await (await slack.slash("/topic", "Azure")).reply()
    assert [call.method for call in slack.calls] == ["auth.test", "apps.connections.open"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bot_token": "xoxb-wrong"}, "SLACK_BOT_TOKEN.*invalid_auth"),
        ({"bot_token": "xapp-gazette-test"}, "SLACK_BOT_TOKEN.*not_allowed_token_type"),
        ({"app_token": "xapp-wrong"}, "SLACK_APP_TOKEN.*invalid_auth"),
        ({"app_token": "xoxb-gazette-test"}, "SLACK_APP_TOKEN.*not_allowed_token_type"),
    ],
    ids=str,
)
async def test_a_bad_token_is_an_error_in_words_at_the_start(make, slack, wrong, words) -> None:
    with pytest.raises(NotAllowed, match=words) as caught:
        await make(**wrong).start()
    assert caught.value.closed is Closed.INSTALLATION
    assert "wrong" not in str(caught.value)


async def test_a_missing_socket_scope_is_named_at_the_start(make, slack) -> None:
    slack.state.scopes.discard("connections:write")
    with pytest.raises(NotAllowed, match="connections:write"):
        await make().start()


async def test_without_an_app_token_it_posts_and_opens_no_socket(make, slack) -> None:
    platform = make(app_token=None)
    assert platform.why_not_ready() == "Slack has not been started"
    await platform.start()
    assert platform.why_not_ready() is None
    await platform.messenger.create(NEWS, {"text": "hello"}, "k" * 24, None)
    assert len(slack.messages("C0NEWS")) == 1
    assert slack.called("apps.connections.open") == []


async def test_a_slack_that_is_away_at_the_start_is_reached_later(make, slack, monkeypatch):
    monkeypatch.setattr(slack_app, "RETRY_S", 0.05)
    slack.fail_next("auth.test", faults.reset())
    slack.fail_next("apps.connections.open", faults.rate_limited(1))
    platform = make()
    await platform.start()
    assert "lost" in platform.why_not_ready()
    await slack.sockets.connected()
    await until(lambda: platform.why_not_ready() is None)
    await (await slack.slash("/topic", "Azure")).reply()


async def test_a_socket_that_does_not_open_is_bounded_tried_again_and_logged_without_its_ticket(
    make, slack, monkeypatch, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(slack_app, "RETRY_S", 0.05)
    slack.fail_next("socket", faults.html(503))
    platform = make(time_out_s=0.5)
    await platform.start()
    assert platform.why_not_ready() == "Slack's socket could not be opened in time"
    await until(lambda: platform.why_not_ready() is None)
    assert "Failed to connect" in caplog.text
    assert "ticket=" not in caplog.text
    caplog.clear()  # slack_sdk's own complaint, an error, was meant


async def test_a_token_refused_later_ends_the_attempts(make, slack, monkeypatch) -> None:
    monkeypatch.setattr(slack_app, "RETRY_S", 0.05)
    slack.fail_next("auth.test", faults.reset(), faults.refused("token_revoked"))
    platform = make()
    await platform.start()
    await until(lambda: "token_revoked" in platform.why_not_ready())
    await asyncio.sleep(0.2)
    assert len(slack.called("auth.test")) == 2


async def test_readiness_follows_the_socket(platform, slack) -> None:
    await until(lambda: platform.why_not_ready() is None)
    gate = asyncio.Event()
    slack.fail_next("apps.connections.open", faults.held_before(gate))
    await slack.sockets.close()
    await until(lambda: platform.why_not_ready() is not None)
    gate.set()
    await until(lambda: platform.why_not_ready() is None)  # slack_sdk opens another
    await slack.sockets.connected()
    await (await slack.slash("/topic", "Azure")).reply()
    await platform.stop()
    assert platform.why_not_ready() == "Slack has been stopped"


async def test_a_connection_renewed_by_slack_goes_on_answering(platform, slack) -> None:
    await slack.sockets.ask_to_reconnect()
    await until(lambda: len(slack.called("apps.connections.open")) == 2)
    await until(lambda: platform.why_not_ready() is None)
    await slack.sockets.connected()
    await (await slack.slash("/topic", "Azure")).reply()


async def test_a_stop_lets_an_answer_under_way_end(platform, slack, desk) -> None:
    desk.gate.clear()
    interaction = await slack.slash("/topic", "Azure")
    await until(lambda: desk.asked)
    stopping = asyncio.create_task(platform.stop())
    await slack.sockets.connected(0)
    desk.gate.set()
    await stopping
    assert len(interaction.replies) == 1


async def test_a_stop_does_not_wait_for_ever(make, slack, desk) -> None:
    platform = make(time_out_s=0.5)
    await platform.start()
    await slack.sockets.connected()
    desk.gate.clear()
    interaction = await slack.slash("/topic", "Azure")
    await until(lambda: desk.asked)
    async with asyncio.timeout(3):
        await platform.stop()
    assert interaction.replies == []


async def test_secrets_and_answers_are_in_no_log(make, slack, desk, caplog, capsys) -> None:
    caplog.set_level(logging.DEBUG)
    slack.state.bot_token, slack.state.app_token = "xoxb-canary-1", "xapp-canary-2"
    platform = make(bot_token="xoxb-canary-1", app_token="xapp-canary-2")
    await platform.start()
    await slack.sockets.connected()
    command = await slack.slash("/topic", "a private question")
    await command.reply()
    await (await slack.press("why:0123456789abcdef")).reply()
    await slack.sockets.send("events_api", {"event": {"type": "message", "text": "private talk"}})
    desk.fails = True
    await (await slack.slash("/topic", "a private question")).reply()
    await slack.sockets.ask_to_reconnect()
    await until(lambda: len(slack.called("apps.connections.open")) == 2)
    await platform.stop()
    logged = caplog.text + "".join(capsys.readouterr())
    assert not logging.getLogger("slack_sdk").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("slack_bolt").isEnabledFor(logging.DEBUG)
    for secret in ("canary", "private", "Clouds", "/respond/", "ticket=", "trigger_id"):
        assert secret not in logged, secret
