"""Takes a frozen payload, gives HTML that looks as Slack or Discord would show it; for the board.

What it draws is the payload itself, so a fault of a payload is seen. Hostile text stays text: tags
are made by html_parts alone. Presses are submit buttons named `token`: the page puts a form round.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.model.destination import Look
from bot.rendering import html_discord, html_slack
from bot.rendering.html_parts import Picture, lines, tag


def draw(payload: Mapping[str, Any], look: Look, now: datetime, picture: Picture = str) -> Markup:
    """A payload as its platform shows it at `now`; `picture` says where an image is fetched from."""
    if look is Look.SLACK:
        return tag("div", html_slack.draw(payload, now, picture), class_="drawn slack")
    if look is Look.TEXT:
        return tag("div", tag("p", lines(payload["text"])), class_="drawn text")
    return tag("div", html_discord.draw(payload, now, picture), class_="drawn discord")
