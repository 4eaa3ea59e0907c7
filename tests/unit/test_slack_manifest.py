"""The manifest from which an operator makes the Slack app."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

MANIFEST = Path("config/deploy/slack-manifest.yaml")


@pytest.fixture
def manifest() -> dict[str, Any]:
    return yaml.safe_load(MANIFEST.read_text())


def test_it_asks_for_the_least_scopes(manifest) -> None:
    history = ["channels:history", "groups:history", "im:history"]
    assert manifest["oauth_config"] == {
        "scopes": {"bot": ["commands", "chat:write", *history, "im:write"]}
    }


def test_it_turns_on_socket_mode_and_buttons_and_has_no_address(manifest) -> None:
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}
    commands = manifest["features"]["slash_commands"]
    assert [each["command"] for each in commands] == ["/topic", "/gazette"]
    assert not any("url" in each for each in commands)


def complaints(value: Any, schema: dict[str, Any], root: dict[str, Any], where: str) -> list[str]:
    """What a value breaks of a JSON Schema, for the few words that Slack's schema uses."""
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].removeprefix("#/definitions/")]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    kind = schema.get("type")
    if isinstance(kind, str) and kind in kinds and not isinstance(value, kinds[kind]):
        return [f"{where}: not a {kind}"]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found = [f"{where}: lacks {key}" for key in schema.get("required", ()) if key not in value]
        for key, each in value.items():
            if key in known:
                found += complaints(each, known[key], root, f"{where}/{key}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{where}: knows no {key}")
        return found
    if isinstance(value, list):
        found = [f"{where}: too many"] if len(value) > schema.get("maxItems", len(value)) else []
        items = schema.get("items", {})
        return found + [
            line
            for n, each in enumerate(value)
            for line in complaints(each, items, root, f"{where}/{n}")
        ]
    return _text_complaints(value, schema, where) if isinstance(value, str) else []


def _text_complaints(value: str, schema: dict[str, Any], where: str) -> list[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(value))
    found = [] if least <= len(value) <= most else [f"{where}: {len(value)} characters"]
    if value not in schema.get("enum", [value]):
        found.append(f"{where}: not one of {schema['enum']}")
    pattern = schema.get("pattern") or schema.get("regex")
    if pattern and not re.search(pattern, value):
        found.append(f"{where}: not like {pattern}")
    return found


@pytest.fixture
def schema() -> dict[str, Any]:
    folder = os.environ.get("GAZETTE_SPECS")
    path = Path(folder or "", "slack-manifest.schema.json")
    if not folder or not path.exists():
        pytest.skip("GAZETTE_SPECS names no folder with slack-manifest.schema.json")
    return json.loads(path.read_text())


def test_it_keeps_slacks_own_schema(manifest, schema) -> None:
    assert complaints(manifest, schema, schema, "") == []


def test_the_check_would_see_a_mistake(manifest, schema) -> None:
    manifest["display_information"]["name"] = "G" * 36
    manifest["features"]["slash_commands"][0]["hint"] = "?"
    del manifest["features"]["slash_commands"][1]["description"]
    assert len(complaints(manifest, schema, schema, "")) == 3
