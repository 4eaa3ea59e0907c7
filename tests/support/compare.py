"""The ledger's posts beside the server's messages: what is lost, twice, or in the wrong place."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.places import Place


@dataclass(frozen=True, slots=True)
class Row:
    """A post in the ledger."""

    destination: str
    key: str
    kind: str
    op: str
    parent: str | None
    state: str


def compare(rows: Sequence[Row], place: Place) -> list[str]:
    """What is wrong, in words; nothing when every post stands once, replies in order."""
    of = {row.key: row for row in rows}
    wrong = [f"{row.kind} is {row.state}" for row in rows if row.state != "sent"]
    by_channel: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_channel[row.destination].append(row)
    for channel, planned in by_channel.items():
        there = place.threads(channel)
        wanted = Counter(row.key for row in planned if row.op == "create")
        found = Counter(key for each in there for key in (each.lead, *each.replies))
        wrong += [f"{of[key].kind} lost" for key in wanted - found]
        wrong += [f"{of[key].kind if key in of else 'a stranger'} twice" for key in found - wanted]
        below: dict[str | None, dict[str | None, None]] = defaultdict(dict)
        for each in there:  # what stands twice is told above: its first place is looked at
            below[each.lead] |= dict.fromkeys(each.replies)
        wrong += [
            f"replies in disorder under {of[lead].kind if lead in of else 'a stranger'}"
            for lead, replies in _replies(planned, of).items()
            if list(below[lead]) != replies
        ]
    return wrong


def _replies(planned: Sequence[Row], of: dict[str, Row]) -> dict[str | None, list[str]]:
    """The replies in order, by the key of their lead."""
    below: dict[str | None, list[str]] = defaultdict(list)
    for row in planned:
        if row.kind == "reply":
            parent = of[row.parent or ""]
            below[parent.parent if parent.kind == "thread" else parent.key].append(row.key)
    return below
