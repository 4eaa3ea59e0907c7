"""What a subscription would have had to say on its own days of the last weeks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bootstrap.store import Store
from bot.catalog.filters import ArticleFilter
from bot.model.history import History, Seen, seen_of
from bot.model.subscription import Subscription
from bot.scheduling.slots import slots_from
from bot.selection.belongs import spellings_of
from bot.selection.choose import choose
from bot.selection.scene import LOOK_BACK

LOOKED_AT = timedelta(days=60)

LEAST_SLOTS = 10
"""Of fewer nothing can be told."""


@dataclass(frozen=True, slots=True)
class Lately:
    """How many slots there were, how many had no digest, and how many articles the others gave."""

    slots: int
    quiet: int
    articles: int

    @property
    def is_mostly_quiet(self) -> bool:
        """Whether a rarer digest would be better."""
        return self.slots >= LEAST_SLOTS and self.quiet * 2 > self.slots


async def lately(store: Store, subscription: Subscription, now: datetime) -> Lately:
    """Chooses for each slot of the last weeks, as the articles are now, with what was had before.

    Slots from before the catalog's first article say nothing and are left out.
    """
    taste, schedule = subscription.taste, subscription.schedule
    if schedule is None:
        return Lately(0, 0, 0)
    taxonomy = await store.catalog.taxonomy()
    start = now - LOOKED_AT
    found = await store.catalog.search(
        ArticleFilter(
            topics=spellings_of(taste.topics, taxonomy),
            published_from=start - taste.max_age - LOOK_BACK,
            published_until=now,
        )
    )
    if not found:
        return Lately(0, 0, 0)
    start = max(start, found[-1].published_at)
    seen: list[Seen] = []
    slots = quiet = articles = 0
    for slot in slots_from(schedule, start):
        if slot.due_at > now:
            break
        oldest = slot.due_at - taste.max_age
        known = [each for each in found if each.published_at <= slot.due_at]
        candidates = [each for each in known if each.published_at >= oldest]
        before = [each for each in known if oldest - LOOK_BACK <= each.published_at < oldest]
        history = History(tuple(seen))
        picks = choose(candidates, taste, history, taxonomy, slot.due_at, before).picks
        slots += 1
        quiet += not picks
        articles += len(picks)
        # what stands in a thread was had too
        seen += [seen_of(each) for pick in picks for each in (pick.article, *pick.also)]
    return Lately(slots, quiet, articles)
