"""A canary that was erased is in no file, no stream and no export any more."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from sqlalchemy import text

from shared.database import Database
from tests.builders import a_project
from tests.processes import Installation, until

CANARY = "canary-77c1"


def send(api: httpx.Client, event_id: str) -> None:
    event = {
        "event_id": event_id,
        "features": {"tenure": 3, "contract": f"{CANARY}-field"},
        "context": {"name": f"{CANARY}-name"},
    }
    api.post("/v1/projects/churn/requests", json={"events": [event]}).raise_for_status()


def answer(api: httpx.Client) -> None:
    claims: list[dict[str, Any]] = []

    def claimed() -> bool:
        claims.extend(api.post("/v1/queues/churn/claims", json={"limit": 1}).json()["claims"])
        return bool(claims)

    until(claimed)
    lease = f"/v1/leases/{claims[0]['lease']['id']}"
    api.put(f"{lease}/draft", json={"comment": f"{CANARY}-draft"}).raise_for_status()
    said = {"label": "leave", "comment": f"{CANARY}-comment"}
    api.post(f"{lease}/decision", json=said).raise_for_status()


def streams(url: str) -> list[bytes]:
    with closing(redis.Redis.from_url(url)) as client:
        found: Any = client
        return [
            value
            for key in found.scan_iter(_type="stream")
            for _, fields in found.xrange(key)
            for value in fields.values()
        ]


def kept(installation: Installation) -> list[bytes]:
    """Every byte that the databases keep: files on SQLite, rows on PostgreSQL; and checkpoints."""
    files = [
        *installation.directory.glob("*.db*"),
        *installation.directory.glob("checkpoints/*/*/*"),
    ]
    if installation.database_url is None:
        return [path.read_bytes() for path in files]
    database = Database(installation.database_url)
    tables = text(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^re(view|train)'"
    )
    with closing(database), database.read() as session:
        names = session.connection().execute(tables).scalars().all()
        rows = [text(f"SELECT t::text FROM {name} AS t") for name in names]  # noqa: S608
        return [row.encode() for r in rows for row in session.connection().execute(r).scalars()]


def export(api: httpx.Client) -> str:
    answers = [
        api.get("/v1/ledger/entries/churn"),
        api.get("/v1/decisions/churn/c-17"),
        api.get("/v1/decisions/churn/c-17/record"),
        api.get("/records/churn", params={"event_id": "c-17"}),
    ]
    return "".join(answer.raise_for_status().text for answer in answers)


def holds(parts: list[bytes]) -> bool:
    return any(CANARY.encode() in part for part in parts)


@pytest.mark.redis
def test_what_was_erased_is_nowhere(redis_url: str, database_url: str, tmp_path: Path) -> None:
    # given an event that was decided, of which much is kept
    url = database_url if database_url.startswith("postgresql") else None
    installation = Installation(redis_url, tmp_path, url)
    with installation.running("scorer", "review", "retrainer"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        send(api, "c-17")
        answer(api)
        with closing(redis.Redis.from_url(redis_url)) as client:
            letter = json.dumps({"subject": "c-17", "x": CANARY})
            client.xadd("handraise:requests", {"data": letter})
        until(lambda: bool(api.get("/v1/dead-letters").json()["dead_letters"]))
        until(lambda: "group_made" in (tmp_path / "retrainer.log").read_text())
        assert holds(kept(installation))
        assert holds(streams(redis_url))
        assert CANARY in export(api)

        # when it is erased
        wish = {"event_ids": ["c-17"], "reason": "asked"}
        done = api.post("/v1/projects/churn/erasures", json=wish).raise_for_status().json()

        # then it is nowhere, and the record is whole
        assert (done["entries"], done["letters"]) == (2, 1)
        until(lambda: not holds(kept(installation)))  # the retrainer is told by an event
        assert not holds(streams(redis_url))
        assert CANARY not in export(api)
        counted = api.get("/v1/certificates/churn/verification").raise_for_status().json()
        assert counted["contradictions"] == []
        verified = api.get("/v1/ledger/verification").json()
        assert verified["faults"] == []
        assert verified["entries"] + verified["unsealed"] == 6
