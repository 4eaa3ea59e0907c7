"""Small sound Slack bodies and posts, so that a test shows only what matters to it."""

from datetime import UTC, datetime
from typing import Any

from bot.model.destination import Destination, Look, Platform
from bot.model.post import Post, PostState
from tests.support.builders import make_post

NEWS = Destination(Platform.SLACK, "C0NEWS", Look.SLACK)
READER = Destination(Platform.SLACK, "U0READER", Look.SLACK)
KEY = "0123456789abcdef01234567"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def payload(key: str = KEY, text: str = "Azure today", **more: Any) -> dict[str, Any]:
    """A message that carries its key."""
    return {
        "text": text,
        "unfurl_links": False,
        "metadata": {"event_type": "gazette_post", "event_payload": {"key": key}},
    } | more


def a_post(key: str = KEY, since: datetime | None = LONG_AGO, **fields: Any) -> Post:
    """A lead in doubt, to be looked up from then on."""
    given = {"key": key, "destination": NEWS, "position": 1, "platform_time_at": since}
    return make_post(**(given | {"state": PostState.UNKNOWN} | fields))
