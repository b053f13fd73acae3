"""Redis loses everything while events are sent and answered: all of it is made good."""

import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from sqlalchemy import create_engine, text
from typing_extensions import override

from tests.builders import a_project, features
from tests.processes import Installation, until

pytestmark = pytest.mark.redis
EVENTS, BATCH = 300, 10


@pytest.fixture
def installation(redis_url: str, database_url: str, tmp_path: Path) -> Installation:
    return Installation(redis_url, tmp_path, database_url)


class Upstream(threading.Thread):
    """Posts events, again if it must, until each was accepted."""

    def __init__(self, installation: Installation) -> None:
        super().__init__()
        self.installation = installation
        self.accepted: set[str] = set()

    @override
    def run(self) -> None:
        with self.installation.api as api:
            for start in range(0, EVENTS, BATCH):
                ids = [f"event-{number}" for number in range(start, start + BATCH)]
                events = [{"event_id": i, "features": features(tenure=len(i))} for i in ids]
                while not posted(api, events):
                    time.sleep(0.05)
                self.accepted |= set(ids)
                time.sleep(0.02)


class Reviewer(threading.Thread):
    """Answers whatever waits, until told to stop."""

    def __init__(self, installation: Installation) -> None:
        super().__init__()
        self.installation = installation
        self.answered: set[str] = set()
        self.done = threading.Event()

    @override
    def run(self) -> None:
        with self.installation.api as api:
            while not self.done.is_set():
                claims = api.post("/v1/queues/churn/claims", json={"limit": 5})
                for claim in claims.json().get("claims", []):
                    event_id = claim["item"]["event_id"]
                    body = {"label": "leave" if len(event_id) % 2 else "stay"}
                    path = f"/v1/leases/{claim['lease']['id']}/decision"
                    if api.post(path, json=body).status_code == 201:
                        self.answered.add(event_id)
                time.sleep(0.01)


def posted(api: httpx.Client, events: list[dict[str, Any]]) -> bool:
    answer = api.post("/v1/projects/churn/requests", json={"events": events})
    return answer.status_code == 202


def rows(installation: Installation, service: str, statement: str) -> list[Any]:
    url = installation.database_url
    assert url is not None
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(statement)).scalars())
    finally:
        engine.dispose()


def model_in_service(installation: Installation) -> float:
    metrics = httpx.get(f"http://127.0.0.1:{installation.ports['scorer']}/metrics").text
    line = next(x for x in metrics.splitlines() if x.startswith("handraise_model_version{"))
    return float(line.split()[-1])


def test_a_wiped_redis_is_refilled_under_load(installation: Installation) -> None:
    client: Any = redis.Redis.from_url(installation.redis_url)
    with installation.running("review", "retrainer"), installation.api as api:
        # given people who decide everything, and a model that learns from them
        everything = {"auto_margin": 1.0, "audit_probability": 0.1}
        project = a_project(policy=everything).model_dump(mode="json")
        api.put("/v1/projects/churn", json=project).raise_for_status()
        with installation.running("scorer"):
            upstream, reviewer = Upstream(installation), Reviewer(installation)
            upstream.start()
            reviewer.start()
            # when Redis forgets everything, twice, in the middle of it
            for share in (0.2, 0.6):
                until(lambda share=share: len(upstream.accepted) >= share * EVENTS)  # type: ignore[misc]
                client.flushall()
            upstream.join(60)
            assert len(upstream.accepted) == EVENTS

            # then every accepted event is answered all the same, and has one decision
            until(lambda: reviewer.answered >= upstream.accepted, patience=90)
            reviewer.done.set()
            reviewer.join(10)
        decided = rows(
            installation,
            "review",
            "SELECT subject FROM review_ledger WHERE kind = 'decided'",
        )
        assert Counter(decided) == dict.fromkeys(upstream.accepted, 1)

        # and every correction was learned once
        learned = "SELECT identity FROM retrainer_ledger WHERE kind = 'correction'"
        until(lambda: len(rows(installation, "retrainer", learned)) == EVENTS, patience=60)
        identities = rows(installation, "retrainer", learned)
        assert Counter(identities) == {f"churn/{e}/1": 1 for e in upstream.accepted}

        # and a scorer that starts now serves the newest version
        client.flushall()
        newest = "SELECT max(version) FROM retrainer_steps WHERE kind = 'model.promoted.v1'"
        until(lambda: client.xlen("handraise:models") > 0 and client.xlen("handraise:control") > 0)
        with installation.running("scorer"):
            (version,) = rows(installation, "retrainer", newest)
            until(lambda: model_in_service(installation) == version)
        until(lambda: api.get("/v1/gaps").json() == {"redis": "known", "gaps": []})
