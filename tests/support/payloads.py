"""Reads payloads as a reader does: with the markup oracles, level by level."""

import json
from collections.abc import Iterator
from typing import Any

from bot.model.post import PlannedPost, PostKind
from tests.support import discord_markdown, mrkdwn
from tests.support.discord_checks import walk


def levels(post: PlannedPost) -> list[dict[str, Any]]:
    """A post's three payloads as JSON; a forum post's message alone."""
    payloads = (post.payloads.full, post.payloads.plain, post.payloads.text)
    loaded = [json.loads(each) for each in payloads]
    return [each.get("message", each) for each in loaded]


def messages(posts: tuple[PlannedPost, ...]) -> Iterator[tuple[PlannedPost, dict[str, Any]]]:
    """Every message of every post at every level."""
    for post in posts:
        if post.kind is not PostKind.THREAD:
            for payload in levels(post):
                yield post, payload


def read_slack(payload: dict[str, Any]) -> list[mrkdwn.Parsed]:
    """The twin, and the blocks where there are some."""
    twin = mrkdwn.parse_text(payload["text"])
    return [twin, mrkdwn.parse_blocks(payload["blocks"])] if "blocks" in payload else [twin]


def read_discord(payload: dict[str, Any]) -> discord_markdown.Parsed:
    """All text displays, or the content."""
    if "content" in payload:
        return discord_markdown.parse(payload["content"])
    displays = [each["content"] for _, each in walk(payload["components"]) if each["type"] == 10]
    return discord_markdown.parse("\n".join(displays))


def custom_ids(payload: dict[str, Any]) -> list[str]:
    """Of every component that has one."""
    found = (each.get("custom_id") for _, each in walk(payload["components"]))
    return [each for each in found if each]


def option_values(payload: dict[str, Any]) -> list[str]:
    """What a Discord message's selects, or a Slack message's menus and lone buttons, offer."""
    if "blocks" in payload:
        menus = [each.get("accessory", {}) for each in payload["blocks"]]
    else:
        menus = [each for _, each in walk(payload.get("components"))]
    offered = [menu.get("options", [menu] if "value" in menu else []) for menu in menus]
    return [option["value"] for options in offered for option in options]
