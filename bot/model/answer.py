"""A reader's question and its answer, free of any platform; all text is plain and hostile."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.article import Image
from bot.model.destination import Destination


class ActionName(StrEnum):
    """What a press asks for: an article's related links, why it was picked, or a topic."""

    RELATED = "related"
    WHY = "why"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Action:
    """A thing to press. `value` is a short_id, or a topic's name; `token` is what a button carries."""

    name: ActionName
    label: str
    value: str

    @property
    def token(self) -> str:
        """`related:0123456789abcdef`; at most 90 characters (Discord's custom_id holds 100)."""
        return f"{self.name}:{self.value}"[:90]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, in the platform's own id."""

    id: str


@dataclass(frozen=True, slots=True)
class Request:
    """A slash command as parsed by a platform: `/topic Azure` is command `topic`, text `Azure`."""

    command: str
    text: str
    actor: Actor
    destination: Destination


@dataclass(frozen=True, slots=True)
class Press:
    """A button or menu entry pressed: the token of an Action."""

    token: str
    actor: Actor
    destination: Destination


@dataclass(frozen=True, slots=True)
class AnswerItem:
    """One line of an answer; `facts` are short words shown beside the title, in order.

    `published_at` is shown as a date, `due_at` with its time of day, both in the reader's zone.
    """

    title: str
    url: str | None = None
    excerpt: str = ""
    facts: tuple[str, ...] = ()
    published_at: datetime | None = None
    image: Image | None = None
    actions: tuple[Action, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Seen by the asker alone. `note` stands below the items; `actions` below the note."""

    heading: str
    items: tuple[AnswerItem, ...] = ()
    note: str = ""
    actions: tuple[Action, ...] = ()
