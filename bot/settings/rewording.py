"""Says pydantic's errors in our words: its own texts show what was typed, which may be a secret."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bot.errors import Miswritten
from bot.settings.mistakes import Location, Mistakes, did_you_mean
from bot.settings.models import SettingsFile

_SECRET = re.compile(r"token|secret|password|credential|api_?key|database_?url", re.IGNORECASE)
_SECRETS = (
    "SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, DISCORD_TOKEN, DATABASE_URL or"
    " GAZETTE_GIT_CREDENTIALS"
)

_SAYINGS = {
    "model_type": ("not a group of keys", "write key: value lines under it, or {{key: value}}"),
    "dict_type": ("not a group of keys", "write key: value lines under it, or {{key: value}}"),
    "tuple_type": ("not a list", "write it in brackets, [a, b], or as lines that begin with -"),
    "string_type": ("not text", "write text, in quotes if it looks like a number"),
    "string_too_short": ("empty", "write at least one character, or leave the key away"),
    "string_too_long": ("too long", "use at most {max_length} characters"),
    "int_type": ("not a whole number", "write it without quotes, fraction or unit: 5"),
    "greater_than": ("too small", "use more than {gt:g}"),
    "greater_than_equal": ("too small", "use {ge} or more"),
    "less_than_equal": ("too large", "use {le} or less"),
    "too_short": ("empty", "give at least one"),
    "enum": ("not a word known here", "use {expected}"),
    "literal_error": ("not a value known here", "use {expected}"),
}
_PATTERNS = {
    "to": (
        "not a destination",
        "write it as slack:CHANNEL_ID, discord:CHANNEL_ID, discord-forum:CHANNEL_ID or local:NAME",
    ),
    "owners": ("not a person", "write it as slack:U0123456789 or discord:1234567890"),
}
_NAME = ("not a name", "begin with a letter or digit; go on with letters, digits, dots, - and _")


def reword(error: ValidationError, mistakes: Mistakes) -> None:
    """Adds every error to `mistakes`."""
    for detail in error.errors(include_url=False, include_input=False):
        at = detail["loc"]
        is_missing = detail["type"] == "missing"
        what, mend = _say(detail["type"], at, detail.get("ctx", {}))
        mistakes.add(at, what, mend, is_missing=is_missing)


def _say(kind: str, at: Location, context: dict[str, Any]) -> tuple[str, str]:
    cause = context.get("error")
    if isinstance(cause, Miswritten):
        return cause.what, cause.mend
    if kind == "extra_forbidden":
        return _unknown(at)
    if kind == "missing":
        return "missing", f"add it, as {at[-1]}: {_example(at)}"
    if kind == "string_pattern_mismatch":
        return next((_PATTERNS[part] for part in at if part in _PATTERNS), _NAME)
    if kind in _SAYINGS:
        what, mend = _SAYINGS[kind]
        # `expected` and the bounds come from our models, never from the file
        return what, mend.format_map(context)
    return "can't be used", "see config/gazette.schema.json for what may stand here"


def _unknown(at: Location) -> tuple[str, str]:
    key = str(at[-1])
    if _SECRET.search(key):
        return (
            "secrets are not read from this file",
            f"remove it here and set {_SECRETS} in the environment, or with _FILE the path of one",
        )
    model = _model_at(at[:-1])
    keys = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return "unknown key", did_you_mean(key, keys)


def _example(at: Location) -> Any:
    model = _model_at(at[:-1])
    field = model.model_fields.get(str(at[-1])) if model else None
    example = field.examples[0] if field and field.examples else "…"
    return f"[{', '.join(example)}]" if isinstance(example, list) else example


def _model_at(at: Location) -> type[BaseModel] | None:
    model: type[BaseModel] | None = SettingsFile
    for part in at:
        if isinstance(part, int) or model is None:
            continue
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        # a part that is no field is a channel's name: the model is that of the group's values
        if field is not None:
            model = _inner(field)
    return model


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    return next(_models(field.annotation), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
