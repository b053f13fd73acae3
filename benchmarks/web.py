"""The review page in a browser, beside limits: `./run bench web`.

Debian's Chromium works a queue of the product by keyboard alone. What happens between a key and the
next item on the screen is measured inside the page: from the key's own time stamp to the first task
after the frame that shows another item; how much of it is the page's own work, too. What the page
loads is counted on the wire.

For scale, Label Studio on two cores: 8 MB in 34 requests for the first task, 450 ms from submitting
it to the next.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.desk import Desk
from benchmarks.stage import PROJECT, stage
from benchmarks.table import Figure, main
from benchmarks.wire import Wire

_FULL, _DECISIONS = 30_000, 300
"""At so many --events or more, so many decisions."""
_EARLY = 20
"""Decisions after which the heap is looked at first."""
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_READY = "#work[data-state=ready]"
_ALL_ARRIVED = "count => Number(document.getElementById('answered').textContent) >= count"
_WATCH = """
window.painted = [];
window.laidOut = [];
let pressed = null;
document.addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
new MutationObserver(() => {
  const from = pressed;
  pressed = null;
  if (from === null) return;
  void document.body.offsetHeight;
  window.laidOut.push(performance.now() - from);
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.painted.push(performance.now() - from);
    port2.postMessage(null);
  });
}).observe(document.getElementById("event"), { childList: true, subtree: true });
"""


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the review page."""
    decisions = max(2 * _EARLY, int(min(1.0, arguments.events / _FULL) * _DECISIONS))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as directory, stage(Path(directory)) as target:
        desk = Desk(target, f"sqlite:///{Path(directory) / 'review.db'}")
        with desk.open() as service, sync_playwright() as playwright:
            desk.apply_project()
            desk.fill(decisions + 50)
            browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            wire = Wire(page)
            page.context.request.get(_login(desk), max_redirects=0)
            wire.begin()
            page.goto(f"http://127.0.0.1:{desk.port}/review/{PROJECT.name}")
            page.wait_for_selector(_READY)
            first_item = page.evaluate("performance.now()")
            first = wire.settled()
            figures = [*_first(first, first_item), *_worked(page, wire, decisions)]
            memory = psutil.Process(service.pid).memory_info().rss / 1e6
            browser.close()
    return [*figures, Figure("review's memory while it is worked", memory, 120, None, "MB")]


def _login(desk: Desk) -> str:
    made = desk.api.post("/v1/users/admin/tokens", json={"kind": "login"}).raise_for_status()
    return str(made.json()["login_url"])


def _first(requests: Sequence[tuple[str, int]], milliseconds: float) -> list[Figure]:
    """Until the first item is shown; what the pen needs comes after it, and counts as bytes."""
    before = [size for url, size in requests if not url.endswith("/pen.js")]
    weight = sum(size for _, size in requests) / 1000
    return [
        Figure("first item: requests / limit", len(before), 6, 1.0, "", at_most=True),
        Figure("first item: on the wire / limit", weight, 60, 1.0, "KB", at_most=True),
        Figure("first item: shown after", milliseconds, 1000, None, "ms", at_most=True),
    ]


def _worked(page: Page, wire: Wire, decisions: int) -> list[Figure]:
    """So many decisions by one key each."""
    page.evaluate(_WATCH)
    wire.begin()
    heaps = [0.0, 0.0]
    for number in range(decisions):
        page.wait_for_selector(_READY)
        page.keyboard.press("1" if number % 2 else "2")
        if number == _EARLY:
            heaps[0] = wire.heap()
    page.wait_for_function("count => painted.length >= count", arg=decisions)
    page.wait_for_function(_ALL_ARRIVED, arg=decisions)
    heaps[1] = wire.heap()
    painted, laid_out = page.evaluate("[painted, laidOut]")
    answers = [size for url, size in wire.settled() if url.endswith("/decision")]
    others = len(wire.seen) - len(answers)
    slow, large = quantiles(painted, n=20)[-1], quantiles(answers, n=20)[-1] / 1000
    return [
        Figure("key to next item painted, median", median(painted), 450, None, "ms", at_most=True),
        Figure("key to next item painted, p95 / limit", slow, 50, 1.0, "ms", at_most=True),
        Figure("of it until laid out, p95", quantiles(laid_out, n=20)[-1], slow, None, "ms"),
        Figure(
            "an item more: requests / limit", len(answers) / decisions, 1, 1.0, "", at_most=True
        ),
        Figure("an item more: on the wire, p95 / limit", large, 3, 1.0, "KB", at_most=True),
        Figure("other requests in that time", others, decisions, None, ""),
        Figure(f"heap at the end / after {_EARLY}", heaps[1], heaps[0], 1.5, "MB", at_most=True),
        Figure("complaints, requests elsewhere", wire.complaints, 1, 0.0, "", at_most=True),
    ]


if __name__ == "__main__":
    main("web", measure)
