"""Whatever editors do and undo, channels end up showing what a fresh digest would."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.digest.corrected import GONE, WITHDRAWN
from bot.model.correction import Gone, Standing
from bot.model.destination import Look
from bot.model.digest import Sibling
from bot.model.post import PostKind, PostOp, PostState
from bot.model.subscription import Layout
from bot.rendering.render import render
from tests.support.builders import ACME, make_article, make_digest, make_item, make_related
from tests.support.channel import Channel, names
from tests.support.clock import START
from tests.support.hostile import FRAGMENTS
from tests.support.proof import times

ITEMS = 3
LOST = Gone("news", START, together=1, of=3_000)
MANY_LOST = Gone("news", START, together=1_234, of=3_039)


def a_digest():
    sibling = Sibling("Told elsewhere", "https://acme.example/sibling", ACME, START)
    return make_digest(
        [
            make_item(
                make_article(f"news:{n}"),
                related=(make_related(f"r{n}"),),
                also=(sibling,) if n == 1 else (),
            )
            for n in range(ITEMS)
        ]
    )


DIGEST = a_digest()
NAMES = names(DIGEST)
ORIGINAL = {
    name: Standing(entry.title, entry.url)
    for name, entry in zip(NAMES, DIGEST.entries, strict=True)
}

titles = st.sampled_from(["Another title", "A title~", *FRAGMENTS[:6]])
changes = st.one_of(
    st.builds(lambda title: {"title": title}, titles),
    st.builds(lambda n: {"url": f"https://acme.example/new/{n}"}, st.integers(0, 2)),
    st.sampled_from([{"is_removed": True}, {"is_removed": False}]),
    st.sampled_from([{"gone": LOST}, {"gone": MANY_LOST}, {"gone": None}]),
    st.just("as it was"),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NAMES), changes),
        st.sampled_from(["correct", "deliver", "resolve", "refuse", "fail", "retry"]),
    ),
    max_size=20,
)
looks = st.sampled_from(list(Look))
layouts = st.sampled_from(list(Layout))


@given(steps=steps, look=looks, layout=layouts, meant=st.booleans())
@settings(max_examples=times(150, 5_000), deadline=None)
def test_a_channel_ends_up_showing_what_a_fresh_digest_would(steps, look, layout, meant):
    channel, now = Channel(DIGEST, look, layout), dict(ORIGINAL)
    for step in steps:
        take(channel, now, step)
    channel.deliver()
    if not meant or "refuse" in steps:
        now = {name: replace(each, gone=back(each.gone)) for name, each in now.items()}
    channel.correct(now)
    for state in (PostState.HELD, PostState.FAILED):
        plan(channel, state)
    channel.deliver()

    fresh = render(as_it_stands(now), "daily", "manual:1", look, layout)
    for post in fresh:
        if post.kind is not PostKind.THREAD:
            assert channel.shows[post.key] == post.payloads
    assert channel.correct(now) is None
    if "fail" not in steps:  # a newer edit takes the way from one that may be tried again
        check_edits(channel)


@given(
    steps=steps.map(
        lambda all_of_them: [each for each in all_of_them if each not in ("resolve", "retry")]
    ),
    look=looks,
    layout=layouts,
)
@example(
    steps=[
        ("news:0", {"gone": MANY_LOST}),
        "correct",
        "refuse",
        ("news:1", {"title": "Another title"}),
        "correct",
    ],
    look=Look.SLACK,
    layout=Layout.COMPACT,
)
@settings(max_examples=times(100, 5_000), deadline=None)
def test_what_nobody_believes_is_never_shown(steps, look, layout):
    channel, now = Channel(DIGEST, look, layout), dict(ORIGINAL)
    for step in steps:
        take(channel, now, believable(step))
        channel.deliver()
    assert not any(GONE in post.payloads.text for _, post in channel.sent)
    assert not any("no longer in" in post.payloads.text for _, post in channel.sent)


def believable(step):
    """Every file that vanishes does so among a thousand others."""
    is_lost = isinstance(step, tuple) and step[1] == {"gone": LOST}
    return (step[0], {"gone": MANY_LOST}) if is_lost else step


def take(channel, now, step):
    if isinstance(step, tuple):
        name, change = step
        now[name] = ORIGINAL[name] if change == "as it was" else replace(now[name], **change)
    elif step == "correct":
        known = len(channel.posts)
        channel.correct(now)
        edits = [post for post in channel.posts[known:] if post.op is PostOp.EDIT]
        targets = [(post.parent, post.state) for post in edits]
        assert len(targets) == len(set(targets))
    elif step == "deliver":
        channel.deliver()
    elif step == "retry":
        plan(channel, PostState.FAILED)
    elif step == "fail":
        for post in channel.those(PostState.PLANNED):
            if post.op is PostOp.EDIT:
                channel.move(post, PostState.FAILED)
    else:
        plan(channel, PostState.HELD, is_meant=step == "resolve")


def plan(channel, state, *, is_meant=True):
    for post in channel.those(state):
        channel.move(post, PostState.PLANNED if is_meant else PostState.SKIPPED)


def back(gone):
    return None if gone is MANY_LOST else gone


def as_it_stands(now):
    """The digest as it would be, were it made of its articles as they are now."""
    found = []
    for name, entry in zip(NAMES, DIGEST.entries, strict=True):
        stand = now[name]
        struck = GONE if stand.gone else WITHDRAWN if stand.is_removed else ""
        found.append(replace(entry, title=stand.title, url=stand.url, struck=struck))
    items = [
        replace(item, also=tuple(found[ITEMS:]) if item.also else ()) for item in found[:ITEMS]
    ]
    return replace(DIGEST, items=tuple(items))


def check_edits(channel):
    """No message was given twice in a row what it showed."""
    given = {}
    for parent, post in channel.sent:
        target = parent if post.op is PostOp.EDIT else post.key
        given.setdefault(target, []).append(post.payloads)
    for payloads in given.values():
        assert all(before != after for before, after in pairwise(payloads))
