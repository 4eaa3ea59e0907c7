"""One digest for one channel, in lives: each ends by a kill, or when all has been sent."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import text

from bot.bootstrap.once import register, take_in
from bot.bootstrap.store import opened
from bot.settings.load import load
from bot.storage.database import Database
from tests.support.killed import KILLED, Run, ended
from tests.support.newsroom import write_article
from tests.support.places import Place

ITEMS = 3
SETTINGS = """\
version: 1
sources: [{{name: news, path: ./news}}]
subscriptions:
  - {{name: daily, to: "{to}", topics: [Azure], at: "daily 09:00 UTC", taste: {{items: 3, per_provider: 3}}}}
delivery: {{time_out: 2s, lease: 6s, quarantine: 0.1s, second_look: 0.1s, pace: 0s, max_lateness: 30h}}
"""

SEND = ("send", "daily")
RUN = ("run", "--listen", "127.0.0.1:0")

POSTS = text("""
    SELECT edition.destination, post.key, post.kind, post.op, post.parent, post.state
    FROM post JOIN edition ON edition.id = post.edition_id ORDER BY edition.id, post.position
    """)
AGE = text("UPDATE post SET sending_at = sending_at - 300000000 WHERE sending_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Row:
    """A post in the ledger."""

    destination: str
    key: str
    kind: str
    op: str
    parent: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Life:
    """One life of the program; `first_post_s` is from its start to the first post that was stored."""

    was_killed: bool
    names: list[str]
    first_post_s: float | None


class Scene:
    """A newsroom in a folder, a database, and one channel of a place; `way` is the command that lives."""

    def __init__(self, folder: Path, place: Place, url: str, way: tuple[str, ...]) -> None:
        self.folder, self.place, self.url, self.way = folder, place, url, way
        self.channel = place.add_channel()

    async def prepare(self) -> None:
        """Writes files and settings; for `run` the subscription is known, and due since 09:00."""
        for number in range(ITEMS):
            write_article(self.folder / "news", f"story-{number}", quality=70 + number)
        config = self.folder / "gazette.yaml"
        config.write_text(SETTINGS.format(to=self.channel))
        with opened(self.url) as store:
            if self.way == RUN:
                settings, now = load(config, {}), datetime.now(UTC)
                await take_in(store, settings, now)
                await register(store, settings, now - timedelta(days=1))

    async def live(self, kill_at: str | None = None) -> Life:
        """One life: to its kill, or until all has been sent."""
        options = ("--config", "gazette.yaml", "--database", self.url)
        run = Run(self.folder, (*self.way, *options), self.place.environment, kill_at)
        self.place.times.clear()
        began_at = time.monotonic()
        process = run.start()
        if self.way == RUN:
            await self._until_sent(run, process)
            names = run.names()
            process.terminate()
        await ended(process)
        if process.exitcode not in (0, KILLED):
            raise AssertionError(f"exit code {process.exitcode}\n{run.log.read_text()}")
        return Life(
            process.exitcode == KILLED,
            names if self.way == RUN else run.names(),
            self.place.times[0] - began_at if self.place.times else None,
        )

    async def _until_sent(self, run: Run, process: BaseProcess) -> None:
        """Until `run` has sent all there is and would obey SIGTERM, or is dead."""
        with opened(self.url) as store:
            while process.exitcode is None:
                if "ready http" in run.said() and _is_sent(await _rows(store.ledger._database)):
                    return
                await asyncio.sleep(0.02)

    async def grow_old(self) -> None:
        """What is in doubt was sent minutes ago: too long for a nonce."""
        with opened(self.url) as store:
            await store.ledger._database.run(lambda each: each.execute(AGE), write=True)

    async def in_doubt(self) -> bool:
        """Whether a post may have been sent without anybody knowing."""
        with opened(self.url) as store:
            rows = await _rows(store.ledger._database)
        return any(row.state in ("sending", "unknown") for row in rows)

    async def complaints(self, posts: int) -> list[str]:
        """What is wrong: lost, twice, unsent, out of order, under a wrong parent, pings."""
        with opened(self.url) as store:
            rows = await _rows(store.ledger._database)
        wrong = [] if len(rows) == posts else [f"{len(rows)} posts were planned, not {posts}"]
        return wrong + compare(rows, self.place) + self.place.complaints()


async def _rows(database: Database) -> list[Row]:
    found = await database.run(lambda each: each.execute(POSTS).all(), write=False)
    return [Row(*each) for each in found]


def _is_sent(rows: Sequence[Row]) -> bool:
    return bool(rows) and all(row.state == "sent" for row in rows)


def compare(rows: Sequence[Row], place: Place) -> list[str]:
    """The ledger's posts beside the server's messages."""
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
        below: dict[str | None, list[str]] = defaultdict(list)
        for row in planned:
            if row.kind == "reply":
                parent = of[row.parent or ""]
                below[parent.parent if parent.kind == "thread" else parent.key].append(row.key)
        wrong += [
            f"replies out of place: {each}" for each in there if [*each.replies] != below[each.lead]
        ]
    return wrong
