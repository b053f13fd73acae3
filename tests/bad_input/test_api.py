"""Whatever is sent over HTTP gets a problem document, never a 5xx, and changes nothing."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import redis

from tests import servers
from tests.bad_input.documents import nested
from tests.builders import a_prediction_event, a_project, an_event_id, features
from tests.processes import Installation, until

JSON = {"Content-Type": "application/json"}
EVENT = {"event_id": "e", "features": features()}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installation(
    request: pytest.FixtureRequest, redis_server_url: str, tmp_path_factory: Any
) -> Iterator[Installation]:
    url = None
    if request.param == "postgresql":
        url = servers.new_database(request.getfixturevalue("postgresql_url"), "bad_input")
    redis.Redis.from_url(redis_server_url).flushall()  # for each database anew
    installation = Installation(redis_server_url, tmp_path_factory.mktemp("api"), url)
    with installation.running("review"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json")).raise_for_status()
        yield installation


@pytest.fixture
def api(installation: Installation) -> Iterator[httpx.Client]:
    with installation.api as client:
        yield client


def someone(api: httpx.Client, role: str) -> dict[str, str]:
    """The headers of a new user."""
    name = f"{role}-{an_event_id()}"
    api.post("/v1/users", json={"name": name, "role": role}).raise_for_status()
    return bearer(api.post(f"/v1/users/{name}/tokens", json={}).json()["token"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def waiting(api: httpx.Client, url: str, count: int = 1) -> None:
    """So many new items in the queue."""
    before = api.get("/v1/queues").json()["queues"][0]["depth"]
    for _ in range(count):
        document = a_prediction_event(leave=0.5).encode()
        redis.Redis.from_url(url).xadd("handraise:predictions", {"data": document})
    until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == before + count)


def claimed(api: httpx.Client, headers: dict[str, str]) -> str:
    body = {"limit": 1}
    claims = api.post("/v1/queues/churn/claims", json=body, headers=headers).json()["claims"]
    return str(claims[0]["lease"]["id"])


def expect_problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["detail"]
    return problem


ROUTES = [
    ("GET", "/v1/projects"), ("PUT", "/v1/projects/churn"), ("GET", "/v1/queues"),
    ("POST", "/v1/queues/churn/claims"), ("POST", "/v1/leases/x/decision"), ("POST", "/v1/users"),
    ("POST", "/v1/projects/churn/requests"), ("GET", "/v1/decisions/churn/e"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer é", "Bearer " + "x" * 9000],
)
def test_without_a_token_nobody_gets_in(
    api: httpx.Client, method: str, path: str, authorization: str
) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}
    expect_problem(api.request(method, path, headers=headers, json={}), 401)


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("reviewer", "POST", "/v1/users"),
        ("reviewer", "PUT", "/v1/projects/churn"),
        ("reviewer", "POST", "/v1/projects/churn/stop"),
        ("upstream", "POST", "/v1/queues/churn/claims"),
        ("ops", "POST", "/v1/users/admin/tokens"),
        ("lead", "POST", "/v1/projects/churn/requests"),
    ],
)
def test_a_token_opens_its_own_doors_only(
    api: httpx.Client, role: str, method: str, path: str
) -> None:
    bodies: dict[str, Any] = {
        "/v1/users": {"name": "me", "role": "admin"},
        "/v1/projects/churn": a_project().model_dump(mode="json"),
        "/v1/projects/churn/stop": {"reason": "because"},
        "/v1/projects/churn/requests": {"events": [EVENT]},
    }
    answer = api.request(method, path, headers=someone(api, role), json=bodies.get(path, {}))
    expect_problem(answer, 403)


@pytest.mark.parametrize("act", ["heartbeat", "release", "decision"])
def test_another_reviewers_lease_is_as_if_absent(
    installation: Installation, api: httpx.Client, act: str
) -> None:
    ada, eve = someone(api, "reviewer"), someone(api, "lead")
    waiting(api, installation.redis_url)
    lease = claimed(api, ada)
    body = {"label": "stay"}
    expect_problem(api.post(f"/v1/leases/{lease}/{act}", json=body, headers=eve), 404)
    assert api.post(f"/v1/leases/{lease}/heartbeat", headers=ada).status_code == 200
    assert api.post(f"/v1/leases/{lease}/decision", json=body, headers=ada).status_code == 201


def test_an_item_is_decided_once(installation: Installation, api: httpx.Client) -> None:
    ada = someone(api, "reviewer")
    waiting(api, installation.redis_url)
    path = f"/v1/leases/{claimed(api, ada)}/decision"
    for label in ("perhaps", "", "stay\0", "<b>"):
        expect_problem(api.post(path, json={"label": label}, headers=ada), 422)
    key = {"Idempotency-Key": an_event_id()}
    assert api.post(path, json={"label": "stay"}, headers=ada | key).status_code == 201
    expect_problem(api.post(path, json={"label": "leave"}, headers=ada | key), 422)
    assert (
        "decided 'stay'"
        in expect_problem(api.post(path, json={"label": "leave"}, headers=ada), 409)["detail"]
    )
    assert api.post(path, json={"label": "stay"}, headers=ada | key).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/leases/x/decision", {"label": "stay", "reviewer_id": "eve"}),
        ("/v1/leases/x/decision", {"label": "stay", "decided_by": "model"}),
        ("/v1/queues/churn/claims", {"limit": 1, "holder": "eve"}),
        ("/v1/users", {"name": "eve", "role": "reviewer", "admin": True}),
        ("/v1/users/eve/tokens", {"kind": "session"}),
        ("/v1/projects/churn/requests", {"events": [EVENT], "project": "other"}),
        ("/v1/projects/churn/stop", {"reason": "x", "actor": "eve"}),
    ],
)
def test_nobody_sets_what_is_not_theirs(api: httpx.Client, path: str, body: Any) -> None:
    expect_problem(api.post(path, json=body), 422)


@pytest.mark.parametrize("limit", [0, -1, 51, 10**9, 2**70, 1.5, "many", [1], None])
def test_limits_are_whole_and_bounded(api: httpx.Client, limit: Any) -> None:
    expect_problem(api.post("/v1/queues/churn/claims", json={"limit": limit}), 422)


_BEFORE, _AFTER = b'{"events":[{"event_id":"e","features":{},"context":{"a":', b"}}]}"
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "text": b"hello",
    "binary": bytes(range(256)),
    "bad UTF-8": b'{"limit": 1, "x": "\xff"}',
    "NaN": b'{"events": [{"event_id": "e", "features": {}, "context": {"x": NaN}}]}',
    "lone surrogate": b'{"events": [{"event_id": "e", "features": {"a": "\\ud800"}}]}',
    "surrogate in a name": b'{"\\ud800": 1}',
    "surrogate in the context": _BEFORE + b'"\\ud800"' + _AFTER,
    "deep": b'{"events": ' + nested(100_000) + b"}",
    "deep within": _BEFORE + nested(500) + _AFTER,
    "long number": b'{"limit": ' + b"9" * 5000 + b"}",
    "no events": b'{"events": []}',
    "too many events": json.dumps({"events": [EVENT] * 1001}).encode(),
    "NUL in the id": b'{"events": [{"event_id": "a\\u0000b", "features": {}}]}',
    "long label": json.dumps({"label": "x" * 100_000, "events": 1}).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/v1/projects/churn/requests", "/v1/leases/x/decision"])
def test_a_bad_body_is_refused(api: httpx.Client, path: str, name: str) -> None:
    expect_problem(api.post(path, content=BODIES[name], headers=JSON), 400, 422)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "application/x-pickle", "x"]
)
def test_another_content_type_is_refused(api: httpx.Client, kind: str) -> None:
    headers = {"Content-Type": kind}
    expect_problem(
        api.post("/v1/queues/churn/claims", content=b'{"limit": 1}', headers=headers), 422
    )


def test_a_compressed_body_is_not_unpacked(api: httpx.Client) -> None:
    bomb = gzip.compress(bytes(10**7))
    headers = JSON | {"Content-Encoding": "gzip"}
    problem = expect_problem(api.post("/v1/users", content=bomb, headers=headers), 415)
    assert problem["type"] == "urn:handraise:problem:content-encoding"


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "announced"])
def test_too_large_a_body_is_refused(api: httpx.Client, chunked: bool) -> None:
    chunk, count = b" " * 2**20, 17
    content: Any = (chunk for _ in range(count)) if chunked else chunk * count
    try:
        expect_problem(api.post("/v1/users", content=content, headers=JSON), 413)
    except httpx.WriteError:
        assert not chunked  # the answer was sent, and the connection closed, before all was said


def test_too_long_a_header_is_refused(api: httpx.Client) -> None:
    expect_problem(api.get("/v1/queues", headers={"X-Long": "x" * 17_000}), 400, 431)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "DELETE", "PATCH"])
def test_other_methods_are_refused(api: httpx.Client, method: str) -> None:
    answer = api.request(method, "/v1/users")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_a_method_that_http_does_not_know_is_no_request(api: httpx.Client) -> None:
    expect_problem(api.request("NONSENSE", "/v1/users"), 400)


STRANGE_PATHS = [
    "%00", "a%00b", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%ff", "%F0%9F%99%8B", "'%20OR%201=1--",
    "x" * 5000, "%0d%0aSet-Cookie:%20a=b", "{{7*7}}", "%25%30%30",
]  # fmt: skip


@pytest.mark.parametrize("part", STRANGE_PATHS, ids=lambda part: part[:12])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/projects/{}"), ("GET", "/v1/decisions/churn/{}"),
        ("GET", "/v1/decisions/{}/e"), ("GET", "/v1/reports/{}"),
        ("POST", "/v1/queues/{}/claims"), ("POST", "/v1/leases/{}/release"),
        ("POST", "/v1/leases/{}/decision"), ("POST", "/v1/users/{}/tokens"),
        ("POST", "/v1/projects/{}/requests"), ("POST", "/v1/projects/{}/stop"),
    ],
)  # fmt: skip
def test_a_strange_path_is_not_found(api: httpx.Client, method: str, path: str, part: str) -> None:
    bodies: dict[str, Any] = {"decision": {"label": "stay"}, "requests": {"events": [EVENT]}}
    bodies["stop"] = {"reason": "x"}
    body = bodies.get(path.rpartition("/")[2], {}) if method == "POST" else None
    expect_problem(api.request(method, path.format(part), json=body), 404, 405, 422)


def test_of_many_claims_at_once_each_item_has_one_holder(
    installation: Installation, api: httpx.Client
) -> None:
    # given 50 items, and 10 reviewers who claim 200 times at once
    waiting(api, installation.redis_url, 50)
    people = [someone(api, "reviewer") for _ in range(10)]

    def claim(number: int) -> list[str]:
        with installation.api as client:
            answer = client.post(
                "/v1/queues/churn/claims",
                json={"limit": 1},
                headers=people[number % 10],
                timeout=60,
            )
        answer.raise_for_status()
        return [claim["item"]["event_id"] for claim in answer.json()["claims"]]

    with ThreadPoolExecutor(20) as pool:
        held = [event_id for found in pool.map(claim, range(200)) for event_id in found]

    # then nobody holds what somebody else holds, and nothing is left
    assert len(held) == len(set(held)) >= 50
    assert api.get("/v1/queues").json()["queues"][0]["leased"] == len(held)


def test_answers_are_kept_by_nobody(api: httpx.Client) -> None:
    for answer in (api.get("/v1/queues"), api.get("/v1/nothing"), api.post("/v1/users")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
