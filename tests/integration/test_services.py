"""Scorer and review as processes on real servers: from an event to its decision."""

import json
import socket
from base64 import b64decode
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis

from shared.project import Policy
from tests.builders import a_prediction_event, a_project, a_request, features
from tests.processes import Installation, until


@pytest.fixture
def installation(redis_url: str, database_url: str, tmp_path: Path) -> Installation:
    return Installation(redis_url, tmp_path, database_url)


def documents(url: str, stream: str) -> list[dict[str, Any]]:
    client: Any = redis.Redis.from_url(url)
    return [json.loads(fields[b"data"]) for _, fields in client.xrange(f"handraise:{stream}")]


def send(url: str, stream: str, document: bytes) -> None:
    redis.Redis.from_url(url).xadd(f"handraise:{stream}", {"data": document})


def test_from_event_to_decision(installation: Installation) -> None:
    url = installation.redis_url
    with installation.running("scorer", "review"), installation.api as api:
        # given a project, and an event sent each way
        never = Policy(error_rate=1, auto_margin=0.6, audit_probability=1e-9)
        project = a_project(policy=never).model_dump(mode="json")
        assert api.put("/v1/projects/churn", json=project).status_code == 200
        body = {"events": [{"event_id": "by-http", "features": features()}]}
        assert api.post("/v1/projects/churn/requests", json=body).status_code == 202
        send(url, "requests", a_request("by-redis").encode())
        send(url, "predictions", a_prediction_event("own-model", leave=0.99).encode())

        # then, without a model of ours, people get both; the upstream's own model decides alone
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == 2)
        claims = api.post("/v1/queues/churn/claims", json={"limit": 5}).json()["claims"]
        assert [claim["item"]["reason"] for claim in claims] == ["no_model"] * 2
        for claim in claims:
            path = f"/v1/leases/{claim['lease']['id']}/decision"
            assert api.post(path, json={"label": "leave"}).status_code == 201
            assert api.post(path, json={"label": "leave"}).status_code == 201
            assert api.post(path, json={"label": "stay"}).status_code == 409
        until(lambda: len(documents(url, "decisions")) == 3)
        decided = {d["data"]["event_id"]: d["data"] for d in documents(url, "decisions")}
        assert {event: d["label"] for event, d in decided.items()} == {
            "by-http": "leave",
            "by-redis": "leave",
            "own-model": "leave",
        }
        assert decided["own-model"]["decided_by"] == "model"
        assert decided["own-model"]["route"]["inclusion_probability"] == 1e-9
        assert decided["by-http"]["model"]["version"] == 0
        corrections = documents(url, "corrections")
        assert {c["data"]["event_id"] for c in corrections} == {"by-http", "by-redis"}

        # and the record tells the whole story
        record = api.get("/v1/decisions/churn/by-http").json()
        kinds = [entry["kind"] for entry in record["entries"]]
        assert kinds == ["routed", "voted", "decided", "corrected"]
        report = api.get("/v1/reports/churn").json()
        assert (report["events"], report["auto"], report["corrections"]) == (3, 1, 2)


def test_bad_entries_become_dead_letters_and_block_nothing(installation: Installation) -> None:
    url = installation.redis_url
    with installation.running("scorer", "review"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        good = a_request("good").encode()
        bad = {
            "not json": b"{",
            "missing field": good.replace(b'"event_id":"good",', b""),
            "nan": good.replace(b'"tenure":3', b'"tenure":NaN'),
            "unknown project": good.replace(b'"churn"', b'"nowhere"'),
            "5 MB": b'{"a":"' + b"x" * 5_000_000 + b'"}',
        }
        for document in bad.values():
            send(url, "requests", document)
        send(url, "predictions", b"[]")
        send(url, "requests", good)
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == 1)
        until(lambda: len(documents(url, "dead-letters")) == len(bad) + 1)
        letters = [letter["data"] for letter in documents(url, "dead-letters")]
        originals = {b64decode(letter["original_base64"]) for letter in letters}
        assert originals == {*bad.values(), b"[]"}
        reasons = sorted(letter["reason"] for letter in letters)
        assert reasons == ["malformed"] * 4 + ["too_large", "unknown_project"]


