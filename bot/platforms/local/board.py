"""The board: a page on loopback that shows channels as Slack or as Discord would show them.

Everything works by links and forms; static/board.js only spares the reader full reloads. The page
has one form: the same channel page, with a thread open or not, with an answer under it or not.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, quote

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.clock import Clock
from bot.model.answer import Answer
from bot.model.board_message import BoardMessage
from bot.model.destination import Destination, Look, Platform
from bot.platforms.local import commands as way_in
from bot.platforms.local.guard import Handler, guarded
from bot.platforms.local.picture import draw_picture, picture_of
from bot.platforms.local.ports import BoardStore, Commands
from bot.rendering import discord, slack
from bot.rendering.html import draw
from bot.rendering.html_parts import moment

_NEWEST = 50
_LOOK_WORDS = {Look.SLACK: "Slack", Look.DISCORD: "Discord"}
_STATIC = {"board.css": "text/css", "board.js": "text/javascript", "icon.svg": "image/svg+xml"}


def mount(
    app: web.Application,
    channels: Mapping[str, Look],
    store: BoardStore,
    commands: Commands,
    clock: Clock,
) -> None:
    """Adds the board to the application; `channels` in the order they are to be listed."""
    board = _Board(dict(channels), store, commands, clock)
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/", board.front),
        ("GET", "/channels/{channel}", board.show),
        ("GET", "/channels/{channel}/version", board.version),
        ("POST", "/channels/{channel}/command", board.command),
        ("POST", "/channels/{channel}/press", board.press),
        ("GET", "/picture/{name:[0-9a-f]{16}}.svg", _picture),
        ("GET", "/static/{name}", _static),
    ]
    for method, path, handler in routes:
        app.router.add_route(method, path, guarded(handler))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A message as the template takes it."""

    key: str
    time: Markup
    body: Markup
    replies: int
    thread_name: str | None
    edits: int


@dataclass(frozen=True, slots=True)
class _Spoken:
    """An answer on the page under what was asked; `pane` is where: channel or thread."""

    time: Markup
    body: Markup
    asked: str
    pane: str


class _Board:
    def __init__(
        self, channels: Mapping[str, Look], store: BoardStore, commands: Commands, clock: Clock
    ) -> None:
        self._channels = channels
        self._store = store
        self._commands = commands
        self._clock = clock
        templates = Environment(
            loader=PackageLoader("bot.platforms.local"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._page = templates.get_template("page.html")

    async def front(self, _: web.Request) -> web.Response:
        first = next(iter(self._channels), None)
        if first is None:
            raise web.HTTPNotFound(text="The settings name no channel for the board.")
        raise web.HTTPFound(f"/channels/{quote(first, safe='')}#newest")

    async def show(self, request: web.Request) -> web.Response:
        return await self._channel_page(request, None)

    async def version(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"version": await self._store.version(self._destination(request).channel)}
        )

    async def command(self, request: web.Request) -> web.Response:
        typed = await _field(request, "text")
        answer = await way_in.ask(self._commands, typed, self._destination(request))
        return await self._channel_page(request, self._spoken(request, answer, typed))

    async def press(self, request: web.Request) -> web.Response:
        token = await _field(request, "token")
        answer = await way_in.press(self._commands, token, self._destination(request))
        return await self._channel_page(request, self._spoken(request, answer, ""))

    def _destination(self, request: web.Request) -> Destination:
        channel = request.match_info["channel"]
        look = self._channels.get(channel)
        if look is None:
            raise web.HTTPNotFound(text="There is no such channel on this board.")
        return Destination(Platform.LOCAL, channel, look)

    def _spoken(self, request: web.Request, answer: Answer, asked: str) -> _Spoken:
        look = self._destination(request).look
        payload = slack.answer(answer) if look is Look.SLACK else discord.answer(answer)
        pane = "thread" if request.query.get("pane") == "thread" else "channel"
        return _Spoken(self._time(self._clock.now()), self._draw(payload, look), asked, pane)

    def _draw(self, payload: Mapping[str, Any], look: Look) -> Markup:
        return draw(payload, look, self._clock.now(), picture_of)

    def _time(self, at: datetime) -> Markup:
        today = at.date() == self._clock.now().date()
        words = f"{at:%H:%M} UTC" if today else f"{at.day} {at:%B, %H:%M} UTC"
        return moment(at, words, "local-clock")

    async def _channel_page(self, request: web.Request, spoken: _Spoken | None) -> web.Response:
        here = self._destination(request)
        thread = request.query.get("thread")
        opener = await self._store.find(thread) if thread else None
        if thread and (opener is None or opener.channel != here.channel):
            raise web.HTTPNotFound(text="There is no such message in this channel.")
        page = self._page.render(
            channels=self._channels,
            here=here,
            path=f"/channels/{quote(here.channel, safe='')}",
            # read before the messages: what arrives between is then fetched once too often
            version=await self._store.version(here.channel),
            messages=await self._shown(await self._store.messages(here.channel, _NEWEST), here),
            opener=(await self._shown([opener], here))[0] if opener else None,
            replies=await self._shown(await self._store.thread(opener.key), here) if opener else [],
            spoken=spoken,
            look_words=_LOOK_WORDS,
        )
        # a lone surrogate in a text must not cost the page
        return web.Response(
            body=page.encode("utf-8", "replace"), content_type="text/html", charset="utf-8"
        )

    async def _shown(self, messages: list[BoardMessage], here: Destination) -> list[_Shown]:
        counts = await self._store.reply_counts([message.key for message in messages])
        return [
            _Shown(
                message.key,
                self._time(message.at),
                self._draw(json.loads(message.payload), here.look),
                counts.get(message.key, 0),
                message.thread_name,
                message.edits,
            )
            for message in messages
        ]


async def _field(request: web.Request, name: str) -> str:
    """A field of a posted form; bytes that are no UTF-8 are replaced, as what they say is unknown."""
    fields = parse_qs((await request.read()).decode("utf-8", "replace"))
    if name not in fields:
        raise web.HTTPBadRequest(text=f"The form has no field {name}.")
    return fields[name][0]


async def _picture(request: web.Request) -> web.Response:
    return web.Response(
        text=draw_picture(request.match_info["name"]),
        content_type="image/svg+xml",
        headers={"Cache-Control": "max-age=86400, immutable"},
    )


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    text = files("bot.platforms.local").joinpath("static", name).read_text("utf-8")
    return web.Response(
        text=text, content_type=_STATIC[name], headers={"Cache-Control": "no-cache"}
    )
