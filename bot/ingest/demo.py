"""The demo newsroom: copied once, its dates moved so that its last day is now."""

import re
import shutil
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.errors import SourceError, StoreError

_OWN_TIME = re.compile(rb"^publishedDateTime: (\S+)", re.MULTILINE)
_ANY_DATE = re.compile(rb"^( *publishedDateTime: )(\d{4}-\d\d-\d\d)", re.MULTILINE)


def copy_demo(target: Path, now: datetime) -> int:
    """Copies the demo newsroom to `target` and counts the articles copied; 0 if one is kept there.

    Every date moves by the same whole number of days: the most that leaves no article after `now`,
    so the newest is less than a day old. Nothing else in a file changes, nor any file's name.
    A kill leaves no half copy: the folder appears under its name when it is complete.

    Raises:
        SourceError: the demo newsroom is not where it was installed.
        StoreError: `target` can't be written.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        if target.exists() and any(target.iterdir()):
            return 0
        shutil.rmtree(part, ignore_errors=True)  # what a killed copy left
        articles = _write_copy(_packaged(), part, now)
        part.replace(target)  # takes the place of an empty folder too
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise StoreError(
            f"can't write the demo newsroom to {target}: {error.strerror};"
            " start Gazette in a folder it may write to"
        ) from error
    return articles


def _packaged() -> Path:
    """The demo in the installed package, or in a checkout beside it."""
    package = Path(__file__).parents[1]
    for folder in (package / "_demo", package.parent / "config" / "demo"):
        if folder.is_dir():
            return folder
    raise SourceError("the demo newsroom is missing from this installation; install Gazette again")


def _write_copy(demo: Path, target: Path, now: datetime) -> int:
    texts = {
        path.relative_to(demo): path.read_bytes() for path in demo.rglob("*") if path.is_file()
    }
    articles = [text for path, text in texts.items() if path.parts[0] == "_news"]
    shift = timedelta(days=(now - _newest(articles)).days)  # .days rounds down, also below 0
    for path, text in texts.items():
        written = target / path
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(_moved(text, shift))
    return len(articles)


def _newest(articles: Iterable[bytes]) -> datetime:
    return max(
        datetime.fromisoformat(own.decode()) for text in articles for own in _OWN_TIME.findall(text)
    )


def _moved(text: bytes, shift: timedelta) -> bytes:
    return _ANY_DATE.sub(
        lambda found: (
            found[1] + (date.fromisoformat(found[2].decode()) + shift).isoformat().encode()
        ),
        text,
    )
