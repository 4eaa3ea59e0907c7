"""Draws pairs of digests, ours and quality's alone, in an order of chance, to be read before it is told.

`python -m tests.bench.blind SEED` prints them, `python -m tests.bench.blind SEED key` which is ours.
"""

import sys
from collections.abc import Iterator
from random import Random

from bot.replay.walk import Day, Ranking, Span
from tests.bench.choice import ROOT, YEAR, past_of

PAIRS = 20
LEAST = 7


def drawn(chance: Random) -> list[tuple[Day, Day]]:
    """Days of different months on which the two differ, with seven articles or more to choose from."""
    both = [Ranking.SHIPPED, Ranking.QUALITY]
    ours, plain = past_of(ROOT).walk(both, Span(*YEAR)).values()
    months: dict[tuple[int, int], list[tuple[Day, Day]]] = {}
    for one, other in zip(ours, plain, strict=True):
        if len(one.articles) >= LEAST and set(_ids(one)) != set(_ids(other)):
            months.setdefault((one.date.year, one.date.month), []).append((one, other))
    found: list[tuple[Day, Day]] = []
    while len(found) < PAIRS:
        for days in months.values():
            if days and len(found) < PAIRS:
                found.append(days.pop(chance.randrange(len(days))))
    return sorted(found, key=lambda each: each[0].date)


def lines(seed: int, *, is_key: bool) -> Iterator[str]:
    """The pairs, or which of each is ours."""
    chance = Random(seed)
    for number, (ours, plain) in enumerate(drawn(chance), 1):
        is_first = chance.random() < 0.5
        if is_key:
            yield f"{number} {'A' if is_first else 'B'}"
            continue
        yield f"\n{number}. {ours.date}"
        for side, day in zip("AB", (ours, plain) if is_first else (plain, ours), strict=True):
            yield side
            yield from (f"  - {each.title} | {each.provider.name}" for each in day.picks)


def _ids(day: Day) -> list[str]:
    return [each.id for each in day.picks]


if __name__ == "__main__":
    sys.stdout.write("\n".join([*lines(int(sys.argv[1]), is_key="key" in sys.argv[2:]), ""]))
