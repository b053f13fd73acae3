"""What axe says of a page."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""All that night can break."""
NARROWEST = 320
"""CSS pixels: a window of 1280 at 400 % (WCAG 1.4.10), or of 640 at 200 %."""


def violations(page: Page, rules: Sequence[str] = _RULES) -> list[str]:
    """What axe complains about, and where."""
    options: dict[str, Any] = {"runOnly": list(rules), "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]


def faults(page: Page) -> list[str]:
    """By day all that axe knows; by night, what colours can break; narrow, what does not fit."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += violations(page, COLOURS)
    page.emulate_media(color_scheme="light")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    return found + ([] if width == NARROWEST else [f"{width} px wide at {NARROWEST} px"])
