"""What `gazette posts` prints: documents for programs, lines and a table for people."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.delivery.by_hand import Retried
from bot.delivery.states import UNSETTLED
from bot.model.post import Post, PostState
from bot.model.record import PostEvent, PostRecord

HEADINGS = ("key", "state", "what", "subscription", "destination", "due (UTC)", "tries", "why")


def post_document(post: Post) -> dict[str, Any]:
    """A post as a program reads it; without its payloads."""
    receipt = post.receipt
    return {
        "key": post.key,
        "state": post.state,
        "kind": post.kind,
        "op": post.op,
        "subscription": post.subscription,
        "destination": str(post.destination),
        "due_at": _time(post.due_at),
        "parent": post.parent,
        "level": post.level,
        "attempts": post.attempt,
        "owner": post.owner,
        "sending_at": _time(post.sending_at),
        "retry_at": _time(post.retry_at),
        "error": post.error,
        "receipt": receipt
        and {"channel": receipt.channel, "message": receipt.message, "thread": receipt.thread},
    }


def record_document(record: PostRecord) -> dict[str, Any]:
    """Everything about a post."""
    edition = record.edition
    return {
        **post_document(record.post),
        "edition": edition
        and {
            "slot": edition.slot_key,
            "state": edition.state,
            "planned_at": _time(edition.planned_at),
            "is_late": edition.is_late,
        },
        "parts": [
            {"key": each.key, "kind": each.kind, "op": each.op, "state": each.state}
            for each in record.parts
        ],
        "history": [
            {
                "at": _time(each.at),
                "before": each.before,
                "after": each.after,
                "attempt": each.epoch,
                "owner": each.owner,
                "level": each.level,
                "error": each.error,
            }
            for each in record.events
        ],
        "text": text_of(record.post),
    }


def cells(post: Post) -> tuple[str, ...]:
    """A post as a line of a list, under `HEADINGS`."""
    return (
        post.key,
        post.state,
        what(post),
        post.subscription or "-",
        str(post.destination),
        f"{post.due_at:%Y-%m-%d %H:%M}" if post.due_at else "-",
        str(post.attempt),
        post.error or "-",
    )


def record_words(record: PostRecord) -> str:
    """Everything about a post, for people."""
    post, edition = record.post, record.edition
    lines = [f"{what(post)} {post.key}: {post.state}{f', {post.error}' if post.error else ''}"]
    if edition is not None:
        late = ", late" if edition.is_late else ""
        lines += [f"edition   {edition.subscription}, {edition.slot_key}: {edition.state}{late}"]
    lines += [f"to        {post.destination}"]
    if post.receipt is not None:
        lines += [f"is at     {post.receipt.channel}/{post.receipt.message}"]
    if post.due_at is not None:
        lines += [f"due       {_time(post.due_at)}"]
    if post.retry_at is not None:
        lines += [f"not until {_time(post.retry_at)}"]
    if len(record.parts) > 1:
        lines += ["", "parts"]
        lines += [f"  {each.key}  {what(each)}: {each.state}" for each in record.parts]
    lines += ["", "history", *_history(record), "", "text", text_of(post)]
    return "\n".join(lines)


def retried_words(retried: Retried) -> str:
    """What a retry did."""
    first, *below = retried.posts
    with_it = f", and {len(below)} below it" if below else ""
    lines = [f"{what(first)} {first.key} is planned again{with_it}"]
    if retried.reopened:
        lines += [f"no longer paused: {', '.join(retried.reopened)}"]
    return "\n".join(lines)


def next_words(posts: Sequence[Post], *, is_running: bool) -> str:
    """What becomes of posts now."""
    if not any(post.state in UNSETTLED for post in posts):
        return ""
    if is_running:
        return "`gazette run` goes on with it within seconds"
    return "no Gazette is at work here: `gazette run` goes on with it"


def what(post: Post) -> str:
    """What a post is, in a word or two."""
    if post.edition_id is None:
        return "alert"
    return post.kind if post.op != "edit" else f"edit of {post.kind}"


def text_of(post: Post) -> str:
    """A post's words: the text that is sent where nothing finer is to be had."""
    frozen = post.payloads.text
    try:
        payload = json.loads(frozen)
    except ValueError:
        return frozen  # the look `text` has no form but the text
    message = payload.get("message") or payload if isinstance(payload, dict) else {}
    words = message.get("text") or message.get("content") or message.get("name")
    return words if isinstance(words, str) else frozen


def _history(record: PostRecord) -> list[str]:
    begun = record.edition.planned_at if record.edition else record.post.due_at
    first = [f"  {_time(begun)}  planned"] if begun else []
    return [*first, *(f"  {_time(each.at)}  {_event(each)}" for each in record.events)]


def _event(event: PostEvent) -> str:
    facts = [f"{event.before} → {event.after}"]
    if event.after is PostState.SENDING:
        facts += [f"attempt {event.epoch} by {event.owner}, {event.level}"]
    elif event.error:
        facts += [event.error]
    return ": ".join(facts)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
