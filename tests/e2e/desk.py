"""A logged-in reviewer at work, for the tests of the pages."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import redis
from playwright.sync_api import ConsoleMessage, Dialog, Page

from tests.e2e.conftest import Stack
from tests.processes import until

LABELS = {"1": "stay", "2": "leave"}
_READY = "#work[data-state=ready]"
_OFFLINE = "ERR_INTERNET_DISCONNECTED"


@dataclass
class Desk:
    """A logged-in reviewer with a queue of their own."""

    stack: Stack
    queue: str
    page: Page
    dialogs: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def api(self) -> httpx.Client:
        bearer = {"Authorization": f"Bearer {self.stack.token}"}
        return httpx.Client(base_url=self.stack.url, headers=bearer, timeout=10)

    def send(self, events: list[dict[str, Any]]) -> None:
        before = self.report()["waiting"]
        with self.api as api:
            sent = api.post(f"/v1/projects/{self.queue}/requests", json={"events": events})
            assert sent.status_code == 202, sent.text
        until(lambda: self.report()["waiting"] == before + len(events))

    def report(self) -> dict[str, Any]:
        with self.api as api:
            report: dict[str, Any] = api.get(f"/v1/reports/{self.queue}").json()
            return report

    def decisions(self) -> list[tuple[str, str]]:
        """Event and label of every decision that left the system for this queue."""
        client: Any = redis.Redis.from_url(self.stack.redis_url)
        documents = [json.loads(f[b"data"]) for _, f in client.xrange("handraise:decisions")]
        client.close()
        ours = [d["data"] for d in documents if d["project"] == self.queue]
        return [(data["event_id"], data["label"]) for data in ours]

    def login_link(self) -> str:
        with self.api as api:
            made = api.post("/v1/users/admin/tokens", json={"kind": "login"}).json()
            return str(made["login_url"])

    def log_in(self) -> None:
        self.page.context.request.get(self.login_link(), max_redirects=0)

    def open(self) -> None:
        self.log_in()
        self.page.goto(f"{self.stack.url}/review/{self.queue}")

    def shown(self) -> str:
        self.page.wait_for_selector(_READY)
        return self.page.locator("#event").inner_text()

    def press(self, key: str) -> tuple[str, str]:
        """Answers the item shown; its id and label."""
        event = self.shown()
        self.page.keyboard.press(key)
        return event, LABELS[key]

    def overhear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _OFFLINE not in message.text:
            self.complaints.append(message.text)

    def dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.type)
        dialog.dismiss()
