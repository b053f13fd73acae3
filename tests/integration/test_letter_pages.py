"""Dead letters over HTTP and as a browser without scripts sees them: roles, forms, what is text."""

import asyncio
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.review.adapters.outbox import OutboxDrain
from services.review.adapters.store import SqlStore
from services.review.app import create_app
from services.review.metrics import Metrics
from services.review.settings import Settings
from services.review.use_cases.dead_letters import KeepDeadLetters
from shared.clock import SystemClock
from shared.database import Database
from shared.observability import AsgiApp
from shared.streams import Keyspace
from tests.dead_letters import a_letter_event
from tests.site import OURS, TOKEN, strict

HOSTILE = "<script>alert(1)</script>{{7*7}}</td><h1>"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ROUTES = [
    ("GET", "/v1/dead-letters"),
    ("GET", "/v1/dead-letters/1"),
    ("POST", "/v1/dead-letters/retry"),
    ("POST", "/v1/dead-letters/drop"),
    ("POST", "/v1/dead-letters/1/retry"),
    ("POST", "/v1/dead-letters/1/drop"),
    ("GET", "/dead-letters"),
    ("GET", "/dead-letters/all"),
    ("GET", "/dead-letters/1"),
    ("POST", "/dead-letters/all/retry"),
    ("POST", "/dead-letters/all/drop"),
    ("POST", "/dead-letters/1/retry"),
    ("POST", "/dead-letters/1/drop"),
]


@dataclass
class Office:
    """The review service without its lifespan: nothing is consumed or relayed."""

    app: AsgiApp
    keep: KeepDeadLetters
    database: Database

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, **more))

    async def _ask(
        self, method: str, path: str, cookies: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://review", cookies=cookies
        ) as client:
            return await client.request(method, path, **more)

    def administer(self, method: str, path: str, json: object = None) -> Any:
        answer = self.ask(method, path, json=json, headers=BEARER)
        assert answer.is_success, answer.text
        return answer.json()

    def session_of(self, name: str, role: str) -> dict[str, str]:
        self.administer("POST", "/v1/users", {"name": name, "role": role})
        made = self.administer("POST", f"/v1/users/{name}/tokens", {"kind": "login"})
        return dict(self.ask("GET", made["login_url"]).cookies)

    def receive(self, **letter: Any) -> int:
        self.keep([("1-0", a_letter_event(**letter).encode())])
        number: int = self.administer("GET", "/v1/dead-letters")["dead_letters"][0]["id"]
        return number

    def sent(self) -> list[tuple[str, bytes]]:
        with OutboxDrain(self.database).take(1000) as taken:
            return list(taken.documents)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "admin.token").write_text(TOKEN)
    settings = Settings(redis_url="redis://127.0.0.1:1/0", data_dir=tmp_path)
    app = create_app(settings)
    database = Database(settings.database)
    keys = Keyspace("handraise")
    metrics = Metrics(CollectorRegistry())
    keep = KeepDeadLetters(SqlStore(database, keys), metrics, SystemClock(), keys)
    yield Office(app, keep, database)
    database.close()


@pytest.fixture
def olga(office: Office) -> dict[str, str]:
    return office.session_of("olga", "ops")


@pytest.mark.parametrize("role", ["reviewer", "lead", "upstream"])
def test_only_who_operates_may_see_or_settle(office: Office, role: str) -> None:
    cookies = office.session_of("ada", role)
    for method, path in ROUTES:
        answer = office.ask(method, path, cookies=cookies, headers=OURS)
        assert (answer.status_code, path) == (403, path)
        assert office.ask(method, path).status_code == 401


