"""The state machine of posts and editions (DESIGN.md section 7): which state may follow which. Pure."""

from collections.abc import Iterable

from bot.model.edition import EditionState
from bot.model.post import Level, PostState

P = PostState

FOLLOWS: dict[PostState, frozenset[PostState]] = {
    # HELD: a correction that a person must believe first (docs/decisions/0005)
    P.PLANNED: frozenset({P.SENDING, P.SKIPPED, P.FAILED, P.HELD}),
    P.SENDING: frozenset({P.SENT, P.PLANNED, P.UNKNOWN, P.FAILED}),
    # UNKNOWN to itself: a look-up that found nothing, or could not be made yet
    P.UNKNOWN: frozenset({P.UNKNOWN, P.SENDING, P.SENT, P.PLANNED, P.HELD}),
    P.HELD: frozenset({P.SENT, P.PLANNED, P.SKIPPED}),
    P.FAILED: frozenset({P.PLANNED}),
    P.SKIPPED: frozenset({P.PLANNED}),
    P.SENT: frozenset(),
}

SIMPLER = {Level.FULL: Level.PLAIN, Level.PLAIN: Level.TEXT}
"""What is sent instead of a payload that is refused."""

UNSETTLED = frozenset({P.PLANNED, P.SENDING, P.UNKNOWN})
"""A post in one of these still needs work by the machine."""


def may_follow(before: PostState, after: PostState) -> bool:
    """Whether a post in `before` may become `after`."""
    return after in FOLLOWS[before]


def edition_state(lead: PostState, all_states: Iterable[PostState]) -> EditionState:
    """The state of an edition with posts, from its lead's state and the states of all its posts.

    planned until the first claim; done when the lead is sent and nothing is planned, sending,
    unknown or held; failed or skipped as its lead, once what hangs on it has been skipped.
    """
    states = list(all_states)
    if any(state in UNSETTLED for state in states):
        return EditionState.OPEN
    if lead is P.FAILED:
        return EditionState.FAILED
    if lead is P.SKIPPED:
        return EditionState.SKIPPED
    if lead is P.SENT and P.HELD not in states:
        return EditionState.DONE
    return EditionState.OPEN


def ends_unsent(lead: PostState) -> bool:
    """Whether a lead in this state gives up what was seen: the destination never had it."""
    return lead in (P.FAILED, P.SKIPPED)
