"""Secrets, endpoints and durations from environment variables; a secret also from a `*_FILE`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bot.settings.mistakes import Mistakes, did_you_mean
from bot.settings.models import DeliverySettings

DELIVERY = "GAZETTE_DELIVERY_"
_LONGEST_SECRET = 8_192
_DATABASE = SecretStr("sqlite:///gazette.db")


@dataclass(frozen=True, slots=True)
class Secrets:
    """`database_url` is one too, since it may hold a password. None: not set.

    `gazette_git_credentials`: https://TOKEN@HOST or https://USER:TOKEN@HOST, as many as there are
    hosts, a space or line between.
    """

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    discord_token: SecretStr | None = None
    database_url: SecretStr = _DATABASE
    gazette_git_credentials: SecretStr | None = None

    def git_login(self, url: str) -> SecretStr | None:
        """USER:TOKEN for a git repository, where one is given for its very scheme and host."""
        given = self.gazette_git_credentials
        for each in given.get_secret_value().split() if given else ():
            login, _, host = urlsplit(each).netloc.rpartition("@")
            if _origin(urlsplit(each).scheme, host) == _origin(*urlsplit(url)[:2]):
                user, colon, token = login.partition(":")
                # any user will do with a token on GitHub, GitLab and Gitea
                pair = (user, token) if colon else ("x-access-token", user)
                return SecretStr(":".join(unquote(part) for part in pair))
        return None


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the platforms are; `slack_api_url` ends with a slash, `discord_api_url` does not.

    `discord_gateway_url` None: Discord says where. `discord_guild`: commands for one server only.
    """

    slack_api_url: str = "https://slack.com/api/"
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str | None = None
    discord_guild: int | None = None


def _origin(scheme: str, host: str) -> tuple[str, str]:
    return scheme, host.lower().removesuffix(":443" if scheme == "https" else ":80")


_GIT_LOGIN = r"https?://[^\s/@]+@[^\s/@]+/?"
_WORD = r"""[^\s"'\x00-\x1f\x7f]+"""
_SHAPES = {
    "slack_bot_token": (rf"xoxb-{_WORD}", "not a bot token", "it begins with xoxb-"),
    "slack_app_token": (rf"xapp-{_WORD}", "not an app-level token", "it begins with xapp-"),
    "slack_signing_secret": (
        _WORD,
        "not a signing secret",
        "copy it from the app's Basic Information, without spaces or quotes",
    ),
    "discord_token": (
        _WORD,
        "not a bot token",
        "copy it from the application's page Bot, without spaces, quotes or the word Bot",
    ),
    "database_url": (
        r"(sqlite:///|postgresql(\+psycopg)?://)[^\"'\x00-\x1f\x7f]+",
        "not a database's address",
        "write it as sqlite:///gazette.db or postgresql://USER:PASSWORD@HOST/NAME",
    ),
    "gazette_git_credentials": (
        rf"\s*({_GIT_LOGIN}\s+)*{_GIT_LOGIN}\s*",
        "not a login for a host",
        "write it as https://TOKEN@HOST or https://USER:TOKEN@HOST, odd characters as %XX",
    ),
}


def read_secrets(environment: Mapping[str, str], mistakes: Mistakes) -> Secrets:
    """Every secret that is set, its shape checked; no mistake shows a value."""
    found: dict[str, SecretStr] = {}
    for field in fields(Secrets):
        name, value = _secret(field.name.upper(), environment, mistakes)
        pattern, what, mend = _SHAPES[field.name]
        if value and not re.fullmatch(pattern, value):
            mistakes.add_variable(name, what, mend)
        elif value:
            found[field.name] = SecretStr(value)
    return Secrets(**found)


def _secret(
    name: str, environment: Mapping[str, str], mistakes: Mistakes
) -> tuple[str, str | None]:
    """The variable that gave it, and the value."""
    value, file = environment.get(name), environment.get(f"{name}_FILE")
    if not file:
        return name, value
    file_name = f"{name}_FILE"
    if value:
        mistakes.add_variable(file_name, f"{name} is set as well", "keep one of the two")
        return file_name, None
    try:
        with Path(file).open("rb") as opened:
            value = opened.read(_LONGEST_SECRET).decode().strip()
    except (OSError, ValueError) as error:
        # ValueError: not UTF-8, or a NUL in the path; its text would show the bytes
        reason = error.strerror if isinstance(error, OSError) else "not text in UTF-8"
        mistakes.add_variable(
            file_name, f"the file can't be read ({reason})", "check its path and permissions"
        )
        return file_name, None
    if not value:
        mistakes.add_variable(file_name, "the file is empty", "write the secret into it")
    return file_name, value


def read_endpoints(environment: Mapping[str, str], mistakes: Mistakes) -> Endpoints:
    """Every endpoint that is set, else the platform's own."""
    found: dict[str, Any] = {}
    for field in fields(Endpoints):
        name = f"GAZETTE_{field.name.upper()}"
        value = environment.get(name)
        if not value:
            continue
        if field.name == "discord_guild":
            if re.fullmatch(r"[0-9]{1,20}", value):
                found[field.name] = int(value)
            else:
                mistakes.add_variable(name, "not a server's id", "write its digits alone")
            continue
        schemes = ("ws", "wss") if field.name == "discord_gateway_url" else ("http", "https")
        if not _is_url(value, schemes):
            mend = f"write it as {schemes[1]}://HOST/PATH, without user or password"
            mistakes.add_variable(name, "not an address", mend)
        else:
            found[field.name] = value.rstrip("/")
    if "slack_api_url" in found:
        found["slack_api_url"] += "/"
    return Endpoints(**found)


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # read for its ValueError
    except ValueError:
        return False
    is_plain = re.fullmatch(_WORD, value) is not None
    return is_plain and parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc


def read_delivery(environment: Mapping[str, str], mistakes: Mistakes) -> dict[str, str]:
    """Durations by key as written, for every key of `delivery`; they outrank the file's."""
    keys = [field.alias or name for name, field in DeliverySettings.model_fields.items()]
    found: dict[str, str] = {}
    for name, value in environment.items():
        if not name.startswith(DELIVERY) or not value:
            continue
        key = name.removeprefix(DELIVERY).lower()
        if key in keys:
            found[key] = value
            mistakes.variables["delivery", key] = name
        else:
            mistakes.add_variable(
                name, "unknown", did_you_mean(name, [DELIVERY + each.upper() for each in keys])
            )
    return found
