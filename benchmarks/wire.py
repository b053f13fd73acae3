"""What a page loads, as its browser counts it on the wire, and what it complains about."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page

_HOST = "127.0.0.1"


class Wire:
    """Listens to a page.

    Attributes:
        seen: address and bytes (headers, and the body as it was sent) of each answer.
        complaints: errors and warnings of the console, and requests to other hosts.
    """

    def __init__(self, page: Page) -> None:
        """Listen from now on."""
        self.seen: list[tuple[str, int]] = []
        self.complaints = 0
        self._page = page
        self._addresses: dict[str, str] = {}
        self._session = page.context.new_cdp_session(page)
        self._session.on("Network.requestWillBeSent", self._sent)
        self._session.on("Network.loadingFinished", self._finished)
        self._session.send("Network.enable")
        self._session.send("HeapProfiler.enable")
        self._session.send("Performance.enable")
        page.on("console", self._overhear)
        page.on("pageerror", lambda _: self._complain())

    def begin(self) -> None:
        """Count from here."""
        self.seen.clear()

    def settled(self) -> list[tuple[str, int]]:
        """What was loaded, once nothing more is."""
        self._page.wait_for_load_state("networkidle")
        return list(self.seen)

    def heap(self) -> float:
        """What the page's scripts hold, in MB, without garbage."""
        self._session.send("HeapProfiler.collectGarbage")
        measured = self._session.send("Performance.getMetrics")["metrics"]
        used: float = next(m["value"] for m in measured if m["name"] == "JSHeapUsedSize")
        return used / 1e6

    def _sent(self, event: Mapping[str, Any]) -> None:
        address = event["request"]["url"]
        if address.startswith("data:"):
            return
        self._addresses[event["requestId"]] = address
        if urlsplit(address).hostname != _HOST:
            self._complain()

    def _finished(self, event: Mapping[str, Any]) -> None:
        if event["requestId"] in self._addresses:
            address = self._addresses[event["requestId"]]
            self.seen.append((address, int(event["encodedDataLength"])))

    def _overhear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complain()

    def _complain(self) -> None:
        self.complaints += 1
