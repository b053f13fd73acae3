"""What hostile senders send, and how one sees that it was more than text to a page."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

SCRIPTS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=2>",
    "<svg onload=window.hacked=3>",
    '"><iframe srcdoc="<script>parent.hacked=4</script>">',
    "javascript:window.hacked=5",
    "'-(window.hacked=6)-'",
    "</textarea><script>window.hacked=7</script>",
    "data:text/html,<script>window.hacked=8</script>",
)
MARKUP = (
    "</dd></dl><h1>broken</h1>",
    "<!-- the rest is gone",
    "<base href=//evil.example>",
    '<form action=//evil.example><input name="x">',
    '<meta http-equiv="refresh" content="0; url=//evil.example">',
    "&lt;b&gt; &amp; &#x27;",
)
TEMPLATES = ("{{7*7}}", "${7*7}", "{% raw %}", "#{7*7}", "<%= 7*7 %>", "{{config.items()}}")
FORMULAS = (
    '=HYPERLINK("//evil.example","free")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
)
UNICODE = (
    "\u202eright to left \u0645\u0631\u062d\u0628\u0627",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a",
    "\ufeff\u200b\u2028\u2029",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 40,
    "x" * 3000,
)
PAYLOADS: Sequence[str] = (*SCRIPTS, *MARKUP, *TEMPLATES, *FORMULAS, *UNICODE)

_PLANTED = (
    "[src='x'], [onerror], [onload], [srcdoc], base, form[action*=evil], meta[http-equiv],"
    " main h1:text-is('broken'), main script"
)


def an_event(event_id: str) -> dict[str, Any]:
    """An event that is hostile wherever a sender can write."""
    said = {f"{number} {text}"[:200]: text for number, text in enumerate(PAYLOADS)}
    return {
        "event_id": event_id,
        "features": {"contract": PAYLOADS[0], "tenure": 3},
        "context": {**said, "nested": {text: [text] for text in TEMPLATES}},
        "slices": {"contract": MARKUP[0]},
    }


def harm(page: Page) -> list[str]:
    """What a payload has become besides text."""
    found = [f"an element: {html}" for html in page.locator(_PLANTED).all_inner_texts()]
    hacked = page.evaluate("window.hacked")
    return found + ([] if hacked is None else [f"payload {hacked} has run"])
