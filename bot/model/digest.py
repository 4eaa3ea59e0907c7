"""An edition as a document, free of any platform; all text in it is plain and hostile."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.article import Image, Provider, RelatedLink


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another article of an item's story; `struck` and `revision` as an Item's."""

    title: str
    url: str
    provider: Provider
    published_at: datetime | None = None
    struck: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """One article as shown. `badge` is `Unpublished` or `Quality 87`, or empty.

    `related` are the links of its thread, best first; `more_related` counts those left out. `also`
    are the siblings of its story, all of them, best first. `section` is the asked topic it stands
    under; empty in a digest that has no sections. Items of one section stand together. `struck` is
    why the item is struck through, if it is; `revision` numbers the correction of the digest that
    changed it last, 0 for none.
    """

    article_id: str
    short_id: str
    title: str
    url: str
    excerpt: str
    provider: Provider
    published_at: datetime
    topic: str
    image: Image | None
    badge: str
    related: tuple[RelatedLink, ...] = ()
    more_related: int = 0
    also: tuple[Sibling, ...] = ()
    is_update: bool = False
    section: str = ""
    struck: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """Heading, items and footer; `at` is the moment it was drafted for, aware UTC."""

    heading: str
    topic: str
    at: datetime
    is_late: bool
    items: tuple[Item, ...]
    footer: str

    @property
    def entries(self) -> tuple[Item | Sibling, ...]:
        """Items, then their siblings: the places of an edition's picks."""
        return (*self.items, *(each for item in self.items for each in item.also))
