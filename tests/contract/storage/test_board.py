"""The board's messages."""

from datetime import timedelta

from bot.model.board_message import BoardMessage
from tests.support.clock import START


class TestBoardStore:
    async def test_a_message_is_found_by_its_key_as_it_was_added(self, board):
        assert await board.add("k1", "general", None, '{"text": "hello"}', START)
        expected = BoardMessage("k1", "general", None, '{"text": "hello"}', None, START)
        assert await board.find("k1") == expected

    async def test_a_key_nobody_added_is_not_found(self, board):
        assert await board.find("k1") is None

    async def test_a_key_is_added_once_and_the_first_stays(self, board):
        assert await board.add("k1", "general", None, "first", START)
        assert not await board.add("k1", "lounge", None, "second", START)
        assert (await board.find("k1")).payload == "first"
        assert await board.messages("lounge", 10) == []

    async def test_a_channel_shows_its_newest_messages_oldest_first(self, board):
        for n in range(5):
            await board.add(f"k{n}", "general", None, "p", START + timedelta(seconds=n))
        await board.add("other", "lounge", None, "p", START)
        await board.add("reply", "general", "k4", "p", START)
        assert [each.key for each in await board.messages("general", 3)] == ["k2", "k3", "k4"]

    async def test_a_thread_holds_its_replies_oldest_first(self, board):
        await board.add("lead", "general", None, "p", START)
        await board.add("r1", "general", "lead", "p", START)
        await board.add("r2", "general", "lead", "p", START)
        assert [each.key for each in await board.thread("lead")] == ["r1", "r2"]
        assert (await board.thread("lead"))[0].thread == "lead"
        assert await board.thread("r1") == []

    async def test_replies_are_counted_for_each_message_that_has_some(self, board):
        await board.add("a", "general", None, "p", START)
        await board.add("b", "general", None, "p", START)
        await board.add("r1", "general", "a", "p", START)
        await board.add("r2", "general", "a", "p", START)
        assert await board.reply_counts(["a", "b"]) == {"a": 2}
        assert await board.reply_counts([]) == {}

    async def test_a_thread_keeps_the_name_it_was_opened_with(self, board):
        await board.add("lead", "general", None, "p", START)
        await board.name_thread("lead", "Related")
        await board.name_thread("lead", "Other")
        assert (await board.find("lead")).thread_name == "Related"

    async def test_the_version_grows_with_each_message_and_reply_of_its_channel(self, board):
        versions = [await board.version("general")]
        await board.add("lead", "general", None, "p", START)
        versions.append(await board.version("general"))
        await board.add("reply", "general", "lead", "p", START)
        versions.append(await board.version("general"))
        assert versions[0] < versions[1] < versions[2]
        await board.add("k", "lounge", None, "p", START)
        assert await board.version("general") == versions[2]

    async def test_an_edit_changes_what_is_shown_and_the_version_of_its_channel_alone(self, board):
        await board.add("lead", "general", None, "p", START)
        await board.add("k", "lounge", None, "p", START)
        versions = {name: await board.version(name) for name in ("general", "lounge")}
        assert await board.change("lead", "new")
        assert await board.change("lead", "newer")
        lead = await board.find("lead")
        assert (lead.payload, lead.edits, lead.at) == ("newer", 2, START)
        assert await board.version("general") == versions["general"] + 2
        assert await board.version("lounge") == versions["lounge"]

    async def test_what_nobody_added_can_not_be_changed(self, board):
        assert not await board.change("k1", "p")
        assert await board.find("k1") is None
