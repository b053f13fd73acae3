"""A file, plain XADD and HTTP: every way in ends in the same decision."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.builders import a_project
from tests.processes import TOKEN, Installation, until

FEATURES = {"tenure": 3, "contract": "monthly"}


def by_file(at: Installation, event_id: str) -> None:
    path = at.directory / "events.jsonl"
    path.write_text(json.dumps({"event_id": event_id, "features": FEATURES}) + "\n")
    command = [sys.executable, "-m", "handraise", "send", str(path), "--project", "churn"]
    found = {"HANDRAISE_URL": at.url, "HANDRAISE_TOKEN": TOKEN}
    subprocess.run(command, env={**os.environ, **found}, check=True, capture_output=True)


def by_redis(at: Installation, event_id: str) -> None:
    document = {
        "specversion": "1.0",
        "id": "anything-unique",
        "source": "crm",
        "type": "scoring.requested.v1",
        "time": "2026-01-02T12:00:00Z",
        "subject": event_id,
        "project": "churn",
        "data": {"event_id": event_id, "features": FEATURES},
    }
    client = redis.Redis.from_url(at.redis_url)
    client.xadd("handraise:requests", {"data": json.dumps(document)})


def by_http(at: Installation, event_id: str) -> None:
    body = {"events": [{"event_id": event_id, "features": FEATURES}]}
    with at.api as api:
        api.post("/v1/projects/churn/requests", json=body).raise_for_status()


@pytest.mark.e2e
def test_every_way_in_ends_in_the_same_decision(redis_url: str, tmp_path: Path) -> None:
    at = Installation(redis_url, tmp_path)
    with at.running("scorer", "review"), at.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        for way in (by_file, by_redis, by_http):
            way(at, way.__name__)
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == 3)
        for claim in api.post("/v1/queues/churn/claims", json={"limit": 3}).json()["claims"]:
            lease = claim["lease"]["id"]
            api.post(f"/v1/leases/{lease}/decision", json={"label": "leave"}).raise_for_status()
        client: Any = redis.Redis.from_url(redis_url)
        until(lambda: client.xlen("handraise:decisions") == 3)
        found = [json.loads(f[b"data"])["data"] for _, f in client.xrange("handraise:decisions")]
        assert {decision.pop("event_id") for decision in found} == {
            "by_file",
            "by_redis",
            "by_http",
        }
        for decision in found:
            decision.pop("decided_at")
        assert found[0] == found[1] == found[2]
        assert found[0]["label"] == "leave"