def test_the_api_lists_shows_retries_and_drops(office: Office) -> None:
    first = office.receive(original=b'{"half": ', reason="malformed")
    second = office.receive(original=b"\xff\x00", project="loans", reason="too_large")

    listed = office.administer("GET", "/v1/dead-letters?limit=1")
    assert [letter["id"] for letter in listed["dead_letters"]] == [second]
    assert listed["next_before"] == second
    assert {kind["reason"]: kind["count"] for kind in listed["waiting"]} == {
        "malformed": 1,
        "too_large": 1,
    }
    older = office.administer("GET", f"/v1/dead-letters?before={second}&stream=requests")
    assert [letter["id"] for letter in older["dead_letters"]] == [first]
    shown = office.administer("GET", f"/v1/dead-letters/{first}")
    assert shown["original"] == {"encoding": "text", "content": '{"half": '}
    assert "correct the sender" in shown["cure"]
    binary = office.administer("GET", f"/v1/dead-letters/{second}")["original"]
    assert (binary["encoding"], b64decode(binary["content"])) == ("base64", b"\xff\x00")

    retried = office.administer("POST", f"/v1/dead-letters/{second}/retry")
    assert (retried["state"], retried["settled_by"]) == ("retried", "admin")
    again = office.ask("POST", f"/v1/dead-letters/{second}/retry", headers=BEARER)
    assert (again.status_code, "admin retried it at" in again.json()["detail"]) == (409, True)
    assert office.sent() == [("handraise:requests", b"\xff\x00")]
    body = {"filter": {"reason": "malformed"}, "reason": "a test"}
    assert office.administer("POST", "/v1/dead-letters/drop", body) == {"dropped": 1}
    assert office.administer("POST", "/v1/dead-letters/retry", {}) == {"retried": 0, "refused": 0}
    assert office.sent() == []
    states = office.administer("GET", "/v1/dead-letters?state=all")["dead_letters"]
    assert [letter["state"] for letter in states] == ["retried", "dropped"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/dead-letters?limit=0", None, 422),
        ("GET", "/v1/dead-letters?limit=501", None, 422),
        ("GET", "/v1/dead-letters?before=9223372036854775808", None, 422),
        ("GET", "/v1/dead-letters?state=gone", None, 422),
        ("GET", "/v1/dead-letters?project=%00", None, 422),
        ("GET", "/v1/dead-letters/99999999999999999999", None, 422),
        ("GET", "/v1/dead-letters/17", None, 404),
        ("POST", "/v1/dead-letters/17/retry", None, 404),
        ("POST", "/v1/dead-letters/17/drop", {"reason": ""}, 422),
        ("POST", "/v1/dead-letters/17/drop", {"reason": "x"}, 404),
        ("POST", "/v1/dead-letters/drop", {"reason": "no filter"}, 422),
        ("POST", "/v1/dead-letters/retry", {"projekt": "churn"}, 422),
        ("POST", "/v1/dead-letters/retry", {"upto": 2**63}, 422),
    ],
)
def test_problems_say_what_is_wrong(
    office: Office, method: str, path: str, body: Any, status: int
) -> None:
    answer = office.ask(method, path, json=body, headers=BEARER)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_what_is_hostile_is_text(office: Office, olga: dict[str, str]) -> None:
    number = office.receive(
        original=json.dumps({"x": HOSTILE}).encode() + b"\xff\x00",
        reason=HOSTILE,
        message=HOSTILE,
        stream=HOSTILE,
    )
    for path in ("/dead-letters", f"/dead-letters/{number}", "/dead-letters/all"):
        page = office.ask("GET", path, cookies=olga)
        assert (page.status_code, strict(page)) == (200, True)
        ours = r'<script(?! type="module" src="/static/\w+\.js">)'
        assert re.findall(ours + r"|<style|\son\w+=|\sstyle=|</td><h1>", page.text) == []
    page = office.ask("GET", f"/dead-letters/{number}", cookies=olga)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page.text
    assert r"\xff" in page.text
    assert "cannot be retried" in page.text


