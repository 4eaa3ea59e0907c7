"""Help, and whatever is not a command."""

from bot.commands.help import answer_help


def test_help_lists_every_command():
    titles = " ".join(item.title for item in answer_help().items)
    assert "/topic NAME" in titles
    assert "/gazette help" in titles


def test_an_unknown_command_is_named_cut_short_and_gets_the_list():
    answer = answer_help("x" * 500)
    assert answer.heading == f"There is no command “{'x' * 80}”"
    assert answer.items == answer_help().items
