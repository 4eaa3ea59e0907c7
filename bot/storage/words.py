"""Full text the same on every database: text as folded words, each of which a search may begin.

A word is letters and digits, without case and accents; where a script puts no space between
words, each of its letters is one. Topics stand among the words as marks that no word can be.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 64
"""Of a longer word only this many letters count: both databases bound a word's bytes."""

# Kana and ideographs, Thai, Lao, Burmese, Khmer
_UNSPACED = (
    *(range(0x3040, 0x3100), range(0x3400, 0xA000), range(0x20000, 0x32400)),
    *(range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800)),
)
_MARK = "\ue000"  # for private use: neither letter nor digit


class _Letters(dict[int, str]):
    """What stands for a character of decomposed text; learnt as characters come."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if unicodedata.category(letter).startswith("M"):
            found = ""
        elif not letter.isalnum():
            found = " "
        elif any(code in letters for letters in _UNSPACED):
            found = f" {letter} "
        else:
            found = letter
        self[code] = found
        return found


_LETTERS = _Letters()


def fold_words(text: str) -> list[str]:
    """The distinct words of a text, in order."""
    if not text.isascii():  # most often for the sake of a few quotes and dashes
        text = " ".join([part if part.isascii() else _fold(part) for part in text.split()])
    words = dict.fromkeys(text.lower().translate(_LETTERS).split())
    if max(map(len, words), default=0) > LONGEST:
        words = dict.fromkeys(word[:LONGEST] for word in words)
    return list(words)


def _fold(text: str) -> str:
    """Decomposed before and after: folding case may give a letter that can be taken apart again."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKD", folded).translate(_LETTERS)


def indexed_words(text: str, topics: Iterable[str]) -> str:
    """What is stored to be searched: the words of a text and the marks of folded topics."""
    return " ".join([*fold_words(text), *map(topic_mark, topics)])


@lru_cache(maxsize=4096)
def topic_mark(topic: str) -> str:
    """The word that stands for a folded topic."""
    return _MARK + hashlib.sha256(topic.encode()).hexdigest()[:16]
