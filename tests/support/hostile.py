"""Text, addresses and digests as an attacker or a careless editor would have them."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.model.article import Image, Provider, RelatedLink
from bot.model.digest import Digest, Item, Sibling
from tests.support.builders import make_article, make_digest, make_item

FRAGMENTS = [
    *("<!channel>", "<!here|x>", "<!date^1^{date}|x>", "<!subteam^S1>", "<@U012AB>", "<#C012AB>"),
    *("<https://evil.example|x>", "<https://evil.example>", "<mailto:a@evil.example|x>"),
    *("<@123>", "<@!123>", "<@&123>", "<#123>", "</ban:123>", "<t:1:R>", "<id:browse>"),
    *("<:n:123>", "<a:n:123>", "@everyone", "@here", "discord.gg/abc", "discord.com/invite/abc"),
    *("[x](http://evil.example)", "[x](<http://evil.example>)", "[x", "](http://evil.example)"),
    *("https://evil.example", "HTTPS://evil.example/a_b_", "www.evil.example", "a@evil.example"),
    *("*bold*", "_it_", "~s~", "~~s~~", "||s||", "`c`", "```c```", "**b**", "__u__", "***", "__"),
    *("|", ">", "<", "&", "&lt;", "&amp;", "\\", "\\\\", "(", ")", "[", "]", ":smile:", ":", "@"),
    *("# ", "## ", "-# ", "- ", "+ ", "* ", "1. ", "12) ", "> ", ">>> ", "＞"),
    *("\n", "\r\n", "\x00", "\t", "\u2028", "\u202e", "\u2066", "\u200b", "\u2060", "\ufeff"),
    *("👩‍👩‍👧", "🇩🇪", "👍🏽", "漢字", "زبان", "é", "word", "Azure", " "),
]

texts = st.one_of(
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=12).map("".join),
    st.sampled_from(["漢字" * 200, "*" * 400, "&" * 400, "👩‍👩‍👧" * 90, "a b " * 100, "x" * 400]),
)
"""Any text; now and then a very long one."""

urls = st.one_of(
    st.builds(
        lambda host, path: f"https://{host}/{path}",
        st.sampled_from(["acme.example", "www.acme.example", "discord.gg", "a@b.example", "[::1]"]),
        st.one_of(
            st.text("ab/?=&|<>()[]\"'`*_ \\^{}é漢👍%:@#~.,;!", max_size=30),
            st.sampled_from(["x" * 1500, "&" * 400, "(" * 600, "a/" * 500]),
        ),
    ),
    st.sampled_from(["javascript:alert(1)", "https://acme.example/plain"]),
)

_times = st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)
_providers = st.builds(Provider, texts, st.just("acme.example"))
_images = st.one_of(st.none(), st.builds(Image, urls, texts))
_siblings = st.builds(Sibling, texts, urls, _providers, _times)
_links = st.builds(RelatedLink, texts, urls, _providers, published_at=st.one_of(st.none(), _times))


def _item(number: int, fields: dict[str, Any]) -> Item:
    return make_item(make_article(f"news:{number}"), **fields)


_fields = st.fixed_dictionaries(
    {
        "title": texts,
        "url": urls,
        "excerpt": texts,
        "provider": _providers,
        "published_at": _times,
        "topic": texts,
        "image": _images,
        "badge": st.one_of(st.sampled_from(["Unpublished", "Quality 87", ""]), texts),
        "related": st.lists(_links, max_size=4).map(tuple),
        "more_related": st.integers(0, 40),
        "also": st.one_of(st.just(()), st.lists(_siblings, max_size=4).map(tuple)),
        "is_update": st.booleans(),
    }
)


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    """A digest of one to ten items, every text of it hostile, in two sections or in none."""
    fields = draw(st.lists(_fields, min_size=1, max_size=10))
    if draw(st.booleans()):
        first, second = draw(texts), draw(texts)
        half = len(fields) // 2
        fields = [each | {"section": first} for each in fields[:half]] + [
            each | {"section": second} for each in fields[half:]
        ]
    items = [_item(number, each) for number, each in enumerate(fields)]
    return make_digest(items, heading=draw(texts), topic=draw(texts), footer=draw(texts))
