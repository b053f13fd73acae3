"""The review service as a browser without scripts meets it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from services.review.adapters.store import SqlStore
from services.review.app import create_app
from services.review.metrics import Metrics
from services.review.settings import Settings
from services.review.use_cases.models import RecordModels
from services.review.use_cases.routing import RoutePredictions
from shared.clock import SystemClock
from shared.database import Database
from shared.observability import AsgiApp
from shared.streams import Keyspace
from tests.builders import a_project
from tests.fakes.bell import FakeBell
from tests.fakes.open_thresholds import OpenThresholds

TOKEN = "token-of-a-test"  # noqa: S105
OURS = {"sec-fetch-site": "same-origin"}


@dataclass
class Site:
    """The review service without its lifespan: nothing is consumed or relayed."""

    app: AsgiApp
    route: RoutePredictions
    record: RecordModels
    store: SqlStore

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask(method, path, **more))

    async def _ask(
        self, method: str, path: str, cookies: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://review", cookies=cookies
        ) as client:
            return await client.request(method, path, **more)

    def administer(self, method: str, path: str, json: object) -> Any:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        response = self.ask(method, path, json=json, headers=bearer)
        assert response.is_success, response.text
        return response.json()

    def project(self, name: str, **changes: object) -> None:
        body = a_project(name, **changes).model_dump(mode="json")
        self.administer("PUT", f"/v1/projects/{name}", body)

    def session_of(self, name: str, role: str) -> dict[str, str]:
        self.administer("POST", "/v1/users", {"name": name, "role": role})
        made = self.administer("POST", f"/v1/users/{name}/tokens", {"kind": "login"})
        return dict(self.ask("GET", made["login_url"]).cookies)

    def answer(self, who: dict[str, str], label: str, queue: str = "churn") -> str:
        """Claim one item and answer it; its event."""
        claims = self.ask("POST", f"/v1/queues/{queue}/claims", cookies=who, headers=OURS, json={})
        (claim,) = claims.json()["claims"]
        path = f"/v1/leases/{claim['lease']['id']}/decision"
        self.ask("POST", path, cookies=who, headers=OURS, json={"label": label})
        return str(claim["item"]["event_id"])

    def post(self, who: dict[str, str], path: str, **form: str) -> httpx.Response:
        """Send a form of one of our pages."""
        return self.ask("POST", path, cookies=who, headers=OURS, data=form)


@contextmanager
def open_site(directory: Path, **settings: Any) -> Iterator[Site]:
    """A service with a database of its own, and no Redis."""
    (directory / "secrets").mkdir(exist_ok=True)
    (directory / "secrets" / "admin.token").write_text(TOKEN)
    given = Settings(redis_url="redis://127.0.0.1:1/0", data_dir=directory, **settings)
    app = create_app(given)
    database = Database(given.database)
    store = SqlStore(database, Keyspace("handraise"))
    metrics = Metrics(CollectorRegistry())
    route = RoutePredictions(store, FakeBell(), metrics, SystemClock(), b"key", OpenThresholds())
    yield Site(app, route, RecordModels(store), store)
    database.close()


def strict(response: httpx.Response) -> bool:
    policy = response.headers["content-security-policy"]
    return (
        policy
        == "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'; object-src 'none'"
        and response.headers["x-content-type-options"] == "nosniff"
        and response.headers["referrer-policy"] == "same-origin"
        and response.headers["cache-control"] == "no-store"
    )
