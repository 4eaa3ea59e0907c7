"""The chain: candidates, taste, history and now give picks with reasons. Pure; read the rules in order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model.article import Article
from bot.model.history import History
from bot.model.pick import Dropped, Pick, Reason, Selection
from bot.model.taste import Taste
from bot.model.topic import Taxonomy
from bot.selection.alive import alive
from bot.selection.belongs import belongs
from bot.selection.eligible import eligible
from bot.selection.enough import enough
from bot.selection.new_here import new_here
from bot.selection.rule import Candidate, Context, Rule
from bot.selection.scene import LOOK_BACK, Scene
from bot.selection.score import score
from bot.selection.story import story
from bot.selection.variety import variety

CHAIN: tuple[Rule, ...] = (belongs, eligible, alive, new_here, story, score, variety, enough)
LOOKUP: tuple[Rule, ...] = (belongs, alive, score)
FOR_EVER = timedelta(days=200_000)


def choose(  # noqa: PLR0917 - the order in which the chain is told
    candidates: Sequence[Article],
    taste: Taste,
    history: History,
    taxonomy: Taxonomy,
    now: datetime,
    before: Sequence[Article] = (),
    chain: Sequence[Rule] = CHAIN,
) -> Selection:
    """The digest's picks, best first, and for everything else the first rule that dropped it.

    `before` are the articles of up to LOOK_BACK before the window: never picked, they tell what was
    told. `chain` other than the whole one is for replay, which measures parts of it.
    """
    context = Context(taste, history, taxonomy, now)
    own = {article.id for article in candidates}
    older = [article for article in before if article.id not in own]
    around = [
        *_around(candidates, context),
        *_around(older, replace(context, taste=replace(taste, max_age=taste.max_age + LOOK_BACK))),
    ]
    scene = Scene(around, history, now - taste.max_age - LOOK_BACK)
    return _run(chain, candidates, replace(context, scene=scene))


def rank(candidates: Sequence[Article], topic: str, taxonomy: Taxonomy, now: datetime) -> Selection:
    """A look-up's order: of the topic, not removed, not from the future; no gate and no age."""
    taste = Taste(topics=(topic,), max_age=FOR_EVER)
    return _run(LOOKUP, candidates, Context(taste, History(), taxonomy, now))


def _around(articles: Sequence[Article], context: Context) -> list[Article]:
    """Those of the topic and the time, eligible or not."""
    left: Sequence[Candidate] = [Candidate(article) for article in articles]
    for rule in (belongs, alive):
        left = rule(left, context).kept
    return [each.article for each in left]


def _run(rules: Sequence[Rule], articles: Sequence[Article], context: Context) -> Selection:
    left: Sequence[Candidate] = [
        Candidate(article) for article in sorted(articles, key=lambda article: article.id)
    ]
    dropped: list[Dropped] = []
    folded: list[Candidate] = []
    for rule in rules:
        verdict = rule(left, context)
        folded += verdict.kept if rule is story else ()
        left = verdict.kept
        dropped.extend(verdict.dropped)
    dropped.extend(_left_with_their_heads(folded, {each.article.id for each in left}))
    picks = (
        Pick(each.article, each.score, each.reasons, each.also, each.is_update, each.parts)
        for each in left
    )
    return Selection(tuple(picks), tuple(dropped))


def _left_with_their_heads(heads: Sequence[Candidate], picked: set[str]) -> Iterator[Dropped]:
    """Siblings go with the article they stand under."""
    for head in heads:
        if head.article.id not in picked:
            why = f"“{head.article.title[:80]}” stands for this story, and was left out"
            for each in head.also:
                yield Dropped(each.id, Reason("story", why), "a better article of this story")
