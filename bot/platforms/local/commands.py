"""The way in from the board: a form → bot.commands → an Answer."""

from collections.abc import Awaitable

import structlog

from bot.model.answer import Actor, Answer, Press, Request
from bot.model.destination import Destination
from bot.platforms.local.ports import Commands

_log = structlog.get_logger()

VISITOR = Actor("local")
"""Whoever can reach loopback; counts as channel owner."""

NO_COMMAND = Answer(
    "That is not a slash command",
    note="Begin with a slash, as in /topic NAME; /help lists what there is",
)
FAILED = Answer("That did not work", note="The reason is in the log. You may try again.")


async def ask(commands: Commands, typed: str, destination: Destination) -> Answer:
    """Answers what was typed into the box: `/topic Azure` is command `topic`, text `Azure`."""
    name, *text = typed.split(maxsplit=1) or [""]
    if not name.startswith("/") or name == "/":
        return NO_COMMAND
    command, words = name[1:].lower(), "".join(text).rstrip()
    if command == "gazette" and words:  # `/gazette next 5` is command `next`, text `5`
        command, _, words = words.partition(" ")
    request = Request(command.lower(), words.strip(), VISITOR, destination)
    return await _answered(commands.answer(request), destination)


async def press(commands: Commands, token: str, destination: Destination) -> Answer:
    """Answers a press of a button or menu entry."""
    return await _answered(commands.press(Press(token, VISITOR, destination)), destination)


async def _answered(answering: Awaitable[Answer], destination: Destination) -> Answer:
    try:
        return await answering
    except Exception:  # noqa: BLE001 (the reply edge: logged with its stack, told to the asker)
        _log.exception("command_failed", destination=str(destination))
        return FAILED
