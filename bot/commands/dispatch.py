"""From a parsed request or press to its answer; every platform calls this and only this."""

import structlog

from bot.catalog.nearest import topics_starting
from bot.catalog.ports import CatalogStore
from bot.clock import Clock
from bot.commands.help import answer_help
from bot.commands.next import Ahead, answer_next
from bot.commands.related import answer_related
from bot.commands.topic import answer_topic
from bot.commands.why import WhyHere
from bot.delivery.ports import Ledger, Subscriptions
from bot.model.answer import ActionName, Answer, Press, Request

log = structlog.get_logger(__name__)


class Commands:
    """Answers readers. Stateless: the catalog and the ledger know everything."""

    def __init__(
        self,
        catalog: CatalogStore,
        ledger: Ledger,
        subscriptions: Subscriptions,
        ahead: Ahead,
        clock: Clock,
    ) -> None:
        self._catalog = catalog
        self._why = WhyHere(catalog, ledger, subscriptions)
        self._subscriptions = subscriptions
        self._ahead = ahead
        self._clock = clock

    async def answer(self, request: Request) -> Answer:
        """The answer to a slash command; an unknown one gets the list of those there are."""
        log.info("command", command=request.command[:40], destination=str(request.destination))
        name, text = request.command, request.text
        if name == "gazette":  # `/gazette why LINK` is command `why`
            name, _, text = text.strip().partition(" ")
        now = self._clock.now()
        match name.lower():
            case "topic":
                return await answer_topic(self._catalog, text, now)
            case "why":
                return await self._why.answer(text, request.destination, now)
            case "next":
                return await answer_next(
                    self._subscriptions, self._ahead, text.strip(), request.destination, now
                )
            case "help" | "":
                return answer_help()
        return answer_help(name)

    async def press(self, press: Press) -> Answer:
        """The answer to a button or menu entry, by its action's token."""
        name, _, value = press.token.partition(":")
        log.info("press", action=name[:40], destination=str(press.destination))
        now = self._clock.now()
        if name == ActionName.RELATED:
            return await answer_related(self._catalog, value, now)
        if name == ActionName.WHY:
            return await self._why.press(value, press.destination, now)
        if name == ActionName.TOPIC:
            return await answer_topic(self._catalog, value, now)
        return Answer("This button is no longer known", note="Gazette has changed since that post.")

    async def complete(self, prefix: str) -> list[str]:
        """Topic names for an autocomplete, at most 25."""
        return topics_starting(await self._catalog.taxonomy(), prefix)
