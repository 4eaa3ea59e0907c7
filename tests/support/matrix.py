"""Deaths at boundaries, one scene each, and what became of them: the kill matrix."""

import asyncio
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

from tests.support.places import PLACES
from tests.support.postgresql import Server
from tests.support.scene import CORRECTED, ITEMS, RUN, Life, Scene

AT_ONCE = 2
POSTS = {"Slack": 1 + ITEMS, "Discord": 2 + ITEMS, "Discord forum": 1 + ITEMS}
FINE = "ok"

TRIES = 3
"""`run` does several things at once, and a boundary's number may depend on which comes first."""

BY_CHANCE = re.compile(r"\b(a lease taken|leases ended)\b")
"""A worker that has caught up gives its lease up, and takes it again when there is more."""

_NUMBERS = count()


@dataclass
class Matrix:
    """Deaths of one way to deliver to one place; `verdicts` by the boundaries where it died.

    `is_late`: minutes pass before it lives again, so that no nonce is known any more.
    `is_correction`: what dies is `run`, correcting a digest that has been delivered.
    """

    place: str
    way: tuple[str, ...]
    server: Server | None = None
    is_late: bool = False
    is_correction: bool = False
    verdicts: dict[str, str] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    """Where nobody died, in so many tries."""

    posts_counted: int = 0
    first_posts_s: dict[bool, list[float]] = field(default_factory=lambda: defaultdict(list))
    """From the start of a second life to its first post, by whether one was in doubt."""

    def holds(self, deaths: int) -> None:
        """So many deaths, and nothing lost, doubled or out of place."""
        assert self.wrong == {}
        assert [
            name for name in self.missed if not (self.way == RUN and BY_CHANCE.search(name))
        ] == []
        assert len(self.verdicts) == deaths

    @property
    def wrong(self) -> dict[str, str]:
        """The boundaries at which something was lost, doubled or out of place."""
        return {name: verdict for name, verdict in self.verdicts.items() if verdict != FINE}

    async def boundaries(self) -> list[str]:
        """Those of a life that nothing ends."""
        return (await self._lives([]))[0].names

    async def boundaries_after(self, name: str) -> list[str]:
        """Those of the life after a death there."""
        return (await self._lives([name]))[1].names

    def told(self, name: str) -> str:
        """What became of a death there, for the table."""
        return "not reached" if name in self.missed else self.verdicts.get(name, "–")

    async def die_at(self, deaths: Iterable[str | tuple[str, str]]) -> None:
        """One scene for each death, or for two in a row; a few scenes at once."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(names: tuple[str, ...]) -> None:
            async with room:
                for _ in range(TRIES):
                    lives = await self._lives(names)
                    if all(life.was_killed for life in lives[:-1]):
                        return
                self.missed.append(", then ".join(names))

        planned = [(each,) if isinstance(each, str) else each for each in deaths]
        self.verdicts |= {", then ".join(each): "" for each in planned}  # in their own order
        await asyncio.gather(*map(one, planned))

    async def _lives(self, deaths: Iterable[str]) -> list[Life]:
        deaths = list(deaths)
        with self._database() as (folder, url):
            async with PLACES[self.place]() as place, Scene(folder, place, url, self.way) as scene:
                if self.is_correction:
                    await scene.retitle()
                lives = [await scene.live(name) for name in deaths]
                if self.is_late:
                    await scene.grow_old()
                was_in_doubt = await scene.in_doubt()
                lives.append(await scene.live(is_whole=not deaths))
                wrong = await scene.complaints(POSTS[place.name] + CORRECTED * self.is_correction)
                self.posts_counted += sum(map(place.count, scene.channels))
        name = ", then ".join(deaths)
        if deaths:
            self.verdicts[name] = "; ".join(wrong) or FINE
        else:
            assert wrong == [], wrong
        if deaths and lives[-1].first_post_s is not None:
            self.first_posts_s[was_in_doubt].append(lives[-1].first_post_s)
        return lives

    @contextmanager
    def _database(self) -> Iterator[tuple[Path, str]]:
        with tempfile.TemporaryDirectory(prefix="gazette-kill-") as folder:
            if self.server is None:
                yield Path(folder), f"sqlite:///{folder}/gazette.db"
            else:
                with self.server.database(f"kill{next(_NUMBERS)}") as url:
                    yield Path(folder), url


def spread(seconds: list[float]) -> str:
    """Median and most, for people."""
    return f"{median(seconds):.2f} s, at most {max(seconds):.2f} s" if seconds else "–"
