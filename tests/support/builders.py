"""Sound values of the model, so that a test shows only what matters to it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.catalog.ports import FileMark, FileRead
from bot.model.article import Article, Provider, RelatedLink
from bot.model.destination import Destination, Look, Platform
from bot.model.digest import Digest, Item
from bot.model.draft import Draft
from bot.model.pick import Pick, Reason, Selection
from bot.model.post import Payloads, PlannedPost, Post, PostKind, PostOp, post_key
from bot.model.slot import Slot, manual_slot
from bot.model.subscription import Subscription
from bot.model.taste import Taste
from tests.support.clock import START

ACME = Provider("Acme News", "acme.example")
CHANNEL = Destination(Platform.SLACK, "C0000000001", Look.SLACK)


def make_article(id: str = "news:one", **fields: Any) -> Article:  # noqa: A002 (the field's name)
    """An unpublished article of topic Azure, an hour old; title and url follow from the id."""
    path = id.partition(":")[2]
    article = Article(
        id=id,
        title=f"Title of {path}",
        url=f"https://acme.example/{path}",
        excerpt=f"Excerpt of {path}.",
        published_at=START - timedelta(hours=1),
        quality=70,
        is_published=False,
        is_removed=False,
        kind="article",
        provider=ACME,
        topics=("Azure",),
        images=(),
        related_count=0,
    )
    return replace(article, **fields)


def make_related(name: str = "link", **fields: Any) -> RelatedLink:
    """A related link; title and url follow from the name."""
    link = RelatedLink(
        title=f"Related {name}",
        url=f"https://related.example/{name}",
        provider=Provider("Related Post", "related.example"),
        published_at=START - timedelta(days=2),
        quality=50,
    )
    return replace(link, **fields)


def make_read(
    article: Article | None = None,
    related: Sequence[RelatedLink] = (),
    *,
    path: str | None = None,
    **fields: Any,
) -> FileRead:
    """A file as ingest read it; its path follows from the article's id."""
    name = path or f"{article.id.partition(':')[2] if article else 'one'}.md"
    mark = fields.pop("mark", None) or FileMark(name, 100, 1_700_000_000_000_000_000, "0" * 64)
    read = FileRead(mark, article=article, related=tuple(related))
    return replace(read, **fields)


def make_subscription(name: str = "azure-daily", **fields: Any) -> Subscription:
    """A compact digest of topic Azure for one Slack channel, sent by hand only."""
    return replace(Subscription(name, CHANNEL, Taste(topics=("Azure",))), **fields)


def make_pick(article: Article | None = None, **fields: Any) -> Pick:
    """A pick with one reason."""
    pick = Pick(article or make_article(), score=0.5, reasons=(Reason("eligible", "unpublished"),))
    return replace(pick, **fields)


def make_payloads(text: str = "hello") -> Payloads:
    """The same small JSON object at each level, told apart by `level`."""
    full, plain, least = (
        json.dumps({"text": text, "level": level}) for level in ("full", "plain", "text")
    )
    return Payloads(full, plain, least)


def make_planned_post(
    part: str = "lead",
    *,
    subscription: str = "azure-daily",
    slot_key: str = "manual:1",
    **fields: Any,
) -> PlannedPost:
    """A lead, or a reply when `parent` is given; the key follows from the part."""
    parent = fields.get("parent")
    planned = PlannedPost(
        key=post_key(subscription, slot_key, part),
        kind=PostKind.REPLY if parent else PostKind.LEAD,
        op=PostOp.CREATE,
        parent=parent,
        payloads=make_payloads(part),
    )
    return replace(planned, **fields)


def make_post(part: str = "lead", **fields: Any) -> Post:
    """A stored post of edition 1, planned: a lead, or a reply when `parent` is given."""
    planned = make_planned_post(part, parent=fields.get("parent"))
    post = Post(
        key=planned.key,
        edition_id=1,
        destination=CHANNEL,
        kind=planned.kind,
        op=planned.op,
        parent=planned.parent,
        position=0,
        payloads=planned.payloads,
    )
    return replace(post, **fields)


def make_item(article: Article | None = None, **fields: Any) -> Item:
    """An article as shown, under topic Azure."""
    shown = article or make_article()
    item = Item(
        article_id=shown.id,
        short_id=shown.short_id,
        title=shown.title,
        url=shown.url,
        excerpt=shown.excerpt,
        provider=shown.provider,
        published_at=shown.published_at,
        topic="Azure",
        image=next(iter(shown.images), None),
        badge="Quality 70" if shown.is_published else "Unpublished",
    )
    return replace(item, **fields)


def make_digest(items: Sequence[Item] | None = None, **fields: Any) -> Digest:
    """A digest of topic Azure with one item."""
    shown = (make_item(),) if items is None else tuple(items)
    digest = Digest("Azure", "Azure", START, is_late=False, items=shown, footer="How it was chosen")
    return replace(digest, **fields)


def make_draft(
    articles: Sequence[Article] | None = None,
    *,
    subscription: Subscription | None = None,
    slot: Slot | None = None,
    at: datetime = START,
    **fields: Any,
) -> Draft:
    """A compact draft: a lead and a reply per article. Without articles there is nothing to say.

    Each subscription and slot has an article of its own, since a channel gets an article once.
    """
    wanted = subscription or make_subscription()
    when = slot or manual_slot(1, at)
    is_first = (wanted.name, when.key) == ("azure-daily", "manual:1")
    own = make_article("news:one" if is_first else f"news:{wanted.name}-{when.key}")
    chosen = (own,) if articles is None else tuple(articles)
    names = {"subscription": wanted.name, "slot_key": when.key}
    lead = make_planned_post("lead", **names)
    replies = [
        make_planned_post(f"reply:{each.id}", parent=lead.key, article_id=each.id, **names)
        for each in chosen
    ]
    draft = Draft(
        subscription=wanted,
        slot=when,
        at=at,
        is_late=False,
        selection=Selection(tuple(make_pick(each) for each in chosen), dropped=()),
        digest=make_digest([make_item(each) for each in chosen], at=at) if chosen else None,
        posts=(lead, *replies) if chosen else (),
    )
    return replace(draft, **fields)
