"""What a thread's reply about one article shows, before any platform's form."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.model.digest import Item
from bot.rendering import shown
from bot.rendering.shown import RELATED, Escaper, Shown

ALSO = "Also covered by"
ABOUT = "More about"


@dataclass(frozen=True, slots=True)
class Reply:
    """Texts are flat and unescaped; `also` are the other articles of its story, shown first.

    `left_out` counts the links that are not among these.
    """

    heading: str
    also: tuple[Shown, ...]
    related: tuple[Shown, ...]
    left_out: int

    @property
    def groups(self) -> list[tuple[str, tuple[Shown, ...]]]:
        """Links under their own headings; where all are related ones the first line says so."""
        if not self.also:
            return [("", self.related)] if self.related else []
        return [(name, each) for name, each in ((ALSO, self.also), (RELATED, self.related)) if each]

    @property
    def more(self) -> str:
        """`12 more`, or nothing."""
        return shown.more(self.left_out)

    def fitted(self, fits: Callable[["Reply"], bool]) -> "Reply":
        """The same with as many links as fit, from the first on."""
        if fits(self):
            return self
        low, high = 0, len(self.also) + len(self.related)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(self._cut(middle)) else (low, middle)
        return self._cut(low)

    def _cut(self, count: int) -> "Reply":
        also, related = self.also[:count], self.related[: max(0, count - len(self.also))]
        lost = len(self.also) + len(self.related) - len(also) - len(related)
        return replace(self, also=also, related=related, left_out=self.left_out + lost)


def reply(item: Item, number: int, escaper: Escaper) -> Reply:
    """The reply about an item, with all its links."""
    about = ABOUT if item.also else f"{RELATED} for"
    return Reply(
        heading=f"{about} {number}. {shown.named(shown.item(item, number, escaper))}",
        also=tuple(shown.link(each, escaper) for each in item.also),
        related=tuple(shown.link(each, escaper) for each in item.related),
        left_out=item.more_related,
    )
