"""The chain: candidates, taste, history and now give picks with reasons. Pure; read the rules in order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import takewhile

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
from bot.selection.rule import Candidate, Context, Rule, Verdict, quoted
from bot.selection.scene import LOOK_BACK, Scene
from bot.selection.score import score
from bot.selection.story import story
from bot.selection.variety import variety

CHAIN: tuple[Rule, ...] = (belongs, eligible, alive, new_here, story, score, variety, enough)
DEAF = frozenset({belongs, eligible, alive})
"""Rules that ask nothing about the channel: what they say is the same for all of one taste."""

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
    deaf = tuple(takewhile(DEAF.__contains__, chain))
    around, opened = _open(tuple(candidates), tuple(before), taste, taxonomy, now, deaf)
    scene = Scene(around, history, now - taste.max_age - LOOK_BACK)
    context = Context(taste, history, taxonomy, now, scene)
    return _run(chain[len(deaf) :], opened, context)


def rank(candidates: Sequence[Article], topic: str, taxonomy: Taxonomy, now: datetime) -> Selection:
    """A look-up's order: of the topic, not removed, not from the future; no gate and no age."""
    taste = Taste(topics=(topic,), max_age=FOR_EVER)
    context = Context(taste, History(), taxonomy, now)
    return _run(LOOKUP, Verdict(_in_order(candidates)), context)


@lru_cache(maxsize=2)
def _open(  # noqa: PLR0917 - the order in which the chain is told
    candidates: tuple[Article, ...],
    before: tuple[Article, ...],
    taste: Taste,
    taxonomy: Taxonomy,
    now: datetime,
    deaf: tuple[Rule, ...],
) -> tuple[Sequence[Article], Verdict]:
    """What is around, and how the chain begins. Kept for the next channel of the same taste."""
    context = Context(taste, History(), taxonomy, now)
    own = {article.id for article in candidates}
    older = [article for article in before if article.id not in own]
    around = [
        *_around(candidates, context),
        *_around(older, replace(context, taste=replace(taste, max_age=taste.max_age + LOOK_BACK))),
    ]
    verdict = Verdict(_in_order(candidates))
    for rule in deaf:
        verdict = verdict.then(rule(verdict.kept, context))
    return around, verdict


def _in_order(articles: Sequence[Article]) -> tuple[Candidate, ...]:
    return tuple(Candidate(each) for each in sorted(articles, key=lambda article: article.id))


def _around(articles: Sequence[Article], context: Context) -> list[Article]:
    """Those of the topic and the time, eligible or not."""
    left: Sequence[Candidate] = [Candidate(article) for article in articles]
    for rule in (belongs, alive):
        left = rule(left, context).kept
    return [each.article for each in left]


def _run(rules: Sequence[Rule], verdict: Verdict, context: Context) -> Selection:
    folded: list[Candidate] = []
    for rule in rules:
        verdict = verdict.then(rule(verdict.kept, context))
        folded += verdict.kept if rule is story else ()
    left_out = _left_with_their_heads(folded, {each.article.id for each in verdict.kept})
    picks = (
        Pick(each.article, each.score, each.reasons, each.also, each.is_update, each.parts)
        for each in verdict.kept
    )
    return Selection(tuple(picks), (*verdict.dropped, *left_out))


def _left_with_their_heads(heads: Sequence[Candidate], picked: set[str]) -> Iterator[Dropped]:
    """Siblings go with the article they stand under."""
    for head in heads:
        if head.article.id not in picked:
            why = f"{quoted(head.article.title)} stands for this story, and was left out"
            for each in head.also:
                yield Dropped(each.id, Reason("story", why), "a better article of this story")
