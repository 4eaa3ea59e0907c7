"""The direct channels of people: a person is written to in a channel that Discord names on request."""

from discord.http import Route

from bot.errors import NotSent, OutcomeUnknown
from bot.model.destination import Destination
from bot.platforms.discord.wire import Wire


class People:
    """Asks once for each person's direct channel; it stays the same."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._channels: dict[str, str] = {}

    async def channel_of(self, destination: Destination) -> str:
        """The channel's id to post in and to read. Raises PlatformError; nothing was posted then."""
        person = destination.person
        if person is None:
            return destination.channel
        if person not in self._channels:
            self._channels[person] = await self._open(person)
        return self._channels[person]

    async def _open(self, person: str) -> str:
        route = Route("POST", "/users/@me/channels")
        try:
            found = await self._wire.ask(route, json={"recipient_id": person})
        except OutcomeUnknown as error:  # opened twice is open
            raise NotSent(f"the direct channel can't be opened now: {error}") from error
        if not isinstance(found, dict) or not str(found.get("id", "")).isdigit():
            raise NotSent("the direct channel can't be opened now: Discord's answer can't be read")
        return str(found["id"])
