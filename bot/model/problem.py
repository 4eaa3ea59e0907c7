"""What is wrong with an editor's file, said so that the editor can mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """ERROR: the article is not taken. WARNING: it is taken without the part named."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class ArticleProblem:
    """`path` is relative to the source, `line` counts from 1. Holds no text of the file itself."""

    path: str
    line: int
    what: str
    mend: str
    level: Level = Level.ERROR
