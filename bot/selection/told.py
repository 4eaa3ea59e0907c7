"""Whether a better article told much the same in the last weeks."""

from datetime import timedelta

from bot.model.article import Article
from bot.selection.likeness import Text
from bot.selection.scene import Scene, Told

ALIKE = 0.25
"""From this likeness on, all of an article was told before."""

FORGOTTEN = timedelta(days=7)
"""After this long, half of it counts as told."""


def told_before(article: Article, scene: Scene) -> Told | None:
    """What takes most from it of all better articles, its own story's best among them; None for none."""
    if article.id not in scene.articles:
        return None
    told = scene.told
    if article.id not in told:
        told[article.id] = _told(scene.texts[article.id], scene)
    return told[article.id]


def _told(mine: Text, scene: Scene) -> Told | None:
    better = (each for each in scene.naming.nearest(mine) if each.quality > mine.quality)
    share, best = max(((_share(mine, each, scene), each) for each in better), default=(0.0, mine))
    if not share:
        return None
    return Told(share, f"“{best.title[:80]}”, which is better, tells much the same")


def _share(mine: Text, better: Text, scene: Scene) -> float:
    alike = min(1.0, scene.likeness.alike(mine.id, better.id) / ALIKE)
    before = mine.published_at.date() - better.published_at.date()
    return alike * float(0.5 ** (max(before, timedelta()) / FORGOTTEN))
