"""One root for every error Gazette raises, and branches by who can act on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class GazetteError(Exception):
    """Something Gazette can name and say how to mend."""


@dataclass(frozen=True, slots=True)
class SettingsMistake:
    """One mistake in the settings: where it stands, what is wrong, how to write it. Never a value."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.mend}"


class SettingsError(GazetteError):
    """The operator's settings can't be used; holds every mistake found, not only the first."""

    def __init__(self, mistakes: Sequence[SettingsMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Miswritten(GazetteError, ValueError):
    """A value that can't be read: what is wrong, how to write it. pydantic takes it as its own."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}; {mend}")


class StoreError(GazetteError):
    """The database can't be opened, read or written; the text says what to do."""


class SeenMeanwhile(GazetteError):
    """Between draft and plan the destination was given one of the picks: draft again."""


class SourceError(GazetteError):
    """A source can't be read at all (no such folder, not allowed); the text names it."""


class TakenMeanwhile(SourceError):
    """Another process took the source in while this one did: what this one has read may be old."""


class UnknownTopic(GazetteError):
    """No topic has this name or alias; `nearest` holds the closest names, best first."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        self.name = name
        self.nearest = tuple(nearest)
        nearest_words = ", ".join(self.nearest)
        hint = f"; nearest: {nearest_words}" if nearest_words else "; no article here has a topic"
        super().__init__(f"no topic is called “{name}”{hint}")


class UnknownArticle(GazetteError):
    """No article has this id, short id, link or path; `nearest` holds ids, closest first."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        self.name = name
        self.nearest = tuple(nearest)
        hint = f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""
        super().__init__(f"no article is called “{name}”{hint}")


class NothingToReplay(GazetteError):
    """No article of the topic is from these days."""


class UnknownSubscription(GazetteError):
    """No subscription has this name."""


class UnknownPost(GazetteError):
    """No post has this key, or more than one begins so."""


class PostRefused(GazetteError):
    """What a person asked of a post can't be done; the text says why, and what can."""


class PostMoved(PostRefused):
    """Meanwhile something else moved the post: look at it again."""


class PlatformError(GazetteError):
    """A platform did not do what was asked. Subclasses say what may follow."""


class RateLimited(PlatformError):
    """Surely not posted; nothing may be sent there before `retry_after_s` seconds have passed."""

    def __init__(self, what: str, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(what)


class NotSent(PlatformError):
    """Surely not posted, for a passing reason (connection refused, migration under way)."""


class PayloadRefused(PlatformError):
    """Surely not posted, for the payload's sake: a simpler payload may pass."""


class Closed(StrEnum):
    """What is closed to us: one thread, one destination, or a whole installation (token revoked)."""

    THREAD = "thread"
    DESTINATION = "destination"
    INSTALLATION = "installation"


class NotAllowed(PlatformError):
    """Surely not posted, and no retry helps: `closed` is closed to us until a person mends it."""

    def __init__(self, what: str, closed: Closed = Closed.DESTINATION) -> None:
        self.closed = closed
        super().__init__(what)


class PostGone(PlatformError):
    """It was posted, and someone has deleted it since: whether to post it again a person decides.

    For an edit: there is nothing left to edit, or it can't be edited any more.
    """


class OutcomeUnknown(PlatformError):
    """It may have been posted: the answer was lost or can't be read. Not a failure; look it up."""
