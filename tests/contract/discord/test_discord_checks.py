"""What Discord refuses in a message and the largest it takes (PLATFORMS.md 2.1), as the local server has it."""

from typing import Any

import pytest

from tests.support.discord_checks import Refusal, check_message
from tests.support.discord_payloads import SILENT, display, message


def button(**fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "Why", "custom_id": "why"} | fields


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def select(count: int = 1, **fields: Any) -> dict[str, Any]:
    options = [{"label": f"{n}", "value": f"{n}"} for n in range(count)]
    return {"type": 3, "custom_id": "about", "options": options} | fields


def embed(**fields: Any) -> dict[str, Any]:
    return {"embeds": [{"title": "News"} | fields], **SILENT}


REFUSED = {
    "content of 2,001 characters": {"content": "x" * 2001, **SILENT},
    "content in a V2 message": message(content="x"),
    "embeds in a V2 message": message(embeds=[{"title": "x"}]),
    "a flag bots may not set": message(flags=1 << 15 | 1 << 5),
    "ephemeral in a channel": message(flags=1 << 15 | 1 << 6),
    "a V2 part without the flag": {"components": [display()], **SILENT},
    "41 parts, nested ones counted": message(
        None, {"type": 17, "components": [display("x") for _ in range(40)]}
    ),
    "4,001 characters of text displays": message(None, display("x" * 2000), display("x" * 2001)),
    "an empty text display": message(None, display("")),
    "an unknown part": message(None, {"type": 99}),
    "a bare button": message(None, button()),
    "a container in a container": message(
        None, {"type": 17, "components": [{"type": 17, "components": [display()]}]}
    ),
    "an empty container": message(None, {"type": 17, "components": []}),
    "the same custom_id twice": message(None, row(button(), button())),
    "the same number twice": message(None, display() | {"id": 7}, display() | {"id": 7}),
    "a custom_id of 101 characters": message(None, row(button(custom_id="x" * 101))),
    "an empty custom_id": message(None, row(button(custom_id=""))),
    "a label of 81 characters": message(None, row(button(label="x" * 81))),
    "a button without label": message(None, row(button(label=None))),
    "a link button of 513 characters": message(
        None,
        row({"type": 2, "style": 5, "label": "x", "url": "https://acme.example/" + "x" * 492}),
    ),
    "six buttons in a row": message(None, row(*(button(custom_id=f"{n}") for n in range(6)))),
    "a select beside a button": message(None, row(select(), button())),
    "26 options": message(None, row(select(26))),
    "no options": message(None, row(select(0))),
    "a value twice": message(
        None, row(select(options=[{"label": "a", "value": "x"}, {"label": "b", "value": "x"}]))
    ),
    "an option's label of 101 characters": message(
        None, row(select(options=[{"label": "x" * 101, "value": "x"}]))
    ),
    "an option's description of 101 characters": message(
        None, row(select(options=[{"label": "x", "value": "x", "description": "x" * 101}]))
    ),
    "a placeholder of 151 characters": message(None, row(select(placeholder="x" * 151))),
    "a section without accessory": message(None, {"type": 9, "components": [display()]}),
    "a section of four texts": message(
        None,
        {"type": 9, "components": [display() for _ in range(4)], "accessory": button()},
    ),
    "a thumbnail of javascript": message(
        None,
        {
            "type": 9,
            "components": [display()],
            "accessory": {"type": 11, "media": {"url": "javascript:alert(1)"}},
        },
    ),
    "a gallery of eleven": message(
        None,
        {"type": 12, "items": [{"media": {"url": "https://acme.example/a.png"}}] * 11},
    ),
    "a nonce of 26 characters": message(nonce="x" * 26, enforce_nonce=True),
    "an embed title of 257 characters": embed(title="x" * 257),
    "an embed description of 4,097 characters": embed(description="x" * 4097),
    "an embed with 26 fields": embed(fields=[{"name": "a", "value": "b"}] * 26),
    "an embed with an empty url": embed(url=""),
    "an embed url without host": embed(url="https://"),
    "6,001 characters over all embeds": {
        "embeds": [{"description": "x" * 3000}, {"description": "x" * 3001}],
        **SILENT,
    },
    "eleven embeds": {"embeds": [{"title": "x"}] * 11, **SILENT},
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_body_is_refused_with_the_place_of_the_mistake(body):
    with pytest.raises(Refusal) as refusal:
        check_message(body)
    assert (refusal.value.status, refusal.value.body["code"]) == (400, 50035)
    assert refusal.value.body["errors"]


TAKEN = {
    "content of 2,000 characters": {"content": "x" * 2000, **SILENT},
    "40 parts": message(None, {"type": 17, "components": [display("x") for _ in range(39)]}),
    "4,000 characters of text displays": message(None, display("x" * 2000), display("x" * 2000)),
    "25 options": message(None, row(select(25))),
    "five buttons": message(None, row(*(button(custom_id=f"{n}") for n in range(5)))),
    "an embed title of 256 characters and spaces": embed(title=" " + "x" * 256 + " "),
    "6,000 characters over all embeds": {"embeds": [{"description": "x" * 3000}] * 2, **SILENT},
    "a link button of 512 characters": message(
        None,
        row({"type": 2, "style": 5, "label": "x", "url": "https://acme.example/" + "x" * 491}),
    ),
    "a section with a picture": message(
        None,
        {
            "type": 9,
            "components": [display()],
            "accessory": {"type": 11, "media": {"url": "https://acme.example/a.png"}},
        },
    ),
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN.keys())
def test_the_largest_legal_body_is_taken(body):
    check_message(body)
