"""Every setting in force, and where it is from; secrets only as set or not set."""

from dataclasses import asdict, fields
from typing import Any

from pydantic import BaseModel

from bot.settings.load import Settings


def show(settings: Settings) -> dict[str, Any]:
    """JSON values. `origins` has default, file or environment for every key of `settings`."""
    secrets = {
        field.name: "set" if getattr(settings.secrets, field.name) != field.default else "not set"
        for field in fields(settings.secrets)
    }
    return {
        "file": str(settings.path) if settings.path else None,
        "settings": settings.written.model_dump(mode="json", by_alias=True),
        "origins": _origins(settings.written, "", "file", settings.variables),
        "secrets": secrets,
        "endpoints": asdict(settings.endpoints),
    }


def _origins(value: Any, at: str, origin: str, variables: frozenset[str]) -> dict[str, str]:
    """By dotted key, down to the values that are no group of keys."""
    if isinstance(value, BaseModel) and not at.endswith(".at"):  # a schedule is shown in words
        found: dict[str, str] = {}
        for name, field in type(value).model_fields.items():
            inner = f"{at}.{field.alias or name}".removeprefix(".")
            is_given = name in value.model_fields_set
            found |= _origins(
                getattr(value, name), inner, origin if is_given else "default", variables
            )
        return found
    if isinstance(value, dict) and value:
        return {
            key: word
            for name, each in value.items()
            for key, word in _origins(each, f"{at}.{name}", origin, variables).items()
        }
    if isinstance(value, tuple) and any(isinstance(each, BaseModel) for each in value):
        return {
            key: word
            for index, each in enumerate(value)
            for key, word in _origins(each, f"{at}[{index}]", origin, variables).items()
        }
    return {at: "environment" if at in variables else origin}
