"""A logged-in reviewer at work, for the tests of the pages."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import redis
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

from tests.builders import a_project
from tests.processes import until

LABELS = {"1": "stay", "2": "leave"}
_READY = "#work[data-state=ready]"
_OFFLINE = "ERR_INTERNET_DISCONNECTED"


@dataclass(frozen=True)
class Stack:
    """Where a running installation is reached, and the admin's token."""

    url: str
    token: str
    redis_url: str


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

    def apply(self, **changes: object) -> None:
        project = a_project(self.queue, **changes).model_dump(mode="json")
        with self.api as api:
            api.put(f"/v1/projects/{self.queue}", json=project).raise_for_status()

    def send(self, events: list[dict[str, Any]], kind: str = "requests") -> None:
        before = self.report()["waiting"]
        with self.api as api:
            sent = api.post(f"/v1/projects/{self.queue}/{kind}", json={"events": events})
            assert sent.status_code == 202, sent.text
        until(lambda: self.report()["waiting"] == before + len(events))

    def answer(self, event: str, label: str) -> None:
        """Claim one item, which is to be this, and answer it, by program."""
        with self.api as api:
            (claim,) = api.post(f"/v1/queues/{self.queue}/claims", json={}).json()["claims"]
            assert claim["item"]["event_id"] == event
            path = f"/v1/leases/{claim['lease']['id']}/decision"
            api.post(path, json={"label": label}).raise_for_status()

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

    def login_link(self, name: str = "admin") -> str:
        with self.api as api:
            made = api.post(f"/v1/users/{name}/tokens", json={"kind": "login"}).json()
            return str(made["login_url"])

    def log_in(self) -> None:
        self.page.context.request.get(self.login_link(), max_redirects=0)

    def as_somebody(self, name: str, role: str, context: BrowserContext) -> "Desk":
        """Somebody else, in a browser of their own."""
        with self.api as api:
            api.post("/v1/users", json={"name": name, "role": role}).raise_for_status()
        context.request.get(self.login_link(name), max_redirects=0)
        return watching(self.stack, self.queue, context)

    def open(self) -> None:
        self.log_in()
        self.go()

    def go(self, path: str | None = None) -> None:
        self.page.goto(f"{self.stack.url}{path or f'/review/{self.queue}'}")

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

    def keep_at_home(self, request: Request) -> None:
        """No page asks another host for anything."""
        host = urlsplit(request.url).hostname
        if request.url.startswith("http") and host not in {"127.0.0.1", "localhost"}:
            self.complaints.append(f"asks {host}")

    def dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.type)
        dialog.dismiss()


def watching(stack: Stack, queue: str, context: BrowserContext) -> Desk:
    """A new page, and all that it complains about."""
    desk = Desk(stack, queue, context.new_page())
    desk.page.on("console", desk.overhear)
    desk.page.on("pageerror", lambda error: desk.complaints.append(str(error)))
    desk.page.on("dialog", desk.dismiss)
    desk.page.on("request", desk.keep_at_home)
    return desk


def events(count: int, prefix: str = "event") -> list[dict[str, Any]]:
    return [
        {"event_id": f"{prefix}-{n}", "features": {"tenure": n, "contract": "monthly"}}
        for n in range(count)
    ]
