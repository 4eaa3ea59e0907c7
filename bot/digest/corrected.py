"""Takes a digest and how its articles stand now, gives the corrected digest and what to say of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model.correction import Gone, Showing, ShownEdition, Standing
from bot.model.digest import Digest, Item, Sibling

WITHDRAWN = "Withdrawn by its editors"
GONE = "No longer in the newsroom"

FEW = 0.05
"""A greater part of a source gone at once is a bad mount rather than an editor's decision."""

Entry = Item | Sibling


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the entry at `place`; `number` is the item in whose thread that is said.

    `why_held`: not to be believed before a person says so.
    """

    place: int
    number: int
    article_id: str
    before: Entry
    after: Entry
    shown_hash: str
    why_held: str


def is_due(showing: Showing, standing: Standing, looked_at: Mapping[str, datetime]) -> bool:
    """Whether an article stands otherwise than it was shown, and surely so.

    A vanished file must still be gone after one more look at its source; `looked_at`: when the last
    complete ingest of each source began.
    """
    if showing.shown_hash == standing.shown_hash:
        return False
    gone = standing.gone
    return gone is None or looked_at.get(gone.source, gone.at) > gone.at


def changes(
    shown: ShownEdition,
    standings: Mapping[str, Standing],
    looked_at: Mapping[str, datetime],
    doubtful: Collection[int],
) -> list[Change]:
    """What is to be corrected; an article without a standing stays as it is.

    `doubtful` are places whose strike nobody believed so far: that is asked again.
    """
    revision = revision_of(shown.digest) + 1
    found = []
    entries = zip(_numbered(shown.digest), shown.showings, strict=False)
    for place, ((number, entry), showing) in enumerate(entries):
        standing = standings.get(showing.article_id)
        if standing is None or not (place in doubtful or is_due(showing, standing, looked_at)):
            continue
        after = replace(_as_it_stands(entry, standing), revision=revision)
        why = _why_held(standing.gone)
        change = (place, number, showing.article_id, entry, after, standing.shown_hash, why)
        found.append(Change(*change))
    return found


def revision_of(digest: Digest) -> int:
    """How many corrections the digest has had."""
    return max((entry.revision for entry in digest.entries), default=0)


def put(digest: Digest, entries: Mapping[int, Entry]) -> Digest:
    """The digest with these entries in the places of its own."""
    all_of_them = [entries.get(place, entry) for place, entry in enumerate(digest.entries)]
    items = []
    siblings = all_of_them[len(digest.items) :]
    for item in all_of_them[: len(digest.items)]:
        assert isinstance(item, Item)
        own, siblings = siblings[: len(item.also)], siblings[len(item.also) :]
        items.append(replace(item, also=tuple(each for each in own if isinstance(each, Sibling))))
    return replace(digest, items=tuple(items))


def sentence(before: Entry, after: Entry) -> str:
    """A change in words; empty where there is none to tell of."""
    if after.struck:
        fate = {WITHDRAWN: "was withdrawn by its editors", GONE: "is no longer in the newsroom"}
        return f"“{before.title}” {fate[after.struck]}." if after.struck != before.struck else ""
    if before.struck:
        name = f" and is now “{after.title}”" if after.title != before.title else ""
        return f"“{before.title}” is back{name}."
    if after.title != before.title:
        return f"“{before.title}” is now “{after.title}”."
    return f"“{after.title}” has a new link." if after.url != before.url else ""


def _numbered(digest: Digest) -> list[tuple[int, Entry]]:
    """The digest's entries, each with the number of its item."""
    items: list[tuple[int, Entry]] = list(enumerate(digest.items, 1))
    also = [(number, each) for number, item in enumerate(digest.items, 1) for each in item.also]
    return [*items, *also]


def _as_it_stands(entry: Entry, standing: Standing) -> Entry:
    reason = GONE if standing.gone else WITHDRAWN if standing.is_removed else ""
    return replace(entry, title=standing.title, url=standing.url, struck=reason)


def _why_held(gone: Gone | None) -> str:
    if gone is None or gone.together <= max(1, FEW * gone.of):
        return ""
    return f"{gone.together:,} of {gone.of:,} articles of {gone.source} are gone at once"
