"""The services as processes, and a browser that looks at them."""

import shutil
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.desk import Desk, Stack, watching
from tests.processes import TOKEN, Installation
from tests.servers import missing, redis_server

_numbers = count(1)
_BROWSER_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Scorer and review on a Redis of their own."""
    with redis_server(tmp_path_factory.mktemp("redis")) as redis_url:
        installation = Installation(redis_url, tmp_path_factory.mktemp("data"))
        with installation.running("scorer", "review"):
            yield Stack(installation.url, TOKEN, redis_url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; as root it has no sandbox.

    Not for the whole run: while Playwright lives, no other test can have an event loop.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("Chromium", "chromium")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_BROWSER_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def desk(stack: Stack, context: BrowserContext) -> Desk:
    """A queue of one's own, and a page to work it."""
    desk = watching(stack, f"queue-{next(_numbers)}", context)
    desk.apply()
    return desk
