"""A real browser, started once for a file of tests, that may speak to the board alone."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, async_playwright

from tests.support.board import board, deliver, harbour_digest
from tests.support.clock import ManualClock

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@dataclass
class Visit:
    """A page, and what the browser said while it was looked at."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (looked for chromium, google-chrome on PATH)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def on_board(tmp_path):
    """A board whose general (Slack) and lounge (Discord) have a digest each."""
    async with board(tmp_path, ManualClock()) as parts:
        for channel in ("general", "lounge"):
            await deliver(parts[1], channel, harbour_digest())
        yield parts


@pytest.fixture
def visit(chromium, on_board):
    """Opens a page of the board; options are those of a browser context."""

    @asynccontextmanager
    async def opened(path: str, **options) -> AsyncIterator[Visit]:
        context = await chromium.new_context(base_url=on_board[0], **options)
        visit = Visit(await context.new_page())

        async def only_the_board(route: Route) -> None:
            if route.request.url.startswith(on_board[0]):
                await route.continue_()
            else:
                visit.elsewhere.append(route.request.url)
                await route.abort()

        async def dismiss(dialog) -> None:
            visit.dialogs.append(dialog.message)
            await dialog.dismiss()

        await context.route("**/*", only_the_board)
        visit.page.on("dialog", dismiss)
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("console", lambda message: _note(visit, message))
        visit.page.set_default_timeout(10_000)
        await visit.page.goto(path)
        try:
            yield visit
        finally:
            await context.close()

    return opened


def _note(visit: Visit, message) -> None:
    """Keeps errors and warnings, but for the pictures that this test itself kept from loading."""
    if message.type in ("error", "warning") and "ERR_FAILED" not in message.text:
        visit.complaints.append(message.text)
