"""How pages are told of changes: an event now, and none once the service is to stop."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.review.app import create_app
from services.review.settings import Settings
from shared.observability import Operated
from tests.builders import a_project

TOKEN = "token-of-a-test"  # noqa: S105


@pytest.fixture
def app(tmp_path: Path) -> Operated:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "admin.token").write_text(TOKEN)
    return create_app(Settings(redis_url="redis://127.0.0.1:1/0", data_dir=tmp_path))


def ask(app: Operated, method: str, path: str, accept: str = "*/*", **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": accept}
    return TestClient(app).request(method, path, headers=headers, **more)


def test_who_asks_once_is_told_once(app: Operated) -> None:
    ask(app, "PUT", "/v1/projects/churn", json=a_project().model_dump(mode="json"))

    answer = ask(app, "GET", "/v1/stream")

    assert answer.headers["content-type"].startswith("text/event-stream")
    kind, data = answer.text.splitlines()[1:3]
    assert kind == "event: queues"
    told = json.loads(data.removeprefix("data: "))
    known = ask(app, "GET", "/v1/queues").json()
    assert told == known
    assert [queue["queue"] for queue in told["queues"]] == ["churn"]


def test_a_stream_ends_when_the_service_is_to_stop(app: Operated) -> None:
    app.readiness.leave()

    answer = ask(app, "GET", "/v1/stream", accept="text/event-stream")

    assert "event:" not in answer.text
    ready = ask(app, "GET", "/health/ready")
    assert (ready.status_code, ready.json()["why"]) == (
        503,
        "it is told to stop; ask another replica",
    )
