"""The board over HTTP, without a browser: who may speak to it, and what it says."""

import re

import aiohttp
import pytest

from bot.model.answer import Actor, Press, Request
from bot.platforms.local.guard import is_loopback
from bot.platforms.local.picture import draw_picture, picture_of
from tests.support.board import board, deliver, harbour_digest, place
from tests.support.clock import ManualClock


@pytest.fixture
async def on_board(tmp_path):
    async with board(tmp_path, ManualClock()) as parts:
        yield parts


@pytest.fixture
async def messenger(on_board):
    return on_board[1]


@pytest.fixture
async def commands(on_board):
    return on_board[2]


@pytest.fixture
async def browser(on_board):
    """A client that behaves as the board's own page does."""
    url = on_board[0]
    async with aiohttp.ClientSession(url, headers={"Origin": url}) as session:
        yield session


async def read(answer):
    async with answer as response:
        return response.status, await response.text()


async def test_the_front_page_leads_to_the_newest_post_of_the_first_channel(browser):
    async with browser.get("/", allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"] == "/channels/general#newest"


async def test_a_channel_shows_its_digest_and_how_many_replies_it_has(browser, messenger):
    await deliver(messenger, "general", harbour_digest())
    status, page = await read(browser.get("/channels/general"))
    assert status == 200
    assert "A turbine blade comes home" in page
    assert "2 replies" in page
    assert "part 2" not in page


async def test_an_open_thread_shows_its_replies(browser, messenger):
    lead, *_ = await deliver(messenger, "lounge", harbour_digest())
    _, page = await read(browser.get(f"/channels/lounge?thread={lead.message}"))
    assert "Related of the harbour, part 2" in page


async def test_an_empty_channel_says_so(browser):
    _, page = await read(browser.get("/channels/quiet"))
    assert "Nothing has been posted here yet" in page


@pytest.mark.parametrize(
    "path", ["/channels/none", "/channels/general?thread=none", "/static/x", "/picture/x.svg"]
)
async def test_what_is_not_there_is_not_found(browser, path):
    status, _ = await read(browser.get(path))
    assert status == 404


async def test_a_thread_is_found_in_its_own_channel_only(browser, messenger):
    lead, *_ = await deliver(messenger, "lounge", harbour_digest())
    status, _ = await read(browser.get(f"/channels/general?thread={lead.message}"))
    assert status == 404


async def test_a_typed_command_is_asked_and_answered_to_the_asker_alone(browser, commands):
    typed = {"text": "  /Topic   Azure  since 7d "}
    status, page = await read(browser.post("/channels/general/command", data=typed))
    assert status == 200
    assert commands.asked == [Request("topic", "Azure  since 7d", Actor("local"), place("general"))]
    assert "Only you can see this" in page
    assert "An article about Azure" in page
    _, after = await read(browser.get("/channels/general"))
    assert "Only you can see this" not in after


@pytest.mark.parametrize("typed", ["Azure", "/", " ", "/ topic"])
async def test_what_is_no_command_is_told_so_and_asked_of_nobody(browser, commands, typed):
    _, page = await read(browser.post("/channels/general/command", data={"text": typed}))
    assert "Begin with a slash" in page
    assert commands.asked == []


async def test_a_press_carries_its_token(browser, commands):
    _, page = await read(browser.post("/channels/lounge/press", data={"token": "why:0123"}))
    assert commands.asked == [Press("why:0123", Actor("local"), place("lounge"))]
    assert "Only you can see this" in page


async def test_a_press_in_a_thread_is_answered_there(browser, messenger):
    lead, *_ = await deliver(messenger, "lounge", harbour_digest())
    path = f"/channels/lounge/press?thread={lead.message}&pane=thread"
    _, page = await read(browser.post(path, data={"token": "why:0123"}))
    in_thread = page[page.index('id="thread-answer"') :]
    assert "Only you can see this" in in_thread
    assert page.count("Only you can see this") == 1


async def test_every_press_of_a_drawn_digest_is_a_token_of_an_action(browser, messenger):
    for channel in ("general", "lounge"):
        await deliver(messenger, channel, harbour_digest())
        _, page = await read(browser.get(f"/channels/{channel}"))
        tokens = re.findall(r'name="token" value="([^"]*)"', page)
        assert tokens
        assert all(re.fullmatch(r"(related|why):[0-9a-f]{16}", token) for token in tokens)


async def test_a_bug_in_a_command_is_told_without_its_text(browser, commands):
    status, page = await read(browser.post("/channels/general/command", data={"text": "/break"}))
    assert status == 200
    assert "That did not work" in page
    assert "a bug in a command" not in page


async def test_the_version_grows_with_every_message(browser, messenger):
    versions = []
    for slot_key in ("manual:1", "manual:2"):
        _, said = await read(browser.get("/channels/general/version"))
        versions.append(said)
        await deliver(messenger, "general", harbour_digest(), slot_key)
    _, said = await read(browser.get("/channels/general/version"))
    assert len({*versions, said}) == 3
    _, other = await read(browser.get("/channels/lounge/version"))
    assert other == '{"version": 0}'


async def test_an_edit_is_shown_and_the_page_can_tell_which_message_it_was(browser, messenger):
    lead, *_ = await deliver(messenger, "general", harbour_digest())
    _, before = await read(browser.get("/channels/general/version"))
    assert 'data-edits="0"' in (await read(browser.get("/channels/general")))[1]
    await messenger.edit(lead, {"text": "Put right"}, "")
    assert before != (await read(browser.get("/channels/general/version")))[1]
    _, page = await read(browser.get("/channels/general"))
    assert 'data-edits="1"' in page
    assert "Put right" in page


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "localhost@evil.example",
        "",
        "[",
    ],
)
async def test_a_page_under_a_strange_name_is_refused(browser, host):
    for path in ("/", "/channels/general", "/channels/general/version", "/static/board.js"):
        status, _ = await read(browser.get(path, headers={"Host": host}))
        assert status == 403 or (status, host) == (400, "")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "127.8.0.1:1", "[::1]:8080", "[::1]"]
)
def test_loopback_is_known_by_its_names(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "192.168.0.1:8080", "[::2]", "2130706433", "x.localhost"]
)
def test_nothing_else_is_loopback(host):
    assert not is_loopback(host)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", ""])
