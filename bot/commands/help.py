"""`/gazette help`, and whatever is not a command."""

from bot.model.answer import Answer, AnswerItem

COMMANDS = (
    ("/topic NAME", "the best articles of a topic; in any case, by name or alias"),
    ("/topic NAME words since 7d quality 60 from forbes.com", "only those, in any order"),
    ("/topic", "which topics there are"),
    ("/gazette next", "when the next digests come to this channel"),
    ("/gazette why LINK", "why an article was picked for this channel, or why not"),
    ("/gazette help", "this list"),
)


def answer_help(unknown: str | None = None) -> Answer:
    """What can be typed; `unknown` is the command that is none."""
    return Answer(
        "Gazette" if unknown is None else f"There is no command “{unknown[:80]}”",
        items=tuple(AnswerItem(title=f"{form}: {what}") for form, what in COMMANDS),
        note="Under a digest, Related and Why tell more about each article. Only you see the answers.",
    )
