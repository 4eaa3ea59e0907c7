"""What a value means: dates, whole numbers, truth and words, by what the field asks for.

YAML's own guesses are not used: `no` is a word where a title is read, `5G` and `2020` are topics.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.ingest.tree import FieldList, FieldMap, Node, Scalar

# YAML 1.1's timestamp, seconds and the colon of the zone optional.
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]*))?)?"
    r"[ \t]*(?:([Zz])|([-+])([0-9]{1,2})(?::?([0-9]{2}))?)?)?"
)
# The form nearly all have, which Python reads by itself.
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:[0-5]\dZ", re.ASCII)
_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?[0-9][0-9_,.]*(?:[eE][-+]?[0-9]+)?")
_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_MAX_DIGITS = 9


class BadValue(Exception):
    """A value that is not what its field asks for. `mend` shows a good one after the key."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


def kind_of(node: Node) -> str:
    """What a value looks like, in words that tell nothing of its text."""
    if isinstance(node, FieldList):
        return "a list"
    if isinstance(node, FieldMap):
        return "a map"
    text = node.text.strip()
    if not text:
        return "empty"
    if text.lower() in _TRUE | _FALSE:
        return "true or false"
    if _NUMBER.fullmatch(text):
        return "a number"
    return "a date" if _MOMENT.fullmatch(text) else "a word"


def words(node: Node) -> str:
    """The text as written, of any scalar."""
    if isinstance(node, Scalar):
        return node.text
    raise BadValue(f"is {kind_of(node)}, not text", '"some words"')


def whole_number(node: Node, most: int) -> int:
    """A decimal number from 0 to `most`; leading zeros do not make it octal."""
    mend = f"54 (a whole number from 0 to {most})"
    text = node.text.strip() if isinstance(node, Scalar) else ""
    if not _WHOLE.fullmatch(text):
        raise BadValue(f"is {kind_of(node)}, not a whole number", mend)
    # A number of a million digits takes Python seconds to read, or an exception.
    digits = text.lstrip("+-").lstrip("0") or "0"
    number = int(digits) if len(digits) <= _MAX_DIGITS else most + 1
    if number > most or (number and text.startswith("-")):
        raise BadValue(f"is not between 0 and {most}", mend)
    return number


def truth(node: Node) -> bool:
    """Yes or no in YAML 1.1's words, in any case, quoted or not."""
    text = node.text.strip().lower() if isinstance(node, Scalar) else ""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise BadValue(f"is {kind_of(node)}, neither true nor false", "true, or false")


def moment(node: Node) -> datetime:
    """A time in UTC; without a zone it is UTC, a date alone is its midnight."""
    mend = "2020-09-24T09:00:00Z"
    text = node.text.strip() if isinstance(node, Scalar) else ""
    if _USUAL.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise BadValue("is a date that does not exist", mend) from None
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise BadValue(f"is {kind_of(node)}, not a date that can be read", mend)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    fraction, _, sign, off_hours, off_minutes = found.groups()[6:]
    offset = timedelta(hours=int(off_hours or 0), minutes=int(off_minutes or 0))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        microsecond = int((fraction or "")[:6].ljust(6, "0"))
        local = datetime(year, month, day, hour, minute, second, microsecond, zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadValue("is a date that does not exist", mend) from None
