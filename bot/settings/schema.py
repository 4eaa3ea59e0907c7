"""The JSON Schema of the settings file, for editors; config/gazette.schema.json is this, stored."""

from typing import Any

from bot.settings.models import SettingsFile


def schema() -> dict[str, Any]:
    """Draft 7 by name, which is what the editors' YAML language server knows."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **SettingsFile.model_json_schema(by_alias=True),
    }
