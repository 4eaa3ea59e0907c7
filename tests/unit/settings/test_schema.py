import json
from pathlib import Path

import yaml

from bot.settings.schema import schema

STORED = Path(__file__).parents[3] / "config" / "gazette.schema.json"


def test_the_stored_schema_is_the_one_of_the_models():
    """To mend it: gazette config schema > config/gazette.schema.json"""
    assert json.loads(STORED.read_text("utf-8")) == schema()


def test_every_key_has_a_description():
    groups = [schema(), *schema()["$defs"].values()]
    bare = [
        (group["title"], key)
        for group in groups
        for key, value in group.get("properties", {}).items()
        if not value.get("description")
    ]
    assert bare == []


def test_defaults_stand_in_the_schema_as_they_are_written_in_the_file():
    defs = schema()["$defs"]
    assert defs["DeliverySettings"]["properties"]["max_lateness"]["default"] == "3h"
    assert defs["TasteSettings"]["properties"]["max_age"]["default"] == "7d"


def test_the_schema_is_json_and_yaml_alike():
    assert yaml.safe_load(json.dumps(schema())) == schema()
