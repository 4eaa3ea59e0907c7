"""`gazette why`: finds what is asked about, and says what the chain says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.bootstrap.once import active, subscription_of
from bot.bootstrap.report import named_article, time_words
from bot.bootstrap.store import Store
from bot.commands.why import explain_now, explained_answer, find_article, recorded_answer
from bot.digest.why import Explanation, Fate
from bot.errors import UnknownArticle
from bot.model.article import Article
from bot.model.destination import Look
from bot.model.pick import Reason
from bot.model.subscription import Layout, Subscription
from bot.rendering import text


@dataclass(frozen=True, slots=True)
class Why:
    """What was asked, and the chain's word; `recorded`, the one written down, when it was here."""

    subscription: Subscription
    at: datetime
    explained: Explanation
    recorded: tuple[Reason, ...] = ()


async def why_topic(store: Store, topic: str, written: str, at: datetime) -> Why:
    """A digest of this topic with every default, over no history."""
    subscription = await subscription_of(store, topic, Look.TEXT, Layout.COMPACT)
    return await _why(store, subscription, await _article(store, written, at), at)


async def why_subscription(store: Store, name: str, written: str, at: datetime) -> Why:
    """A subscription of the database; what its channel had is no news to it."""
    subscription = await active(store, name)
    article = await _article(store, written, at)
    why = await _why(store, subscription, article, at)
    recorded = await store.ledger.reasons(subscription.destination, article.id)
    return Why(subscription, at, why.explained, recorded)


async def _why(store: Store, subscription: Subscription, article: Article, at: datetime) -> Why:
    explained = await explain_now(store.catalog, store.ledger, subscription, article, at)
    return Why(subscription, at, explained)


async def _article(store: Store, written: str, at: datetime) -> Article:
    found = await find_article(store.catalog, written, at)
    if found.article is None:
        raise UnknownArticle(written, [each.id for each in found.nearest])
    return found.article


def why_words(why: Why) -> str:
    """The answer that chat gives too: what was written down when it was here, then the rest."""
    answers = [explained_answer(why.explained)]
    if why.recorded:
        answers.insert(0, recorded_answer(why.explained.article, why.recorded))
    return "\n\n".join(map(text.answer, answers))


def why_document(why: Why) -> dict[str, Any]:
    """All of it. `rule` decided: the one that dropped it, else the last that kept it."""
    told = why.explained
    decided = told.reasons[-1] if told.reasons else None
    return {
        **named_article(told.article),
        "subscription": why.subscription.name,
        "topics": list(why.subscription.taste.topics),
        "at": time_words(why.at),
        "fate": told.fate,
        "is_picked": told.fate is Fate.PICKED,
        "rule": decided.rule if decided else None,
        "reason": decided.text if decided else None,
        "needs": told.needs,
        "score": told.score,
        "parts": [
            {"name": part.name, "value": part.value, "text": part.text} for part in told.parts
        ],
        "also": [named_article(each) for each in told.also],
        "update": told.is_update,
        "under": told.under.id if told.under else None,
        "reasons": _reasons(told.reasons),
        "recorded": _reasons(why.recorded),
    }


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [{"rule": each.rule, "text": each.text} for each in reasons]
