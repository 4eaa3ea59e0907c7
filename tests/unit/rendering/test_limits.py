"""Our budgets fit the platforms: the longest single item always has room for itself."""

import json
import os
from pathlib import Path

import pytest

from bot.model.article import Image, Provider
from bot.model.destination import Look
from bot.model.digest import Sibling
from bot.model.subscription import Layout
from bot.rendering import limits
from bot.rendering.render import render
from tests.support.builders import make_article, make_digest, make_item, make_related
from tests.support.clock import START
from tests.support.discord_checks import check_message
from tests.support.payloads import messages
from tests.support.slack_blocks import check_blocks

EXTREMES = {
    "plain": ("x", "u"),
    "marks": ("*", "("),
    "ampersands": ("&", "&"),
    "pings": ("@everyone ", "a"),
    "emoji": ("👩‍👩‍👧", "u"),
    "chinese": ("漢", "u"),
    "addresses": (":a:", "u"),
}


def _longest(sign, url_sign):
    words = sign * 4000
    room = limits.URL_CHARS - len("https://a.example/")
    longest = {"&": room // 5, "(": room // 3}.get(url_sign, room)
    provider = Provider(words, "a.example")
    return [
        make_item(
            make_article(f"news:{n}"),
            title=words,
            excerpt=words,
            topic=words,
            badge=words,
            provider=provider,
            url="https://a.example/" + url_sign * longest,
            image=Image("https://img.example/" + "i" * 1900, words),
            related=tuple(make_related(str(k), title=words, provider=provider) for k in range(12)),
            also=tuple(
                Sibling(words, f"https://a.example/{k}", provider, START) for k in range(12)
            ),
            is_update=True,
            section=words,
        )
        for n in range(10)
    ]


@pytest.mark.parametrize("kind", EXTREMES)
@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("look", [Look.SLACK, Look.DISCORD])
def test_the_longest_items_fit_with_heading_and_footer(look, layout, kind):
    sign, url_sign = EXTREMES[kind]
    digest = make_digest(_longest(sign, url_sign), heading=sign * 4000, footer=sign * 4000)
    for _, payload in messages(render(digest, "azure", "manual:1", look, layout)):
        if look is Look.DISCORD:
            check_message(payload)
        else:
            assert len(payload["text"]) <= limits.SLACK_TWIN_CHARS
            check_blocks(payload.get("blocks", []))


def test_size_counts_an_emoji_twice_and_a_letter_once():
    assert limits.size("aé漢") == 3
    assert limits.size("👍") == 2


SPECS = os.environ.get("GAZETTE_SPECS")


@pytest.mark.skipif(not SPECS, reason="GAZETTE_SPECS names no folder of specifications")
@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("look", [Look.DISCORD, Look.FORUM])
def test_payloads_have_the_form_of_discords_published_schema(look, layout):
    spec = json.loads((Path(SPECS) / "discord-openapi.json").read_text())
    item = make_item(image=Image("https://img.example/a.png"), related=(make_related(),))
    for post in render(make_digest([item]), "azure", "manual:1", look, layout):
        form = {
            "thread": "CreateTextThreadWithMessageRequest",
            "lead": "CreateForumThreadRequest" if look is Look.FORUM else "MessageCreateRequest",
        }.get(post.kind.value, "MessageCreateRequest")
        for text in (post.payloads.full, post.payloads.plain, post.payloads.text):
            payload = json.loads(text)
            mistakes = _mistakes(payload, spec["components"]["schemas"][form], spec)
            assert not mistakes


def _mistakes(value, schema, spec, where="$"):
    """What a value breaks of the schema's parts that the file uses for messages."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return _mistakes(value, spec["components"]["schemas"][name], spec, where)
    if "oneOf" in schema and "enum" not in schema and "type" not in schema:
        tried = [_mistakes(value, each, spec, where) for each in schema["oneOf"]]
        return [] if any(not each for each in tried) else min(tried, key=len)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, _KINDS[kind]) for kind in kinds):
        return [f"{where}: not {kinds}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value} not in {schema['enum']}")
    if isinstance(value, str) and not (
        schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9)
    ):
        found.append(f"{where}: length")
    if isinstance(value, list):
        found += [
            mistake
            for n, each in enumerate(value)
            for mistake in _mistakes(each, schema.get("items", {}), spec, f"{where}[{n}]")
        ]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{where}.{name}: unknown" for name in value if name not in known]
        found += [
            f"{where}.{name}: missing" for name in schema.get("required", ()) if name not in value
        ]
        for name in value.keys() & known.keys():
            found += _mistakes(value[name], known[name], spec, f"{where}.{name}")
    return found


_KINDS = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
