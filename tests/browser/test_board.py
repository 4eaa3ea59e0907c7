"""The board in a real browser: by keyboard, on a phone, in the dark, without a script."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.board import HOSTILE, deliver, harbour_digest

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")
both_looks = pytest.mark.parametrize("channel", ["general", "lounge"])


@both_looks
async def test_a_channel_opens_without_a_complaint_and_calls_nobody_but_for_a_picture(
    visit, channel
):
    async with visit(f"/channels/{channel}", viewport=WIDE) as on:
        await expect(on.page.get_by_role("heading", name="Harbour: 3 articles")).to_be_visible()
        drawn = on.page.get_by_role("img", name="A turbine blade on a quay")
        assert await drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        await expect(on.page.locator(".missing", has_text="A tram at night")).to_be_visible()
        assert on.elsewhere == ["https://pictures.invalid/gone.jpg"]
        assert on.complaints == []


@both_looks
async def test_hostile_text_is_text(visit, channel):
    async with visit(f"/channels/{channel}") as on:
        shown = await on.page.locator("#channel-messages").inner_text()
        assert shown.replace("\u2060", "").count(HOSTILE) >= 2
        assert await on.page.locator("#channel-messages script, img[src=x]").count() == 0
        assert await on.page.locator("a[href*=evil]").count() == 0
        assert on.dialogs == []


@both_looks
async def test_all_is_done_by_keyboard(visit, on_board, channel):
    async with visit(f"/channels/{channel}") as on:
        keyboard = on.page.keyboard
        await keyboard.press("Tab")
        await expect(on.page.get_by_text("Skip to the command box")).to_be_in_viewport()
        await keyboard.press("Enter")
        await keyboard.type("/topic Harbour")
        await keyboard.press("Enter")
        answer = on.page.locator("#channel-answer")
        await expect(answer).to_contain_text("Only you can see this")
        await expect(answer).to_contain_text("Harbour: 1 article")
        await expect(on.page.get_by_label("Slash command")).to_have_value("")

        summary = on.page.locator("#channel-messages .menu summary").first
        await summary.focus()
        await keyboard.press("Enter")
        await keyboard.press("Tab")
        entry = on.page.locator(":focus")
        await expect(entry).to_have_class("entry")
        token = await entry.get_attribute("value")
        await keyboard.press("Escape")
        await expect(summary).to_be_focused()
        await expect(on.page.locator(".menu[open]")).to_have_count(0)
        await keyboard.press("Enter")
        await keyboard.press("Tab")
        await keyboard.press("Enter")
        await expect(answer).to_contain_text(f"Pressed {token}.")
        assert on_board[2].asked[-1].token == token

        await on.page.get_by_role("link", name="Dismiss message").press("Enter")
        await expect(answer).to_be_empty()
        assert on.complaints == []


@pytest.mark.parametrize(("channel", "viewport"), [("general", WIDE), ("lounge", PHONE)])
async def test_a_thread_opens_and_closes_where_the_reader_stood(visit, channel, viewport):
    async with visit(f"/channels/{channel}", viewport=viewport) as on:
        link = on.page.locator(".replies a")
        await link.press("Enter")
        thread = on.page.locator("#thread")
        await expect(on.page.locator("#thread-name")).to_be_focused()
        await expect(thread.locator("#thread-messages > li")).to_have_count(2)
        await expect(thread.get_by_text("Related of the harbour, part 1").first).to_be_in_viewport()
        assert "thread=" in on.page.url
        box = await thread.bounding_box()
        assert (box["x"] == 0) is (viewport is PHONE)
        await on.page.keyboard.press("Escape")
        await expect(thread).to_have_count(0)
        await expect(link).to_be_focused()
        await on.page.go_back()
        await expect(thread).to_be_visible()
        assert on.complaints == []


@both_looks
async def test_nothing_is_wider_than_a_phone(visit, channel):
    async with visit(f"/channels/{channel}", viewport=PHONE) as on:
        for selector in ("body", "#channel"):
            wide, room = await on.page.locator(selector).evaluate(
                "element => [element.scrollWidth, element.clientWidth]"
            )
            assert wide <= room
        for control in await on.page.locator("summary, .composer button, .side a").all():
            assert (await control.bounding_box())["height"] >= 32


async def test_everything_works_without_a_script(visit, on_board):
    async with visit("/channels/lounge", java_script_enabled=False) as on:
        await on.page.get_by_label("Slash command").fill("/topic Harbour")
        await on.page.get_by_role("button", name="Send").click()
        await expect(on.page.locator("#channel-answer")).to_contain_text("Harbour: 1 article")

        await on.page.locator(".replies a").click()
        await expect(on.page.locator("#thread-messages > li")).to_have_count(2)
        await on.page.locator("#thread .menu summary").first.click()
        await on.page.locator("#thread .menu .entry").first.click()
        await expect(on.page.locator("#thread-answer")).to_contain_text("Only you can see this")
        assert [type(each).__name__ for each in on_board[2].asked] == ["Request", "Press"]

        await on.page.get_by_role("link", name="Close thread").click()
        await expect(on.page.locator("#thread")).to_have_count(0)


async def test_a_new_post_appears_by_itself_and_an_answer_stays(visit, on_board):
    async with visit("/channels/general") as on:
        await on.page.clock.install()
        await on.page.reload()
        await on.page.get_by_label("Slash command").fill("/topic Harbour")
        await on.page.keyboard.press("Enter")
        await expect(on.page.locator("#channel-answer")).to_contain_text("Harbour: 1 article")
        await deliver(on_board[1], "general", harbour_digest(), "manual:2")
        async with on.page.expect_response("**/version"):
            await on.page.clock.fast_forward(3_000)
        await expect(on.page.locator("#channel-messages > li")).to_have_count(2)
        await expect(on.page.locator("#channel-answer")).to_contain_text("Harbour: 1 article")


async def test_edits_and_several_new_posts_appear_by_themselves(visit, on_board):
    messenger = on_board[1]
    lead, reply, *_ = await deliver(messenger, "general", harbour_digest(), "manual:5")
    async with visit(f"/channels/general?thread={lead.message}") as on:
        await on.page.clock.install()
        await on.page.reload()
        await deliver(messenger, "general", harbour_digest(), "manual:6")
        await deliver(messenger, "general", harbour_digest(), "manual:7")
        for receipt, words in ((lead, "The lead, put right"), (reply, "A reply, put right")):
            await messenger.edit(receipt, {"text": words}, "")
        async with on.page.expect_response("**/version"):
            await on.page.clock.fast_forward(3_000)
        await expect(on.page.locator("#channel-messages > li")).to_have_count(4)
        for place in ("#channel-messages", "#thread-opener"):
            await expect(on.page.locator(place)).to_contain_text("The lead, put right")
        await expect(on.page.locator("#thread-messages")).to_contain_text("A reply, put right")
        assert on.complaints == []


async def test_a_command_that_is_not_answered_is_told(visit):
    async with visit("/channels/general") as on:
        await on.page.route("**/command", lambda route: route.abort())
        await on.page.get_by_label("Slash command").fill("/topic Harbour")
        await on.page.keyboard.press("Enter")
        await expect(on.page.locator("#channel-answer")).to_contain_text("No answer")
        await expect(on.page.get_by_label("Slash command")).to_have_value("/topic Harbour")


async def test_times_are_shown_in_the_readers_zone(visit):
    async with visit("/channels/general", timezone_id="Asia/Tokyo") as on:
        await on.page.clock.set_fixed_time("2026-12-01T12:00:00Z")
        await on.page.reload()
        when = on.page.locator(".by time").first
        await expect(when).to_have_text("Nov 24, 2026, 6:00 PM")
        await expect(when).to_have_attribute("title", "24 November 2026, 09:00 UTC")


@both_looks
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_what_is_behind_it(visit, channel, scheme):
    async with visit(f"/channels/{channel}", color_scheme=scheme, viewport=WIDE) as on:
        await on.page.locator(".replies a").click()
        await expect(on.page.locator("#thread")).to_be_visible()
        await on.page.get_by_label("Slash command").fill("/topic Harbour")
        await on.page.keyboard.press("Enter")
        await expect(on.page.locator("#channel-answer")).to_contain_text("Harbour: 1 article")
        await on.page.locator("#channel-messages .menu summary").first.click()
        await on.page.locator("#channel-messages .menu .entry").first.hover()
        assert await on.page.evaluate(CONTRAST) == []
