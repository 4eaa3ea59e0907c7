"""slack_sdk's clients as Gazette needs them: one call is one request, and nothing is told to the log.

Source: PLATFORMS 3.1 (retry handlers double posts; payloads and headers are logged below INFO).
"""

import logging
import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.platforms.slack.errors import UNANSWERED, translate


class _WithoutTickets(logging.Filter):
    """Takes the socket's ticket, a secret, out of addresses, and drops stacks, which repeat them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = re.sub(r"(wss?://[^\s'\"?]+)\?[^\s'\"]*", r"\1", record.getMessage())
        record.args, record.exc_info = (), None
        return True


def quiet_logger(name: str, level: int = logging.WARNING) -> logging.Logger:
    """A logger for slack_sdk and slack_bolt, which write payloads at DEBUG; libraries stay at WARNING."""
    for library in ("slack_sdk", "slack_bolt"):
        logging.getLogger(library).setLevel(logging.WARNING)
    logger = logging.getLogger(f"slack_sdk.{name}")
    logger.setLevel(level)
    if not logger.filters:
        logger.addFilter(_WithoutTickets())
    return logger


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this address; none for loopback or NO_PROXY.

    slack_sdk by itself sends every request through HTTPS_PROXY or HTTP_PROXY, loopback too.
    """
    host = urlsplit(url).hostname or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get("https") or proxies.get("http")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def web_client(token: str, api_url: str, time_out_s: float) -> AsyncWebClient:
    """A client without a retry of its own; each call has a connection of its own.

    A kept connection may have died unseen, and a post into it would be in doubt.
    """
    client = AsyncWebClient(
        token=token,
        base_url=api_url,
        timeout=time_out_s,  # type: ignore[arg-type]  # handed to aiohttp, which takes fractions
        retry_handlers=[],
        logger=quiet_logger("web"),
    )
    client.proxy = proxy_for(api_url)
    return client


def shared_session(time_out_s: float) -> aiohttp.ClientSession:
    """What clients share while they run: a session for each call is a quarter of what it costs.

    Each call still has a connection of its own, as many as there are, and no cookies.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=time_out_s),
    )


async def call(client: AsyncWebClient, method: str, **request: Any) -> AsyncSlackResponse:
    """One request to the Web API. Raises PlatformError and nothing else."""
    try:
        return await client.api_call(method, **request)
    except UNANSWERED as error:
        raise translate(error) from error


async def send_to(response_url: str, body: dict[str, Any], time_out_s: float) -> WebhookResponse:
    """One message to a response_url, sent once. Raises PlatformError where no answer came.

    The address is a secret: no error carries it.
    """
    client = AsyncWebhookClient(
        response_url,
        timeout=time_out_s,  # type: ignore[arg-type]
        retry_handlers=[],
        logger=quiet_logger("webhook"),
    )
    client.proxy = proxy_for(response_url)
    try:
        return await client.send_dict(body)
    except UNANSWERED as error:
        raise translate(error) from None
