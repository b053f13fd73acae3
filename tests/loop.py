"""The whole loop, as anybody may drive it who has an address and a token."""

import httpx

from shared.connecting import connect_blocking
from shared.streams import FIELD, Keyspace, Stream
from tests.builders import a_project, a_request
from tests.processes import Installation, until

EVENTS = 60
UNDIVIDED = Keyspace("handraise")


def close_at(installation: Installation, upstream: str, keys: Keyspace = UNDIVIDED) -> None:
    """The loop at services of our own; `upstream` is the address of Redis for who sends events."""
    scorer = f"http://127.0.0.1:{installation.ports['scorer']}/metrics"
    with installation.api as api:
        close_the_loop(api, upstream, scorer, keys)


def close_the_loop(
    api: httpx.Client, upstream: str, scorer: str, keys: Keyspace = UNDIVIDED
) -> None:
    """An event goes in, people answer, a model version comes out, and the decision is read.

    Args:
        api: speaks to review, as somebody who may do everything.
        upstream: the address of Redis for who sends events and reads decisions.
        scorer: where the scorer serves its metrics.
        keys: where the streams are.
    """
    project = a_project().model_dump(mode="json")
    api.put("/v1/projects/churn", json=project).raise_for_status()
    with connect_blocking(upstream) as redis:
        for number in range(EVENTS):
            key = keys.of(Stream.REQUESTS, str(number))
            redis.xadd(key, {FIELD: a_request(str(number), tenure=number % 9).encode()})
        until(lambda: api.get("/v1/queues").json()["queues"][0]["depth"] == EVENTS)
        for _ in range(2):
            _answer(api)
        decisions = keys.all(Stream.DECISIONS)
        until(lambda: sum(len(redis.xrange(key)) for key in decisions) == EVENTS)
    until(lambda: bool(api.get("/v1/models/churn").json()["versions"]))
    until(lambda: 'handraise_model_swaps_total{project="churn"}' in httpx.get(scorer).text)


def _answer(api: httpx.Client) -> None:
    answer = api.post("/v1/queues/churn/claims", json={"limit": EVENTS // 2}).json()
    for claim in answer["claims"]:
        label = "leave" if claim["item"]["features"]["tenure"] > 4 else "stay"
        path = f"/v1/leases/{claim['lease']['id']}/decision"
        api.post(path, json={"label": label}).raise_for_status()
