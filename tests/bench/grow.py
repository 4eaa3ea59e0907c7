"""Makes repositories of any number of articles from the corpus, the same ones from the same seed."""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random

SEED = 4
END = datetime(2020, 12, 31, tzinfo=UTC)
"""The morning after the corpus's last day."""

_DATE = re.compile(rb"^publishedDateTime: (\S+)$", re.MULTILINE)


class Times(StrEnum):
    """How more articles lie in time: denser in the corpus's months, or over more of them."""

    DENSER = "denser"
    LONGER = "longer"


@dataclass(frozen=True, slots=True)
class Sample:
    """A corpus file cut where it is changed: `related` holds its entries, `end` what follows them."""

    slug: str
    at: datetime
    head: bytes
    related: tuple[bytes, ...]
    end: bytes


def read_samples(corpus: Path) -> list[Sample]:
    """The corpus's articles, newest first."""
    samples = [_sample(path) for path in sorted((corpus / "_news").glob("*.md"))]
    return sorted(samples, key=lambda sample: sample.at, reverse=True)


def _sample(path: Path) -> Sample:
    head, mark, rest = path.read_bytes().partition(b"\nrelated:\n")
    entries: list[bytes] = []
    end = rest
    if mark:
        listed, blank, end = rest.partition(b"\n\n")
        end = blank + end
        entries = [b"  - " + entry for entry in re.split(rb"^  - ", listed, flags=re.MULTILINE)[1:]]
    found = _DATE.search(head)
    assert found is not None, path
    at = datetime.fromisoformat(found[1].decode())
    return Sample(path.stem[11:], at, head, tuple(entries), end)


def grow(
    folder: Path,
    corpus: Path,
    count: int,
    times: Times,
    *,
    most_related: int | None = None,
    density: int = 1,
) -> None:
    """Writes `count` articles below `folder`, and the corpus's topics and providers beside them.

    Each is an article of the corpus under a path, a link and a title word of its own. DENSER: drawn
    by chance, at a time of chance on its own day. LONGER: all in turn from the newest back, again
    and again over earlier months, `density` times as many a day as in the corpus.
    """
    samples = read_samples(corpus)
    months = timedelta(days=(END - samples[-1].at).days + 1)
    chance = Random(SEED)
    news = folder / "_news"
    news.mkdir(parents=True)
    for kind in ("topics", "organizations"):
        shutil.copytree(corpus / "_data" / kind, folder / "_data" / kind)
    for number in range(count):
        if times is Times.DENSER:
            sample, back = chance.choice(samples), timedelta(0)
        else:
            turn, place = divmod(number // density, len(samples))
            sample, back = samples[place], turn * months
        seconds = timedelta(seconds=chance.randrange(86_400))
        at = sample.at.replace(hour=0, minute=0, second=0) - back + seconds
        name = f"{at:%Y-%m-%d}-{sample.slug[:150]}-{number:07}.md"
        (news / name).write_bytes(_article(sample, number, at, most_related))


def distinct_word(number: int) -> str:
    """The word that only this article's title has."""
    return f"zq{number:07}"


def _article(sample: Sample, number: int, at: datetime, most_related: int | None) -> bytes:
    word = distinct_word(number).encode()
    head = re.sub(rb'^(title: .*)"$', rb'\1 %b"' % word, sample.head, count=1, flags=re.MULTILINE)
    head = re.sub(rb'^(webUrl: .*)"$', rb'\1-%b"' % word, head, count=1, flags=re.MULTILINE)
    head = _DATE.sub(f"publishedDateTime: {at:%Y-%m-%dT%H:%M:%SZ}".encode(), head, count=1)
    entries = sample.related[:most_related]
    return b"".join([head, b"\nrelated:\n" if entries else b"", *entries, sample.end])
