"""What commands print: a document for programs, words for people."""

import json
from datetime import datetime
from typing import Any

from bot.bootstrap.once import Sent
from bot.commands.topic import TopicFound
from bot.digest.compose import topic_words as name_topics
from bot.model.article import Article
from bot.model.destination import Look
from bot.model.draft import Draft


def draft_document(drafted: Draft) -> dict[str, Any]:
    """The edition as it would be planned, and its posts in sending order."""
    about = name_topics(drafted.subscription.taste)
    return {
        "edition": {
            "topic": about,
            "at": time_words(drafted.at),
            "picks": [
                {
                    **named_article(pick.article),
                    "reasons": [reason.text for reason in pick.reasons],
                    "also": [named_article(each) for each in pick.also],
                    "update": pick.is_update,
                }
                for pick in drafted.selection.picks
            ],
        },
        "posts": [
            {
                "kind": post.kind,
                "parent": post.parent,
                "key": post.key,
                "payload": _payload(post.payloads.full, drafted.subscription.destination.look),
            }
            for post in drafted.posts
        ],
    }


def draft_words(drafted: Draft) -> str:
    """The posts one after another, as their platform gets them."""
    look = drafted.subscription.destination.look
    if look is Look.TEXT:
        return "\n\n".join(post.payloads.full for post in drafted.posts)
    return "\n".join(
        json.dumps(_payload(post.payloads.full, look), ensure_ascii=False, indent=2)
        for post in drafted.posts
    )


def topic_document(found: TopicFound) -> dict[str, Any]:
    """A look-up's articles, best first, or the nearest topics."""
    return {
        "topic": found.topic,
        "conditions": found.wanted.conditions,
        "items": [
            {
                **named_article(article),
                "provider": article.provider.name,
                "published_at": time_words(article.published_at),
            }
            for article in found.articles
        ],
        "nearest": list(found.nearest),
    }


def topic_words(found: TopicFound) -> str:
    """A look-up for a terminal."""
    if found.topic is None:
        nearest = ", ".join(found.nearest)
        asked = found.wanted.name
        return f"Nearest to “{asked}”: {nearest}" if nearest else "There are no topics yet."
    conditions = found.wanted.conditions
    if not found.articles:
        return f"{found.topic}: no article {conditions or 'yet'}."
    lines = [
        f"{place}. {article.title}\n   {_facts(article)}\n   {article.url}"
        for place, article in enumerate(found.articles, 1)
    ]
    return "\n".join([", ".join(filter(None, (found.topic, conditions))), *lines])


def sent_document(sent: Sent) -> dict[str, Any]:
    """How a send by hand stands."""
    return {
        "subscription": sent.edition.subscription,
        "slot": sent.edition.slot_key,
        "state": sent.edition.state,
        "posts": [{"key": post.key, "kind": post.kind, "state": post.state} for post in sent.posts],
    }


def sent_words(sent: Sent) -> str:
    """One line, then what went wrong, post by post."""
    edition = sent.edition
    done = sum(post.state == "sent" for post in sent.posts)
    head = (
        f"{edition.subscription}, {edition.slot_key}: {edition.state}, "
        f"{done} of {len(sent.posts)} posts sent to {edition.destination}"
    )
    lines = [
        f"{post.kind} {post.key}: {post.state}{f', {post.error}' if post.error else ''}"
        for post in sent.posts
        if post.state != "sent"
    ]
    notes = [f"nothing to say: {edition.note}"] if edition.note else []
    return "\n".join([head, *notes, *lines])


def named_article(article: Article) -> dict[str, Any]:
    """What names an article in every document."""
    return {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "quality": article.quality,
        "is_published": article.is_published,
    }


def _facts(article: Article) -> str:
    quality = "quality unknown" if article.quality is None else f"quality {article.quality}"
    flag = "published" if article.is_published else "unpublished"
    return f"{article.provider.name}, {article.published_at:%Y-%m-%d}, {quality}, {flag}"


def _payload(frozen: str, look: Look) -> Any:
    return frozen if look is Look.TEXT else json.loads(frozen)


def time_words(moment: datetime) -> str:
    """A time in UTC, as every document has it."""
    return moment.isoformat().replace("+00:00", "Z")
