"""*Why this one?* and *why not that one?*: what the chain says, on one screen."""

from dataclasses import dataclass
from datetime import datetime

from bot import pipeline
from bot.catalog.filters import ArticleFilter
from bot.catalog.nearest import nearest_articles
from bot.catalog.ports import CatalogStore
from bot.delivery.ports import Ledger, Subscriptions
from bot.digest.why import Explanation, Fate, explain, lines
from bot.ingest.clean import clean_url
from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.article import Article
from bot.model.destination import Destination
from bot.model.pick import Reason
from bot.model.slot import manual_slot
from bot.model.subscription import Subscription

LOOKED_AT = 5_000
"""So many newest articles are compared with what was written, where nothing is called so."""

GONE = Answer("That article is no longer here", note="Look its topic up again with /topic.")


@dataclass(frozen=True, slots=True)
class ArticleFound:
    """`article` None: nothing is called so, `nearest` are the closest, best first."""

    article: Article | None
    nearest: tuple[Article, ...] = ()


async def find_article(catalog: CatalogStore, written: str, now: datetime) -> ArticleFound:
    """The article meant by an id, a short id, a link or a path."""
    text = written.strip().removeprefix("<").partition("|")[0].removesuffix(">")
    link = clean_url(text) if "://" in text else None
    article = await catalog.named(link or text)
    if article is not None or not text:
        return ArticleFound(article)
    newest = await catalog.search(ArticleFilter(published_until=now, limit=LOOKED_AT))
    return ArticleFound(None, tuple(nearest_articles(newest, text)))


async def explain_now(
    catalog: CatalogStore,
    ledger: Ledger,
    subscription: Subscription,
    article: Article,
    now: datetime,
) -> Explanation:
    """What the chain would say of the article, if this subscription were due now."""
    slot = manual_slot(1, now)
    drafted = await pipeline.draft(catalog, ledger, subscription, slot, now, asked=article)
    explained = explain(drafted.selection, article)
    assert explained is not None  # whoever is asked for is a candidate
    return explained


@dataclass(frozen=True, slots=True)
class WhyHere:
    """Answers a channel's readers."""

    catalog: CatalogStore
    ledger: Ledger
    subscriptions: Subscriptions

    async def answer(self, written: str, destination: Destination, now: datetime) -> Answer:
        """`/gazette why LINK`: why the article was here, or why not."""
        if not written.strip():
            return Answer("Why which article?", note="Type /gazette why and a link to it.")
        found = await find_article(self.catalog, written, now)
        if found.article is None:
            return Answer(
                f"No article is called “{written.strip()[:80]}”",
                note="Nearest:" if found.nearest else "There are no articles yet.",
                actions=tuple(
                    Action(ActionName.WHY, each.title, each.short_id) for each in found.nearest
                ),
            )
        return await self._about(found.article, destination, now)

    async def press(self, short_id: str, destination: Destination, now: datetime) -> Answer:
        """A press of *Why*, under a digest or an answer."""
        article = await self.catalog.by_short_id(short_id)
        return await self._about(article, destination, now) if article else GONE

    async def _about(self, article: Article, destination: Destination, now: datetime) -> Answer:
        """What was said when it was last picked here; else what would be said now."""
        recorded = await self.ledger.reasons(destination, article.id)
        if recorded:
            return recorded_answer(article, recorded)
        mine = await self.subscriptions.of_destination(destination)
        if not mine:
            return Answer("This channel has no digest", note="So nothing is picked for it.")
        tried = [
            (await explain_now(self.catalog, self.ledger, each, article, now), each.name)
            for each in mine
        ]
        furthest, name = max(tried, key=lambda each: each[0].came)
        return explained_answer(furthest, name)


def recorded_answer(article: Article, reasons: tuple[Reason, ...]) -> Answer:
    """Why it stood in a digest, by what was written down then."""
    return Answer(
        f"Why “{article.title}”?",
        items=_items(reasons),
        note="This is what each rule said when it was picked.",
    )


def explained_answer(explained: Explanation, subscription: str = "") -> Answer:
    """The same of a choice that was only tried; `subscription` is whose."""
    title = explained.article.title
    of = f" Settings: subscription “{subscription}”." if subscription else ""
    if explained.fate is Fate.PICKED:
        note = f"It would be picked now.{of}"
    elif explained.fate is Fate.ALSO:
        note = f"It would stand in that thread, under “Also covered by”.{of}"
    else:
        needs = f"\nIt would have passed with: {explained.needs}." if explained.needs else ""
        note = f"The last line is what kept it out.{needs}\n{of.strip()}"
    asked = "Why not" if explained.fate is Fate.DROPPED else "Why"
    return Answer(f"{asked} “{title}”?", items=_items(explained.reasons), note=note)


def _items(reasons: tuple[Reason, ...]) -> tuple[AnswerItem, ...]:
    return tuple(AnswerItem(title=line) for line in lines(reasons))
