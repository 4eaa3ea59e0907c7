"""Corrections on both databases: from a changed file to the channel's message and its thread."""

from datetime import timedelta

import pytest

from bot.delivery.ports import Move
from bot.model.post import PostOp, PostState
from bot.model.receipt import Receipt
from tests.support.builders import make_article, make_read
from tests.support.correcting import Scene, retitled, some

TODAY = "Correction, 24 November 2026: "


@pytest.fixture
def scene(database):
    return Scene(database)


async def sent(scene, articles):
    await scene.write(*articles)
    await scene.send()


async def test_a_new_title_is_shown_and_said_in_the_thread(scene):
    [one, two] = some(2)
    await sent(scene, [one, two])
    await scene.write(retitled(one, "A better one"))
    await scene.corrected()
    assert "A better one" in await scene.lead()
    assert "Story one" not in await scene.lead()
    assert await scene.lines() == [f"{TODAY}“Story one” is now “A better one”."]
    assert await scene.added() == [
        ("edit of lead", PostState.SENT),
        ("edit of reply", PostState.SENT),
        ("line", PostState.SENT),
    ]
    assert (await scene.ledger.edition("azure-daily", "manual:1")).state == "done"


async def test_nothing_is_corrected_twice_nor_without_a_change(scene):
    [one] = some(1)
    await sent(scene, [one])
    assert await scene.corrected() == []
    await scene.write(retitled(one, "A better one"))
    assert len(await scene.corrected()) == 1
    assert await scene.corrected() == []


async def test_what_is_not_title_link_or_removed_is_no_correction(scene):
    [one] = some(1)
    await sent(scene, [one])
    await scene.write(retitled(one, one.title, excerpt="Other words", quality=1, is_published=True))
    assert await scene.corrected() == []


async def test_a_withdrawn_article_is_struck_through_with_the_reason_and_may_come_back(scene):
    [one, two] = some(2)
    await sent(scene, [one, two])
    before = await scene.lead()
    await scene.write(retitled(one, one.title, is_removed=True))
    await scene.corrected()
    lead = await scene.lead()
    assert "Withdrawn: Story one" in lead
    assert "Withdrawn by its editors" in lead
    assert one.excerpt not in lead
    assert one.url not in lead
    await scene.write(one)
    await scene.corrected()
    assert await scene.lead() == before
    assert await scene.lines() == [
        f"{TODAY}“Story one” was withdrawn by its editors.",
        f"{TODAY}“Story one” is back.",
    ]


async def test_a_title_changed_back_is_corrected_back(scene):
    [one] = some(1)
    await sent(scene, [one])
    before = await scene.lead()
    for title in ("Other", one.title, "Other"):
        await scene.write(retitled(one, title))
        await scene.corrected()
    assert len(await scene.lines()) == 3
    assert "Other" in await scene.lead()
    await scene.write(one)
    await scene.corrected()
    assert await scene.lead() == before


async def test_of_two_edits_that_wait_only_the_newer_goes_out(scene):
    [one] = some(1)
    await sent(scene, [one])
    for title in ("First", "Second"):
        await scene.write(retitled(one, title))
        await scene.correct()
    await scene.deliver()
    states = [state for what, state in await scene.added() if what == "edit of lead"]
    assert states == [PostState.SKIPPED, PostState.SENT]
    assert "Second" in await scene.lead()


async def test_a_change_taken_back_before_it_was_shown_edits_nothing(scene):
    [one] = some(1)
    await sent(scene, [one])
    for title in ("Other", one.title):
        await scene.write(retitled(one, title))
        await scene.correct()
    await scene.deliver()
    states = {state for what, state in await scene.added() if what != "line"}
    assert states == {PostState.SKIPPED}


async def test_a_vanished_file_is_gone_after_one_more_look_at_its_source(scene):
    [one, two] = some(2)
    await sent(scene, [one, two])
    await scene.remove("one")
    assert await scene.corrected() == []
    await scene.look()
    await scene.corrected()
    assert "Withdrawn: Story one" in await scene.lead()
    assert await scene.lines() == [f"{TODAY}“Story one” is no longer in the newsroom."]


async def test_a_vanished_file_that_comes_back_in_time_was_never_gone(scene):
    [one, two] = some(2)
    await sent(scene, [one, two])
    await scene.remove("one")
    await scene.correct()
    await scene.write(one)
    assert await scene.corrected() == []


async def test_after_a_restart_a_vanished_file_waits_for_one_more_look(scene):
    [one, two] = some(2)
    await sent(scene, [one, two])
    await scene.remove("one")
    scene.looked_at.clear()
    assert await scene.corrected() == []


@pytest.mark.parametrize("spelling", ["https://acme.example/one", "http://www.acme.example/one/"])
async def test_a_renamed_article_has_not_vanished(scene, spelling):
    [one, two] = some(2)
    await sent(scene, [one, two])
    moved = make_article("news:else/where", title=one.title, url=one.url)
    await scene.look(make_read(moved, path="else/where.md"), gone=["one.md"])
    await scene.look()
    assert await scene.corrected() == []
    again = retitled(moved, "Under another name", url=spelling)
    await scene.look(make_read(again, path="else/where.md"))
    await scene.corrected()
    assert await scene.lines() == [f"{TODAY}“Story one” is now “Under another name”."]
    assert "Under another name" in await scene.lead()


