"""The chain: candidates, taste, history and now give picks with reasons. Pure; read the rules in order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model.article import Article
from bot.model.history import History
from bot.model.pick import Dropped, Pick, Selection
from bot.model.taste import Taste
from bot.model.topic import Taxonomy
from bot.selection.alive import alive
from bot.selection.belongs import belongs
from bot.selection.eligible import eligible
from bot.selection.enough import enough
from bot.selection.new_here import new_here
from bot.selection.rule import Candidate, Context, Rule
from bot.selection.score import score
from bot.selection.variety import variety

CHAIN: tuple[Rule, ...] = (belongs, eligible, alive, new_here, score, variety, enough)
LOOKUP: tuple[Rule, ...] = (belongs, alive, score)
FOR_EVER = timedelta(days=200_000)


def choose(
    candidates: Sequence[Article], taste: Taste, history: History, taxonomy: Taxonomy, now: datetime
) -> Selection:
    """The digest's picks, best first, and for everything else the first rule that dropped it."""
    return _run(CHAIN, candidates, Context(taste, history, taxonomy, now))


def rank(candidates: Sequence[Article], topic: str, taxonomy: Taxonomy, now: datetime) -> Selection:
    """A look-up's order: of the topic, not removed, not from the future; no gate and no age."""
    taste = Taste(topics=(topic,), max_age=FOR_EVER)
    return _run(LOOKUP, candidates, Context(taste, History(), taxonomy, now))


def _run(rules: Sequence[Rule], articles: Sequence[Article], context: Context) -> Selection:
    left: Sequence[Candidate] = [
        Candidate(article) for article in sorted(articles, key=lambda article: article.id)
    ]
    dropped: list[Dropped] = []
    for rule in rules:
        verdict = rule(left, context)
        left = verdict.kept
        dropped.extend(verdict.dropped)
    return Selection(
        tuple(Pick(each.article, each.score, each.reasons) for each in left), tuple(dropped)
    )
