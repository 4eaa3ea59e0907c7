"""Why there was nothing to say, by the numbers of the chain, and what to do about it. Pure."""

from collections import Counter
from collections.abc import Sequence

from bot.model.pick import Selection
from bot.model.taste import Gate, Taste

IN_A_ROW = 3
"""After so many quiet slots in a row the owner is told, once."""


def why_quiet(selection: Selection, taste: Taste, hints: Sequence[str] = ()) -> str:
    """Topics that are none, then `0 eligible, 14 below quality 60, 3 already seen`."""
    # a sibling went with the article it stands under, by no rule's word: nobody was told its story
    counts = Counter(
        dropped.reason.rule
        for dropped in selection.dropped
        if dropped.passed or dropped.reason.rule != "story"
    )
    if not counts:
        return "; ".join(hints) or "no article of this topic is recent enough"
    left = counts["enough"]
    too_few = f", fewer than the {taste.min_items} wanted" if left else ""
    said = [f"{left} eligible{too_few}"]
    said += [f"{counts[rule]} {words}" for rule, words in _words(taste).items() if counts[rule]]
    return "; ".join([*hints, ", ".join(said)])


def quiet_words(subscription: str, note: str | None) -> str:
    """What its owner is told after several quiet slots in a row."""
    why = f"The last time: {note}." if note else "There was nothing to choose from."
    return (
        f"“{subscription}” has had nothing to say {IN_A_ROW} times in a row.\n{why}\n"
        "To hear more: lower min_quality, widen topics or max_age, or have it weekly; `gazette doctor` "
        "looks at the past.\nYou are told once: nothing more about it until it has had a digest again."
    )


def _words(taste: Taste) -> dict[str, str]:
    """What became of the others, by the rule that dropped them, in the order of the chain."""
    gate = {
        Gate.EITHER: f"below quality {taste.min_quality}",
        Gate.QUALITY: f"below quality {taste.min_quality}",
        Gate.UNPUBLISHED: "published already",
    }
    return {
        "belongs": "left out by name",
        "eligible": gate[taste.gate],
        "alive": "too old or removed",
        "new_here": "already seen",
        "story": "of stories already told",
        "variety": "of providers with enough",
    }