class TestManyGoneAtOnce:
    """A bad mount must not strike everything through."""

    @pytest.fixture
    async def scene(self, scene) -> Scene:
        await sent(scene, some(3))
        await scene.remove("one", "two", "three")
        await scene.look()
        return scene

    async def test_it_is_held_with_words_on_what_to_do(self, scene):
        before = await scene.lead()
        [correction] = await scene.corrected()
        assert all(post.why_held for post in correction.posts)
        held = [post for post in await scene.posts() if post.state is PostState.HELD]
        assert len(held) == len(correction.posts) == 7
        for post in held:
            assert post.error == (
                "3 of 3 articles of news are gone at once; if that is meant: "
                f"gazette posts resolve {post.key} --as planned"
            )
        assert await scene.lead() == before
        assert await scene.corrected() == []

    async def test_it_is_let_go_when_the_files_come_back(self, scene):
        before = await scene.lead()
        await scene.corrected()
        await scene.write(*some(3))
        await scene.corrected()
        assert {state for _, state in await scene.added()} == {PostState.SKIPPED}
        assert await scene.lines() == []
        assert await scene.lead() == before
        edition = await scene.ledger.edition("azure-daily", "manual:1")
        assert edition.state == "done"

    async def test_it_goes_out_when_a_person_says_that_it_is_meant(self, scene):
        await scene.corrected()
        for post in await scene.posts():
            if post.state is PostState.HELD:
                await scene.ledger.move(post, Move(PostState.PLANNED), scene.clock.now())
        await scene.deliver()
        assert (await scene.lead()).count("Withdrawn:") >= 3
        assert len(await scene.lines()) == 3
        await scene.write(*some(3))
        await scene.corrected()
        assert "Withdrawn:" not in await scene.lead()
        back = [f"{TODAY}“Story {name}” is back." for name in ("one", "three", "two")]
        assert sorted((await scene.lines())[3:]) == back

    async def test_another_change_meanwhile_does_not_wait_for_what_is_held(self, scene):
        await scene.corrected()
        [one, two, three] = some(3)
        await scene.write(retitled(one, "Another title"))
        await scene.corrected()
        lead = await scene.lead()
        assert "Another title" in lead
        assert "Withdrawn" not in lead
        assert await scene.lines() == [f"{TODAY}“Story one” is now “Another title”."]
        await scene.write(two, three)
        await scene.corrected()
        assert await scene.lead() == lead
        assert len(await scene.lines()) == 1


async def test_one_article_of_a_small_source_is_believed(scene):
    await sent(scene, some(3))
    await scene.remove("one")
    await scene.look()
    [correction] = await scene.corrected()
    assert not any(post.why_held for post in correction.posts)


async def test_a_folder_emptied_over_several_looks_is_gone_at_once(scene):
    await sent(scene, some(3))
    for name in ("one", "two", "three"):
        await scene.remove(name)
    await scene.look()
    [correction] = await scene.corrected()
    assert all(post.why_held for post in correction.posts)


async def test_an_edition_whose_lead_was_not_sent_is_not_corrected(scene):
    [one] = some(1)
    await scene.write(one)
    await scene.plan()
    await scene.write(retitled(one, "Other"))
    assert await scene.corrected() == []  # delivered after it was looked at
    assert len(await scene.corrected()) == 1
    assert "Other" in await scene.lead()


async def test_an_edition_is_corrected_for_so_long_and_no_longer(scene):
    [one] = some(1)
    await sent(scene, [one])
    scene.clock.advance(timedelta(days=3).total_seconds())
    await scene.write(retitled(one, "Other"))
    assert await scene.corrected() == []


async def test_a_post_on_its_way_is_corrected_after_it_is_sent(scene):
    [one] = some(1)
    await scene.write(one)
    await scene.plan()
    lead, _ = await scene.posts()
    sending = await scene.ledger.move(
        lead, Move(PostState.SENDING, owner="worker"), scene.clock.now()
    )
    await scene.board.add(lead.key, "general", None, lead.payloads.full, scene.clock.now())
    receipt = Receipt("general", lead.key)
    await scene.ledger.move(sending, Move(PostState.SENT, receipt=receipt), scene.clock.now())
    await scene.write(retitled(one, "Other"))
    await scene.corrected()
    posts = await scene.posts()
    assert [(post.op, post.state) for post in posts] == [
        (PostOp.CREATE, PostState.SENT),
        (PostOp.CREATE, PostState.SENT),
        (PostOp.EDIT, PostState.SENT),
        (PostOp.EDIT, PostState.SENT),
        (PostOp.CREATE, PostState.SENT),
    ]
    [thread] = [await scene.board.thread(lead.key)]
    assert "Story one" not in thread[0].payload


async def test_a_correction_made_by_another_meanwhile_is_not_made_again(scene, rival):
    [one] = some(1)
    await sent(scene, [one])
    await scene.write(retitled(one, "Other"))
    stale = await scene.ledger.showings(scene.clock.now() - timedelta(days=1))
    [shown] = await rival.shown_editions(stale, scene.clock.now() - timedelta(days=1), 0, 10)
    [correction] = await scene.corrected()
    assert correction.of == shown
    assert not await rival.correct(correction, scene.clock.now())
    assert len(await scene.added()) == 3
