"""Lists of the catalog as JSON text within a row, by the standard library: they come by thousands."""

import json
from collections.abc import Sequence
from functools import lru_cache

from bot.model.article import Image
from bot.model.problem import ArticleProblem, Level

NOTHING = "[]"

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@lru_cache(maxsize=4096)
def pack_names(names: tuple[str, ...]) -> str:
    """Names as text."""
    return _dump(names)


@lru_cache(maxsize=4096)
def names(packed: str) -> tuple[str, ...]:
    """Names of a text."""
    return tuple(json.loads(packed))


def pack_images(images: Sequence[Image]) -> str:
    """Images as text."""
    if not images:
        return NOTHING
    return _dump([(each.url, each.alt, each.width, each.height) for each in images])


@lru_cache(maxsize=1024)
def images(packed: str) -> tuple[Image, ...]:
    """Images of a text."""
    return tuple([Image(*fields) for fields in json.loads(packed)])


def pack_problems(problems: Sequence[ArticleProblem]) -> str:
    """Problems as text."""
    if not problems:
        return NOTHING
    return _dump(
        [
            {"path": p.path, "line": p.line, "what": p.what, "mend": p.mend, "level": p.level}
            for p in problems
        ]
    )


def problems(packed: str) -> list[ArticleProblem]:
    """Problems of a text."""
    return [
        ArticleProblem(**{**fields, "level": Level(fields["level"])})
        for fields in json.loads(packed)
    ]
