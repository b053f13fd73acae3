"""Bad input to the rest of the API: keys, cursors, times, closed items, lost leases, crowds."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import redis

from handraise.client import Claim, Client
from tests.builders import a_prediction_event, a_project, an_event_id
from tests.processes import TOKEN, Installation, until

LEASE = "0197c0de-7a11-7000-8000-000000000001"
BODIES: dict[str, tuple[str, str, Any]] = {
    "claim": ("POST", "/v1/queues/churn/claims", {"limit": 1}),
    "decision": ("POST", f"/v1/leases/{LEASE}/decision", {"label": "stay"}),
    "skip": ("POST", f"/v1/leases/{LEASE}/skip", {"reason": "r"}),
    "escalate": ("POST", f"/v1/leases/{LEASE}/escalate", {"reason": "r"}),
    "draft": ("PUT", f"/v1/leases/{LEASE}/draft", {"label": "stay"}),
    "appeal": ("POST", "/v1/decisions/churn/e/appeal", {"reason": "r"}),
    "revoke": (
        "POST",
        "/v1/projects/churn/reviewers/ada/revoke",
        {"since": "2026-01-01T00:00:00Z", "reason": "r"},
    ),
    "gold": ("POST", "/v1/projects/churn/gold", {"event_id": "e", "label": "stay"}),
    "token": ("POST", "/v1/users/admin/tokens", {"kind": "api"}),
    "rotate": ("POST", "/v1/tokens/000000000000/rotate", {"overlap_seconds": 1}),
    "password": ("PUT", "/v1/users/ada/password", {"password": "correct horse battery"}),
}
FOREIGN = ["reviewer_id", "state", "actor", "decided_by", "holder", "idempotency_key", "__proto__"]
STRANGE = [
    "%00", "a%00b", "..%2f..%2fetc", "%ff", "x" * 5000, "%0d%0aX-A:%20b", "-1", "1e9", "nan",
    "9" * 30,
]  # fmt: skip
PATHS = [
    ("GET", "/v1/decisions/{}"), ("POST", "/v1/items/{}/undo"), ("PUT", "/v1/leases/{}/draft"),
    ("POST", "/v1/leases/{}/skip"), ("POST", "/v1/leases/{}/escalate"), ("GET", "/v1/models/{}"),
    ("POST", "/v1/decisions/churn/{}/appeal"), ("POST", "/v1/decisions/{}/e/appeal"),
    ("DELETE", "/v1/tokens/{}"), ("POST", "/v1/tokens/{}/rotate"), ("GET", "/v1/users/{}"),
    ("DELETE", "/v1/users/{}/sessions"), ("POST", "/v1/projects/churn/reviewers/{}/pause"),
    ("POST", "/v1/queues/churn/exam/{}/answer"), ("POST", "/v1/queues/{}/exam"),
    ("DELETE", "/v1/projects/churn/gold/{}"), ("GET", "/v1/dead-letters/{}"),
]  # fmt: skip
REASONED = {"reason": "r", "label": "stay"}


@pytest.fixture(scope="module")
def installation(shared_redis_url: str, tmp_path_factory: Any) -> Iterator[Installation]:
    installation = Installation(shared_redis_url, tmp_path_factory.mktemp("again"))
    with installation.running("review"), Client(installation.url, TOKEN) as client:
        client.apply(a_project("churn"))
        yield installation


@pytest.fixture
def api(installation: Installation) -> Iterator[httpx.Client]:
    with installation.api as client:
        yield client


@pytest.fixture
def client(installation: Installation) -> Iterator[Client]:
    with Client(installation.url, TOKEN) as client:
        yield client


def waiting(installation: Installation, client: Client, count: int) -> None:
    """So many new items in the queue."""
    before = client.queues()[0].depth
    for _ in range(count):
        document = a_prediction_event(leave=0.5).encode()
        redis.Redis.from_url(installation.redis_url).xadd(
            "handraise:predictions", {"data": document}
        )
    until(lambda: client.queues()[0].depth == before + count)


def held(installation: Installation, client: Client) -> Claim:
    waiting(installation, client, 1)
    return client.claim("churn", 50).claims[-1]


def problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["type"].startswith("urn:handraise:problem:")
    assert found["detail"]
    return found


@pytest.mark.parametrize("field", FOREIGN)
@pytest.mark.parametrize("name", BODIES)
def test_nobody_sets_what_is_not_theirs(api: httpx.Client, name: str, field: str) -> None:
    method, path, body = BODIES[name]
    assert field in problem(api.request(method, path, json=body | {field: "x"}), 422)["detail"]


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_refused(api: httpx.Client, name: str, kind: str) -> None:
    method, path, body = BODIES[name]
    headers = {"Content-Type": kind}
    problem(api.request(method, path, content=json.dumps(body), headers=headers), 400, 415, 422)


@pytest.mark.parametrize("key", ["", "x" * 201, "k" * 17_000])
@pytest.mark.parametrize("name", ["claim", "decision", "skip", "appeal", "token"])
def test_a_key_has_a_length(api: httpx.Client, name: str, key: str) -> None:
    method, path, body = BODIES[name]
    answer = api.request(method, path, json=body, headers={"Idempotency-Key": key})
    problem(answer, 422, 431)


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: text[:8])
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_strange_path_is_not_found(api: httpx.Client, method: str, path: str, text: str) -> None:
    body = None if method in {"GET", "DELETE"} else REASONED
    answer = api.request(method, path.format(text), json=body)
    if not (answer.is_success and method in {"DELETE", "GET"}):
        problem(answer, 404, 405, 422)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT"])
@pytest.mark.parametrize("name", BODIES)
def test_other_methods_are_refused(api: httpx.Client, name: str, method: str) -> None:
    answer = api.request(method, BODIES[name][1])
    assert answer.status_code == 405
    assert answer.headers["allow"]


@pytest.mark.parametrize("since", [0, 1e12, "yesterday", "2026-01-01", "2026-01-01T00:00:00", None])
def test_a_time_is_written_with_its_offset(api: httpx.Client, since: Any) -> None:
    method, path, body = BODIES["revoke"]
    assert (
        "since" in problem(api.request(method, path, json=body | {"since": since}), 422)["detail"]
    )
    assert "since" in problem(api.post("/v1/republish", json={"since": since or 0}), 422)["detail"]


@pytest.mark.parametrize("after", ["-1", "x", "1e3", str(2**70), ""])
def test_a_place_in_the_ledger_is_a_number(api: httpx.Client, after: str) -> None:
    problem(api.get("/v1/decisions/churn", params={"after": after}), 422)


ACTS: dict[str, Any] = {
    "decision": {"label": "leave"},
    "heartbeat": None,
    "skip": {},
    "escalate": {"reason": "late"},
}


def lost(api: httpx.Client, claim: Claim, act: str) -> None:
    """The act is refused since the lease holds no more."""
    answer = api.post(f"/v1/leases/{claim.lease.id}/{act}", json=ACTS[act])
    assert problem(answer, 409)["type"] == "urn:handraise:problem:lease-lost"


@pytest.mark.parametrize("act", ACTS)
def test_a_closed_item_stays_closed(
    installation: Installation, client: Client, api: httpx.Client, act: str
) -> None:
    claim = held(installation, client)
    client.decide(claim, "stay")
    lost(api, claim, act)
    assert client.decisions("churn").decisions[0].label == "stay"


@pytest.mark.parametrize("act", ACTS)
def test_a_lease_that_went_to_somebody_else_is_lost(
    installation: Installation, client: Client, api: httpx.Client, act: str
) -> None:
    stale = held(installation, client)
    client.release(stale)
    name = f"ada-{an_event_id()}"
    client.add_user(name, "reviewer")
    with Client(installation.url, client.create_token(name).token) as ada:
        taken = ada.claim("churn", 50).claims
        assert stale.item.id in {claim.item.id for claim in taken}
        lost(api, stale, act)
        for claim in taken:
            assert ada.decide(claim, "stay").status == "decided"


def test_a_thousand_claims_at_once_are_answered(installation: Installation, client: Client) -> None:
    waiting(installation, client, 20)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    kept = httpx.Limits(max_connections=100, max_keepalive_connections=100)  # the pool ends none

    with httpx.Client(base_url=installation.url, headers=headers, limits=kept, timeout=120) as api:

        def claim(_: int) -> tuple[int, list[int]]:
            answer = api.post("/v1/queues/churn/claims", json={"limit": 1})
            claims = answer.json()["claims"] if answer.is_success else []
            return answer.status_code, [each["item"]["id"] for each in claims]

        with ThreadPoolExecutor(100) as pool:
            answers = [*pool.map(claim, range(1000))]
    assert {status for status, _ in answers} <= {200, 429}
    items = [item for _, found in answers for item in found]
    assert len(items) == len(set(items)) >= 20