async def test_a_form_from_another_page_is_refused(browser, commands, origin):
    for path, field in (("command", "text"), ("press", "token")):
        answer = browser.post(
            f"/channels/general/{path}", data={field: "/topic x"}, headers={"Origin": origin}
        )
        assert (await read(answer))[0] == 403
    assert commands.asked == []


async def test_a_form_without_an_origin_is_refused(on_board):
    async with aiohttp.ClientSession(on_board[0]) as stranger:
        answer = stranger.post("/channels/general/command", data={"text": "/topic x"})
        assert (await read(answer))[0] == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"text=%2Ftopic+%FF%FE", 200),
        (b"text=%2Ftopic+\xff", 200),
        (b"text=%2Ftopic+%ED%A0%80", 200),
        (b"other=1", 400),
        (b"", 400),
        (b"text=" + b"x" * 70_000, 413),
    ],
    ids=["no utf-8", "raw bytes", "a surrogate", "no field", "nothing", "too much"],
)
async def test_a_strange_form_is_an_answer_never_a_crash(browser, body, status):
    answer = browser.post("/channels/general/command", data=body)
    assert (await read(answer))[0] == status


async def test_a_surrogate_in_a_stored_text_does_not_cost_the_page(browser, messenger):
    await messenger.create(place("general"), {"text": "broken \ud800 text"}, "k" * 24, None)
    status, page = await read(browser.get("/channels/general"))
    assert status == 200
    assert "broken ? text" in page


@pytest.mark.parametrize("path", ["/channels/general", "/static/board.css", "/none", "/livez"])
async def test_every_answer_is_fenced_in(browser, path):
    async with browser.get(path) as response:
        policy = dict(
            part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; ")
        )
        assert policy.pop("img-src") == "'self' https:"
        assert {policy.pop(name) for name in ("default-src", "base-uri", "frame-ancestors")} == {
            "'none'"
        }
        assert set(policy) == {"style-src", "script-src", "form-action", "connect-src"}
        assert set(policy.values()) == {"'self'"}
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "Server" not in response.headers


async def test_a_page_holds_nothing_inline(browser, messenger):
    await deliver(messenger, "general", harbour_digest())
    _, page = await read(browser.get("/channels/general"))
    assert not re.search(r"<style|<script(?! src)|\sstyle=|\son\w+=", page.replace("&#34;", ""))


async def test_a_picture_that_can_never_load_is_drawn_the_same_each_time(browser, messenger):
    await deliver(messenger, "general", harbour_digest())
    _, page = await read(browser.get("/channels/general"))
    (path,) = set(re.findall(r'src="(/picture/[^"]*)"', page))
    assert path == picture_of("https://tidal.example/turbine.jpg")
    async with browser.get(path) as response:
        assert response.content_type == "image/svg+xml"
        assert await response.text() == draw_picture(path[len("/picture/") : -len(".svg")])


@pytest.mark.parametrize(
    "url", ["https://a.test/p", "https://example.com/p", "https://x.example.com"]
)
def test_a_picture_elsewhere_is_left_there(url):
    assert picture_of(url) == url