def test_forms_retry_once_and_drop_with_a_reason(office: Office, olga: dict[str, str]) -> None:
    retried, dropped = office.receive(original=b"{}"), office.receive()

    assert (
        f'action="/dead-letters/{retried}/retry"'
        in office.ask("GET", f"/dead-letters/{retried}", cookies=olga).text
    )
    for _ in range(2):
        path = f"/dead-letters/{retried}/retry"
        answer = office.ask("POST", path, cookies=olga, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/dead-letters/{retried}")
    assert office.sent() == [("handraise:requests", b"{}")]
    assert "olga retried it at" in office.ask("GET", f"/dead-letters/{retried}", cookies=olga).text

    path = f"/dead-letters/{dropped}/drop"
    silent = office.ask("POST", path, cookies=olga, headers=OURS, data={"why": " "})
    assert (silent.status_code, "say in a few words why" in silent.text) == (422, True)
    why = {"why": "\u2014 noise & <b>tests</b>" * 30}
    assert office.ask("POST", path, cookies=olga, headers=OURS, data=why).status_code == 303
    settled = office.ask("GET", f"/dead-letters/{dropped}", cookies=olga).text
    assert "because: \u2014 noise &amp; &lt;b&gt;tests&lt;/b&gt;" in settled
    assert "No dead letter waits" in office.ask("GET", "/dead-letters", cookies=olga).text


def test_all_of_a_filter_after_a_look(office: Office, olga: dict[str, str]) -> None:
    # given two of a kind and another, and somebody who looks at what they are about to do
    for _ in range(2):
        office.receive(reason="unknown_project", original=b"1")
    office.receive(reason="malformed", original=b"2")
    listed = office.ask("GET", "/dead-letters?reason=unknown_project", cookies=olga).text
    assert "apply its file" in listed
    link = re.search(r'href="(/dead-letters/all\?reason=unknown_project)"', listed)
    assert link
    page = office.ask("GET", link[1], cookies=olga).text
    assert "2 dead letters wait" in page
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))

    # when one more comes in before they confirm
    office.receive(reason="unknown_project", original=b"3")
    answer = office.ask("POST", "/dead-letters/all/retry", cookies=olga, headers=OURS, data=form)

    # then only what was shown is sent
    assert [original for _, original in office.sent()] == [b"1", b"1"]
    told = office.ask("GET", answer.headers["location"], cookies=olga).text
    assert "2 dead letters went back to their streams." in told
    office.ask(
        "POST", "/dead-letters/all/drop", cookies=olga, headers=OURS, data=form | {"why": "late"}
    )
    left = office.administer("GET", "/v1/dead-letters")["dead_letters"]
    assert [letter["reason"] for letter in left] == ["unknown_project", "malformed"]
    blind = office.ask("POST", "/dead-letters/all/retry", cookies=olga, headers=OURS, data={})
    assert blind.status_code == 422


def test_another_site_settles_nothing(office: Office, olga: dict[str, str]) -> None:
    number = office.receive()
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil"}):
        path = f"/dead-letters/{number}/retry"
        assert office.ask("POST", path, cookies=olga, headers=headers).status_code == 403
    assert office.sent() == []


def test_who_operates_finds_the_way(office: Office, olga: dict[str, str]) -> None:
    assert office.ask("GET", "/review", cookies=olga).headers["location"] == "/queues"
    assert 'href="/dead-letters"' in office.ask("GET", "/queues", cookies=olga).text
    admin = office.session_of("alba", "admin")
    reviewer = office.session_of("ada", "reviewer")
    assert 'href="/dead-letters"' in office.ask("GET", "/queues", cookies=admin).text
    assert 'href="/dead-letters"' not in office.ask("GET", "/queues", cookies=reviewer).text
    for path in ("/dead-letters/abc", "/dead-letters/0", "/dead-letters/9" + "9" * 30):
        assert office.ask("GET", path, cookies=olga).status_code == 404
    for asset in ("/static/pages.css", "/static/review.css"):
        assert office.ask("GET", asset).status_code == 200
