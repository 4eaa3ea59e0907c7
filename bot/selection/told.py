"""Whether a better article, or one as good, told much the same in the last weeks."""

from collections.abc import Container, Sequence
from datetime import timedelta

from bot.model.article import Article
from bot.selection.likeness import Text
from bot.selection.rule import quoted
from bot.selection.scene import Scene, Told

ALIKE = 0.25
"""From this likeness on, all of an article was told before."""

FORGOTTEN = timedelta(days=14)
"""After this long, half of it counts as told."""

AS_GOOD = 0.5
"""So much of it counts as told by an article that is only as good: each takes it from the other."""


def told_before(article: Article, also: Sequence[Article], scene: Scene) -> Told | None:
    """What takes most from it of all as good or better; None for none.

    `also` are those that stand under it: they tell the same in its place, and take nothing.
    """
    if article.id not in scene.articles:
        return None
    own = frozenset((article.id, *(each.id for each in also)))
    asked = article.id, own
    if asked not in scene.told:
        scene.told[asked] = _told(scene.texts[article.id], own, scene)
    return scene.told[asked]


def _told(mine: Text, own: Container[str], scene: Scene) -> Told | None:
    good = (each for each in scene.naming.nearest(mine) if each.quality >= mine.quality)
    rivals = (each for each in good if each.id not in own)
    share, best = max(((_share(mine, each, scene), each) for each in rivals), default=(0.0, mine))
    if not share:
        return None
    which = "which is better" if best.quality > mine.quality else "which is as good"
    alike = scene.likeness.alike(mine.id, best.id)
    same = "tells much the same" if alike >= ALIKE / 2 else "has words in common"
    return Told(share, f"{quoted(best.title)}, {which}, {same}")


def _share(mine: Text, other: Text, scene: Scene) -> float:
    alike = min(1.0, scene.likeness.alike(mine.id, other.id) / ALIKE)
    before = mine.published_at.date() - other.published_at.date()
    share = alike * float(0.5 ** (max(before, timedelta()) / FORGOTTEN))
    return share if other.quality > mine.quality else AS_GOOD * share
