"""Row 21: PostgreSQL is killed; nothing is answered falsely, and all goes on when it is back."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.builders import a_prediction_event, a_project
from tests.faults.postgresql import Cluster, cluster
from tests.processes import Installation, until


@pytest.fixture
def postgresql() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory() as directory, cluster(Path(directory)) as made:
        yield made


def test_answers_stand_and_the_rest_is_refused(
    redis_url: str, postgresql: Cluster, tmp_path: Path
) -> None:
    installation = Installation(redis_url, tmp_path, postgresql.url)
    with installation.running("review") as processes, installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        client: Any = redis.Redis.from_url(redis_url)
        for number in range(5):
            event = a_prediction_event(f"e{number}").encode()
            client.xadd("handraise:predictions", {"data": event})
        until(lambda: depth(api) == 5)
        claims = api.post("/v1/queues/churn/claims", json={"limit": 3}).json()["claims"]
        answers = [f"/v1/leases/{claim['lease']['id']}/decision" for claim in claims]
        keys = [{"Idempotency-Key": claim["lease"]["id"]} for claim in claims]
        assert api.post(answers[0], json={"label": "stay"}, headers=keys[0]).status_code == 201
        postgresql.stop(signal.SIGQUIT)
        away = api.post(answers[1], json={"label": "stay"}, headers=keys[1])
        assert (away.status_code, away.headers["Retry-After"]) == (503, "1")
        client.xadd("handraise:predictions", {"data": a_prediction_event("late").encode()})
        postgresql.start()
        for answer, key in zip(answers, keys, strict=True):
            until(lambda a=answer, k=key: said(api, a, k) == 201)  # type: ignore[misc]
        until(lambda: depth(api) == 3)
        report = api.get("/v1/reports/churn").json()
        assert (report["events"], report["corrections"]) == (6, 3)
        assert all(process.poll() is None for process in processes.values())


def depth(api: Any) -> int:
    found: int = api.get("/v1/queues").json()["queues"][0]["depth"]
    return found


def said(api: Any, answer: str, key: dict[str, str]) -> int:
    status: int = api.post(answer, json={"label": "stay"}, headers=key).status_code
    return status
