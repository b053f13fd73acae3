"""Row 37: the network stands still and no connection ends; nothing is answered falsely, and all
goes on when it is back."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from sqlalchemy import make_url

from shared import connecting
from shared.database import Database, engines
from shared.errors import Unavailable
from tests.builders import a_prediction_event, a_project
from tests.faults.ground import Ground
from tests.faults.proxy import Proxy, proxy
from tests.processes import Installation, until
from tests.servers import new_database

CUT_SECONDS = 3.0


@pytest.mark.parametrize("lost", [False, True], ids=["silent", "then broken"])
def test_between_services_and_redis(way: tuple[Ground, Proxy], *, lost: bool) -> None:
    at, between = way
    at.send(40)
    at.wait(lambda: at.left().get("people", 0) == 40)
    with between.cut():
        end = time.monotonic() + CUT_SECONDS
        at.api.timeout = httpx.Timeout(2.0)
        while time.monotonic() < end:
            at.accept(1)
            for claim in at.claim(1):
                at.decide(claim)
            time.sleep(0.1)
        if lost:
            between.lose()
    at.settle()
    assert at.stage.deaths == []


def test_between_service_and_postgresql(
    redis_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    url = make_url(new_database(postgresql_url, tmp_path.name.replace("-", "_")))
    with proxy(int(url.port or 5432)) as between:
        through = url.set(host="127.0.0.1", port=between.port)
        database = through.render_as_string(hide_password=False)
        installation = Installation(redis_url, tmp_path, database)
        with installation.running("review") as processes, installation.api as api:
            api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
            client: Any = redis.Redis.from_url(redis_url)
            for number in range(5):
                event = a_prediction_event(f"e{number}").encode()
                client.xadd("handraise:predictions", {"data": event})
            until(lambda: depth(api) == 5)
            claim, *_ = api.post("/v1/queues/churn/claims", json={"limit": 1}).json()["claims"]
            with between.cut():
                client.xadd("handraise:predictions", {"data": a_prediction_event("late").encode()})
                with pytest.raises(httpx.ReadTimeout):
                    decide(api, claim, CUT_SECONDS)
            until(lambda: decide(api, claim) == 201)
            until(lambda: depth(api) == 5)
            report = api.get("/v1/reports/churn").json()
            assert (report["events"], report["corrections"]) == (6, 1)
            assert all(process.poll() is None for process in processes.values())


@pytest.mark.asyncio
async def test_a_redis_that_says_nothing_is_given_up(
    silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "_SILENCE_SECONDS", 0.2)
    client = connecting.connect(f"redis://127.0.0.1:{silent}/0")
    with pytest.raises(redis.exceptions.TimeoutError):
        await client.ping()
    await client.aclose()


def test_a_postgresql_that_says_nothing_is_given_up(
    silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "LOCK_WAIT_SECONDS", 1)
    database = Database(f"postgresql://somebody:secret@127.0.0.1:{silent}/handraise")
    with pytest.raises(Unavailable), database.read() as session:
        session.connection()
    database.close()


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def depth(api: httpx.Client) -> int:
    found: int = api.get("/v1/queues").json()["queues"][0]["depth"]
    return found


def decide(api: httpx.Client, claim: dict[str, Any], timeout: float = 10.0) -> int:
    lease = claim["lease"]["id"]
    return api.post(
        f"/v1/leases/{lease}/decision",
        json={"label": "stay"},
        headers={"Idempotency-Key": lease},
        timeout=timeout,
    ).status_code
