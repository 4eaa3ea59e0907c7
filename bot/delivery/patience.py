"""How long delivery waits for what. All in seconds; all settings, so that tests can use tenths."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """The waits of delivery.

    `time_out_s` bounds one call; a post in doubt is looked up after `quarantine_s`, by when a
    request still under way has landed, and once more `second_look_s` after finding nothing. A
    worker holds its destination for `lease_s`; a lead goes out up to `max_lateness_s` after it was
    due.
    """

    time_out_s: float = 10.0
    quarantine_s: float = 30.0
    second_look_s: float = 30.0
    lease_s: float = 60.0
    max_lateness_s: float = 10_800.0

    def backoff_s(self, attempt: int) -> float:
        """How long to wait before an attempt after one that surely did not post: 1 s to 5 min."""
        return float(min(2 ** max(attempt - 1, 0), 300))
