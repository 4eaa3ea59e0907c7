"""Deaths at boundaries, one scene each, and what became of them: the kill matrix."""

import asyncio
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
from tests.support.scene import ITEMS, Life, Scene

AT_ONCE = 2
POSTS = {"Slack": 1 + ITEMS, "Discord": 2 + ITEMS, "Discord forum": 1 + ITEMS}
FINE = "ok"

_NUMBERS = count()


@dataclass
class Matrix:
    """Deaths of one way to deliver to one place; `verdicts` by the boundaries where it died.

    `is_late`: minutes pass before it lives again, so that no nonce is known any more.
    """

    place: str
    way: tuple[str, ...]
    server: Server | None = None
    is_late: bool = False
    verdicts: dict[str, str] = field(default_factory=dict)
    posts_counted: int = 0
    first_posts_s: dict[bool, list[float]] = field(default_factory=lambda: defaultdict(list))
    """From the start of a second life to its first post, by whether one was in doubt."""

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

    async def die_at(self, deaths: Iterable[str | tuple[str, str]]) -> None:
        """One scene for each death, or for two in a row; a few scenes at once."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(names: tuple[str, ...]) -> None:
            async with room:
                await self._lives(names)

        await asyncio.gather(*(one((each,) if isinstance(each, str) else each) for each in deaths))

    async def _lives(self, deaths: Iterable[str]) -> list[Life]:
        deaths = list(deaths)
        with self._database() as (folder, url):
            async with PLACES[self.place]() as place, Scene(folder, place, url, self.way) as scene:
                lives = [await scene.live(name) for name in deaths]
                if self.is_late:
                    await scene.grow_old()
                was_in_doubt = await scene.in_doubt()
                lives.append(await scene.live())
                wrong = await scene.complaints(POSTS[place.name])
                self.posts_counted += sum(map(place.count, scene.channels))
        wrong += ["no death there" for life in lives[:-1] if not life.was_killed]
        self.verdicts[", then ".join(deaths) or "no death"] = "; ".join(wrong) or FINE
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
