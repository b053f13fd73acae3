"""Row 21: PostgreSQL is killed, or others take all its connections; nothing is answered falsely,
and all goes on when it is back."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import redis
from sqlalchemy import make_url

from tests.builders import a_prediction_event, a_project
from tests.faults.postgresql import Cluster
from tests.processes import Installation, until

END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> ALL(%s)"
)


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


def test_all_connections_are_taken_by_others(
    redis_url: str, postgresql: Cluster, tmp_path: Path
) -> None:
    installation = Installation(redis_url, tmp_path, postgresql.url)
    with installation.running("review") as processes, installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        client: Any = redis.Redis.from_url(redis_url)
        event = a_prediction_event("e0").encode()
        with all_taken(postgresql.url):
            client.xadd("handraise:predictions", {"data": event})
            refused = api.get("/v1/queues")
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            assert "too many clients" in refused.json()["detail"]
        until(lambda: api.get("/v1/queues").status_code == 200)
        until(lambda: depth(api) == 1)
        assert all(process.poll() is None for process in processes.values())


@contextmanager
def all_taken(url: str) -> Iterator[None]:
    """Others hold every connection; those of the services are ended, and not given back."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with ExitStack() as held:
        mine: list[psycopg.Connection[Any]] = []
        others = 1
        while others:
            with suppress(psycopg.OperationalError):
                while True:
                    mine.append(held.enter_context(psycopg.connect(address, autocommit=True)))
            own = [connection.info.backend_pid for connection in mine]
            others = mine[0].execute(END_OTHERS, [own]).rowcount
        yield


def depth(api: Any) -> int:
    found: int = api.get("/v1/queues").json()["queues"][0]["depth"]
    return found


def said(api: Any, answer: str, key: dict[str, str]) -> int:
    status: int = api.post(answer, json={"label": "stay"}, headers=key).status_code
    return status
