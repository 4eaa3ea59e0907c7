"""What a reader in a terminal sees."""

from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.destination import Look
from bot.model.subscription import Layout
from bot.rendering import text
from bot.rendering.render import render
from tests.support.builders import make_article, make_digest, make_item, make_related


def test_a_digest_and_its_thread_read_as_pages_of_text():
    item = make_item(excerpt="word " * 30, related=(make_related(),), more_related=12)
    lead, reply = render(make_digest([item]), "azure", "manual:1", Look.TEXT, Layout.COMPACT)
    assert lead.payloads.full == "\n".join(
        [
            "Azure",
            "",
            "1. Title of one",
            "   " + " ".join(["word"] * 15),
            "   " + " ".join(["word"] * 15),
            "   Acme News · 24 Nov 2026 · Azure · Unpublished",
            "   https://acme.example/one",
            "",
            "How it was chosen",
        ]
    )
    assert reply.payloads.full == "\n".join(
        [
            "Related links for 1. Title of one",
            "",
            "-  Related link",
            "   Related Post · 22 Nov 2026",
            "   https://related.example/link",
            "",
            "12 more",
        ]
    )


def test_the_three_payloads_are_the_bare_text():
    (lead,) = render(make_digest(), "azure", "manual:1", Look.TEXT, Layout.COMPACT)
    assert lead.payloads.full == lead.payloads.plain == lead.payloads.text
    assert not lead.payloads.full.startswith('"')


def test_no_control_character_reaches_the_terminal():
    item = make_item(make_article(), title="\x1b[31mred\x07", url="https://a.example/\x1b[2J")
    (lead,) = render(make_digest([item]), "azure", "manual:1", Look.TEXT, Layout.COMPACT)
    assert "\x1b" not in lead.payloads.full
    assert "[31mred" in lead.payloads.full


def test_an_answer_names_what_could_be_asked_next():
    answer = Answer(
        "No topic is called “Azzure”",
        (AnswerItem("Only one", facts=("Acme",)),),
        "Nearest topics:",
        (Action(ActionName.TOPIC, "Azure", "Azure"),),
    )
    assert text.answer(answer) == "\n\n".join(
        ["No topic is called “Azzure”", "Only one\n   Acme", "Nearest topics:", "-  Azure"]
    )
