"""An edition's correction, look by look: which posts are edited, what is said, and where."""

from dataclasses import replace

import pytest

from bot.model.correction import Gone, Standing
from bot.model.destination import Look
from bot.model.digest import Sibling
from bot.model.post import PostKind, PostOp, PostState
from bot.model.subscription import Layout
from tests.support.builders import ACME, make_article, make_digest, make_item, make_related
from tests.support.channel import Channel, names
from tests.support.clock import START

TODAY = "Correction, 24 November 2026: "
SIBLING = Sibling("Told elsewhere", "https://acme.example/sibling", ACME, START)
ALL_GONE = Gone("news", START, together=1_234, of=3_039)


def a_digest(count=2, **fields):
    return make_digest(
        [
            make_item(make_article(f"news:{n}"), related=(make_related(f"r{n}"),), **fields)
            for n in range(count)
        ]
    )


def a_channel(digest=None, look=Look.SLACK, layout=Layout.COMPACT):
    channel = Channel(digest or a_digest(), look, layout)
    channel.deliver()
    return channel


def now(channel, **changes):
    """How the articles stand: as shown, but for the first."""
    found = {
        name: Standing(entry.title, entry.url)
        for name, entry in zip(names(channel.digest), channel.digest.entries, strict=True)
    }
    first = next(iter(found))
    return found | {first: replace(found[first], **changes)}


def correct(channel, **changes):
    return channel.correct(now(channel, **changes))


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("look", list(Look))
def test_every_look_and_layout_shows_the_new_title_alone(look, layout):
    channel = a_channel(look=look, layout=layout)
    assert any("Title of 0" in each.text for each in channel.shows.values())
    correct(channel, title="A better one")
    channel.deliver()
    others = {post.key for post in channel.posts if is_line(post) or is_thread(post)}
    shown = [each for key, each in channel.shows.items() if key not in others]
    assert any("A better one" in each.text for each in shown)
    for each in shown:
        assert "Title of 0" not in each.full + each.plain + each.text


def is_line(post):
    return "Correction, " in post.payloads.text


def is_thread(post):
    return post.kind is PostKind.THREAD


@pytest.mark.parametrize(
    ("look", "layout", "kind"),
    [
        (Look.SLACK, Layout.COMPACT, PostKind.LEAD),
        (Look.SLACK, Layout.CARDS, PostKind.CARD),
        (Look.DISCORD, Layout.COMPACT, PostKind.THREAD),
        (Look.DISCORD, Layout.CARDS, PostKind.THREAD),
        (Look.FORUM, Layout.CARDS, PostKind.LEAD),
    ],
)
def test_a_dated_line_stands_in_the_items_own_thread(look, layout, kind):
    channel = a_channel(look=look, layout=layout)
    correction = correct(channel, title="A better one")
    line = correction.posts[-1].post
    parent = next(post for post in channel.posts if post.key == line.parent)
    assert parent.kind is kind
    assert (line.kind, line.op) == (PostKind.REPLY, PostOp.CREATE)
    assert "24 November 2026" in line.payloads.text
    if layout is Layout.CARDS and look is not Look.FORUM:
        siblings = [post for post in channel.posts if post.kind is kind]
        assert parent == siblings[0]


def test_where_there_is_no_thread_the_message_alone_is_corrected():
    channel = a_channel(make_digest(), look=Look.DISCORD)
    correction = correct(channel, title="A better one")
    assert [each.post.op for each in correction.posts] == [PostOp.EDIT]


def test_a_thread_keeps_its_name():
    channel = a_channel(look=Look.DISCORD, layout=Layout.CARDS)
    correction = correct(channel, title="A better one")
    threads = {post.key for post in channel.posts if is_thread(post)}
    assert not threads & {each.post.parent for each in correction.posts if is_edit(each)}


def is_edit(each):
    return each.post.op is PostOp.EDIT


def test_only_what_shows_the_article_is_edited_and_at_the_level_it_was_sent():
    channel = a_channel(layout=Layout.CARDS)
    lead = channel.posts[0]
    channel.posts[0] = replace(lead, level="text")
    correction = correct(channel, title="A better one")
    edits = [each for each in correction.posts if is_edit(each)]
    assert [each.post.kind for each in edits] == [PostKind.LEAD, PostKind.CARD, PostKind.REPLY]
    assert [each.level for each in edits] == ["text", "full", "full"]