def test_everything_is_there_after_a_restart(installation: Installation) -> None:
    url = installation.redis_url
    with installation.running("scorer", "review") as processes, installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        send(url, "requests", a_request("one").encode())
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == 1)
        for process in processes.values():
            process.terminate()
        assert [process.wait(15) for process in processes.values()] == [0, 0]
    send(url, "requests", a_request("two").encode())
    with installation.running("scorer", "review"), installation.api as api:
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == 2)
        assert api.get("/v1/projects/churn").json()["policy_version"] == 1


def test_stop_takes_effect_at_once(installation: Installation) -> None:
    url = installation.redis_url
    with installation.running("review"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        stopped = api.post("/v1/projects/churn/stop", json={"reason": "odd answers"}).json()
        assert stopped["automation"] == "stopped"
        send(url, "predictions", a_prediction_event("sure", leave=0.999).encode())
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == 1)
        assert documents(url, "decisions") == []
        kinds = [document["type"] for document in documents(url, "control")]
        assert kinds == ["project.configured.v1", "automation.stopped.v1"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/v1/projects/churn/requests", {"events": []}, 422, "events"),
        ("POST", "/v1/projects/none/requests", {"events": [{"event_id": "e", "features": {}}]},
         404, "apply its file"),
        ("PUT", "/v1/projects/churn", {"name": "churn"}, 422, "title"),
        ("PUT", "/v1/projects/other", a_project().model_dump(mode="json"), 422, "'churn'"),
        ("POST", "/v1/queues/none/claims", {}, 404, "/v1/queues"),
        ("POST", "/v1/queues/churn/claims", {"limit": 0}, 422, "limit"),
        ("POST", "/v1/leases/none/decision", {"label": "stay"}, 404, "claim again"),
        ("POST", "/v1/leases/none/decision", {"label": "stay", "state": "x"}, 422, "state"),
        ("GET", "/v1/decisions/churn/none", None, 404, "no event"),
        ("GET", "/v1/nowhere", None, 404, "/docs"),
        ("POST", "/v1/users", {"name": "../x", "role": "admin"}, 422, "name"),
    ],
)  # fmt: skip
def test_problems_say_the_cure(
    shared_api: Any, method: str, path: str, body: Any, status: int, words: str
) -> None:
    answer = shared_api.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert words in problem["detail"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}])
def test_nobody_gets_in_without_a_token(shared_api: Any, header: dict[str, str]) -> None:
    answer = shared_api.get("/v1/queues", headers={"Authorization": ""} | header)
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:handraise:problem:not-authenticated"


@pytest.mark.parametrize("more", [b"a" * 8000, b"a: b\r\n" * 1000], ids=["field", "fields"])
def test_a_head_without_an_end_is_not_read_on(shared_api: Any, more: bytes) -> None:
    address = ("127.0.0.1", shared_api.base_url.port)
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(b"GET /v1/queues HTTP/1.1\r\nHost: h\r\nX-More: ")
        with suppress(ConnectionError):
            for _ in range(1000):
                client.sendall(more)
        told = b""
        with suppress(ConnectionError):
            told = client.recv(1000)
    assert told.startswith(b"HTTP/1.1 400 Bad Request") or not told
    assert shared_api.get("/v1/queues").status_code == 200


def test_roles_bound_what_a_token_may(shared_api: Any) -> None:
    shared_api.post("/v1/users", json={"name": "up", "role": "upstream"}).raise_for_status()
    token = shared_api.post("/v1/users/up/tokens", json={}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    claim = shared_api.post("/v1/queues/churn/claims", json={}, headers=headers)
    assert (claim.status_code, claim.json()["type"]) == (403, "urn:handraise:problem:forbidden")
    assert shared_api.get("/v1/projects", headers=headers).status_code == 200


@pytest.fixture(scope="module")
def shared_api(shared_redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    installation = Installation(shared_redis_url, tmp_path_factory.mktemp("shared"))
    with installation.running("review"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json"))
        yield api
