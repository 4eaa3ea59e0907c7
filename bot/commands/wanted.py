"""What `/topic` was asked for: `azure kubernetes since 7d quality 60 from forbes.com`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import Miswritten
from bot.model.topic import EVERYTHING, Taxonomy, fold
from bot.settings.durations import parse_duration

_PIECE = re.compile(r'"([^"]*)"|(\S+)')
_QUALITY = re.compile(r"\d{1,3}", re.ASCII)
_WEEKS = re.compile(r"(\d{1,3})w", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`topic` None: the text begins with no topic; `name` is then what stands in its place."""

    topic: str | None
    name: str
    words: tuple[str, ...] = ()
    since: datetime | None = None
    min_quality: int | None = None
    provider: str | None = None

    @property
    def conditions(self) -> str:
        """All beside the topic, in words: `with “kubernetes”, since 17 November 2026`."""
        said = [f"with “{' '.join(self.words)}”"] if self.words else []
        if self.since is not None:
            said.append(f"since {self.since.day} {self.since:%B %Y}")
        if self.min_quality is not None:
            said.append(f"of quality {self.min_quality} and up")
        if self.provider is not None:
            said.append(f"from {self.provider}")
        return ", ".join(said)


def read_wanted(text: str, taxonomy: Taxonomy, now: datetime) -> Wanted:
    """The longest topic name or alias at the start; then words and conditions in any order.

    `since`, `quality` and `from` are conditions where a fitting value follows, else words like
    any other. What has a space in it stands in quotes.
    """
    pieces = [quoted or bare for quoted, bare in _PIECE.findall(text)]
    topic, count = _longest_topic(pieces, taxonomy)
    words: list[str] = []
    found: dict[str, object] = {}
    left = iter(pieces[count:])
    for piece in left:
        key = piece.casefold()
        if key not in _READERS:
            words.append(piece)
            continue
        written = next(left, "")
        value = _READERS[key](written, now)
        if value is None:
            words += [each for each in (piece, written) if each]
        else:
            found[key] = value
    since, quality, provider = (found.get(key) for key in ("since", "quality", "from"))
    return Wanted(
        topic,
        " ".join(pieces[:count] or words) or text.strip(),
        tuple(words),
        since if isinstance(since, datetime) else None,
        quality if isinstance(quality, int) else None,
        provider if isinstance(provider, str) else None,
    )


def _longest_topic(pieces: list[str], taxonomy: Taxonomy) -> tuple[str | None, int]:
    for count in range(len(pieces), 0, -1):
        name = " ".join(pieces[:count])
        topic = taxonomy.resolve(name)
        if topic is not None or fold(name) == EVERYTHING:
            return topic.name if topic else EVERYTHING.capitalize(), count
    return None, 0


def _since(written: str, now: datetime) -> datetime | None:
    """A span back from now, weeks too, or a date."""
    weeks = _WEEKS.fullmatch(written)
    try:
        if not weeks and written.count("-") == 2:  # noqa: PLR2004 - a date's hyphens
            return datetime.fromisoformat(written[:10]).replace(tzinfo=UTC)
        span = f"{7 * int(weeks[1])}d" if weeks else written
        return now - timedelta(seconds=parse_duration(span))
    except (Miswritten, ValueError):
        return None


def _quality(written: str, _now: datetime) -> int | None:
    return int(written) if _QUALITY.fullmatch(written) else None


def _provider(written: str, _now: datetime) -> str | None:
    return written or None


_READERS = {"since": _since, "quality": _quality, "from": _provider}