def test_a_sibling_is_corrected_in_its_items_thread():
    channel = a_channel(a_digest(also=(SIBLING,)))
    standings = now(channel)
    standings["news:1+https://acme.example/sibling"] = Standing("x", "https://a.example", True)
    correction = channel.correct(standings)
    assert [each.post.kind for each in correction.posts] == [PostKind.REPLY, PostKind.REPLY]
    edit, line = (each.post.payloads.text for each in correction.posts)
    assert "Withdrawn: x" in edit
    assert "“Told elsewhere” was withdrawn by its editors." in line


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "New"}, "“Title of 0” is now “New”."),
        ({"title": "New", "url": "https://b.example"}, "“Title of 0” is now “New”."),
        ({"url": "https://b.example"}, "“Title of 0” has a new link."),
        ({"is_removed": True, "title": "New"}, "“Title of 0” was withdrawn by its editors."),
        (
            {"gone": Gone("news", START, 1, 40), "is_removed": True},
            "“Title of 0” is no longer in the newsroom.",
        ),
    ],
)
def test_the_line_says_what_became_of_it(changes, words):
    correction = correct(a_channel(), **changes)
    assert TODAY + words in correction.posts[-1].post.payloads.text


def test_back_under_another_title_is_said_at_once():
    channel = a_channel()
    correct(channel, is_removed=True)
    channel.deliver()
    correction = correct(channel, title="New", is_removed=False)
    assert "“Title of 0” is back and is now “New”." in correction.posts[-1].post.payloads.text


def test_of_a_strike_that_a_person_refused_nobody_hears_that_it_is_back():
    channel = a_channel()
    before = dict(channel.shows)
    correct(channel, gone=ALL_GONE)
    for post in channel.those(PostState.HELD):
        channel.move(post, PostState.SKIPPED)
    channel.deliver()
    assert correct(channel, gone=None).posts == ()
    assert channel.shows == before


@pytest.mark.parametrize(
    ("together", "of", "is_held"), [(1, 3, False), (2, 39, True), (2, 40, False), (3, 40, True)]
)
def test_more_than_one_and_more_than_a_twentieth_at_once_are_held(together, of, is_held):
    correction = correct(a_channel(), gone=Gone("news", START, together, of))
    assert {bool(each.why_held) for each in correction.posts} == {is_held}
    if is_held:
        for each in correction.posts:
            assert each.why_held.startswith(f"{together} of {of} articles of news are gone at once")
            assert f"gazette posts resolve {each.post.key} --as planned" in each.why_held


class TestALongerTitle:
    """Nothing moves from one message to another."""

    def digest(self):
        return make_digest(
            [
                make_item(
                    make_article(f"news:{n}"),
                    excerpt="words " * 60,
                    url=f"https://a.example/{n}/{'u' * 150}",
                )
                for n in range(10)
            ]
        )

    def test_a_shorter_edition_keeps_its_messages(self):
        channel = a_channel(self.digest())
        assert [post.kind for post in channel.posts] == [PostKind.LEAD, PostKind.CARD]
        removed = {name: replace(each, is_removed=True) for name, each in now(channel).items()}
        channel.correct(removed)
        channel.deliver()
        for place, post in enumerate(channel.posts[:2]):
            text = channel.shows[post.key].text
            assert text.count("Withdrawn: ") == 5
            assert f"({place + 1}/2)" in text

    def test_it_gives_up_its_excerpt(self):
        channel = a_channel(make_digest(self.digest().items[:6]))
        [lead] = channel.shows
        before = channel.shows[lead].text.count("words words")
        correct(channel, title="T" * 240, url="https://a.example/" + "v" * 480)
        channel.deliver()
        assert "T" * 240 in channel.shows[lead].text
        assert channel.shows[lead].text.count("words words") == before * 5 / 6

    def test_then_the_end_of_its_title(self):
        channel = a_channel(make_digest(self.digest().items[:6]))
        [lead] = channel.shows
        correct(channel, title="T" * 240, url="https://a.example/" + "v" * 780)
        channel.deliver()
        assert "T" * 50 in channel.shows[lead].text
        assert "T" * 130 not in channel.shows[lead].text

    def test_where_that_is_not_enough_the_line_says_it(self):
        channel = a_channel(make_digest(self.digest().items[:6]))
        longer = {"url": "https://a.example/" + "v" * 1_150}
        [line] = correct(channel, **longer).posts
        assert "“Title of 0” has a new link." in line.post.payloads.text
        assert correct(channel, **longer) is None
