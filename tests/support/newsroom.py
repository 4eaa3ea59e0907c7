"""A small newsroom in a folder: articles in the repository's own format, written by a test."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


def write_article(folder: Path, slug: str, **fields: Any) -> Path:
    """Writes `_news/<slug>.md`: sound front matter, `fields` over it; a field of None is left out."""
    sound: dict[str, Any] = {
        "title": slug.replace("-", " ").capitalize(),
        "excerpt": f"What there is to say about {slug}.",
        "publishedDateTime": (datetime.now(UTC) - timedelta(hours=2)).isoformat(),
        "webUrl": f"https://news.example/{slug}",
        "type": "article",
        "quality": 70,
        "heat": -1,
        "published": False,
        "provider": {"name": "News", "domain": "news.example"},
        "topics": ["Azure"],
        "related": [link(f"{slug}-background"), link(f"{slug}-history")],
        "secured": "c2VjdXJlZC1jYW5hcnk=;Y2FuYXJ5",
    }
    kept = {name: value for name, value in (sound | fields).items() if value is not None}
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in kept.items()]
    return write_raw(folder, slug, "\n".join(["---", *lines, "---", ""]))


def write_raw(folder: Path, slug: str, text: str) -> Path:
    """Writes `_news/<slug>.md` as it stands."""
    path = folder / "_news" / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def link(slug: str, **fields: Any) -> dict[str, Any]:
    """An entry of `related`."""
    return {
        "title": slug.replace("-", " ").capitalize(),
        "webUrl": f"https://elsewhere.example/{slug}",
        "provider": {"name": "Elsewhere", "domain": "elsewhere.example"},
        "publishedDateTime": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
        "quality": 50,
        **fields,
    }
