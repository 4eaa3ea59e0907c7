"""Small sound Discord bodies, so that a test shows only what matters to it."""

import json
from datetime import datetime
from typing import Any

from bot.model.destination import Destination
from bot.model.post import Payloads, Post
from tests.support.builders import make_post
from tests.support.discord_checks import V2

KEY = "0123456789abcdef01234567"
SILENT: dict[str, Any] = {"allowed_mentions": {"parse": []}}


def about(key: str) -> dict[str, Any]:
    """A row with the select by which a message is known again."""
    options = [{"label": "Why", "value": "why:0123456789abcdef"}]
    return {
        "type": 1,
        "components": [{"type": 3, "custom_id": f"about:{key}", "options": options}],
    }


def display(content: str = "News") -> dict[str, Any]:
    """A text display."""
    return {"type": 10, "content": content}


def message(key: str | None = None, *components: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Components V2 message; with a key it carries nonce and mark."""
    parts = list(components) or [display()]
    body: dict[str, Any] = {"flags": V2, "components": parts, **SILENT}
    if key is not None:
        parts.append(about(key))
        body |= {"nonce": key, "enforce_nonce": True}
    return body | more


def forum_post(key: str, name: str = "Azure") -> dict[str, Any]:
    """A forum post: its message has the mark and no nonce."""
    inner = {k: v for k, v in message(key).items() if k not in ("nonce", "enforce_nonce")}
    return {"name": name, "auto_archive_duration": 1440, "message": inner}


def thread(name: str = "Related links") -> dict[str, Any]:
    """What opens a thread."""
    return {"name": name, "auto_archive_duration": 1440}


def make_lead(to: Destination, body: Any, since: datetime | None, **fields: Any) -> Post:
    """A stored post with this body at each level, to be looked up from then on."""
    text = json.dumps(body)
    payloads = Payloads(text, text, text)
    given = {"key": KEY, "destination": to, "payloads": payloads, "platform_time_at": since}
    return make_post(**(given | fields))
