"""Whether a better article told much the same in the last weeks."""

from typing import NamedTuple

from bot.model.article import Article
from bot.selection.scene import LOOK_BACK, Scene

UNLIKE, ALIKE = 0.05, 0.35
"""Up to the one likeness nothing was told before, from the other on all of it."""


class Told(NamedTuple):
    """How much of an article was told before, between 0 and 1, and by which one."""

    share: float
    words: str


def told_before(article: Article, scene: Scene) -> Told | None:
    """The better article most alike, a story's own best among them; None where nothing was told."""
    if article.id not in scene.articles:
        return None
    nearest, most = None, UNLIKE
    for text in scene.naming.latest(scene.texts[article.id]):
        is_better = text.quality > (-1 if article.quality is None else article.quality)
        if is_better and abs(text.published_at - article.published_at) <= LOOK_BACK:
            alike = scene.likeness.alike(article.id, text.id)
            if alike > most:
                nearest, most = text, alike
    if nearest is None:
        return None
    share = min(1.0, (most - UNLIKE) / (ALIKE - UNLIKE))
    return Told(share, f"“{nearest.title[:80]}”, which is better, tells much the same")
