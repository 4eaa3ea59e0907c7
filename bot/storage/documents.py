"""JSON columns of the ledger: what is read and written whole, in the shape of the model."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from bot.model.digest import Digest
from bot.model.history import Seen
from bot.model.pick import Reason
from bot.model.receipt import Receipt
from bot.model.subscription import Layout, Schedule
from bot.model.taste import Taste

T = TypeVar("T")


class Document(Generic[T]):
    """A type's JSON form. A field that is new since it was written gets its default."""

    def __init__(self, shape: Any) -> None:
        self._shape = shape

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        """Built when it is first needed: all of them would take longer than most commands do."""
        return TypeAdapter(self._shape)

    def dump(self, value: T) -> str:
        """As JSON text."""
        return self._adapter.dump_json(value).decode()

    def load(self, text: str) -> T:
        """From JSON text."""
        return self._adapter.validate_json(text)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a subscription wants and when: column `definition`."""

    taste: Taste
    schedule: Schedule | None
    layout: Layout


DEFINITION: Document[Definition] = Document(Definition)
DIGEST: Document[Digest] = Document(Digest)
REASONS: Document[tuple[Reason, ...]] = Document(tuple[Reason, ...])
RECEIPT: Document[Receipt] = Document(Receipt)
SEEN: Document[Seen] = Document(Seen)
