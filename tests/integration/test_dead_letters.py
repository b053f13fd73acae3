"""Dead letters on real servers: from the refused entry to its decision, or its end."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from tests.alerts.promtool import ringing
from tests.builders import a_project, a_request
from tests.processes import TOKEN, Installation, until

PROJECT = a_project().model_dump(mode="json")


@pytest.fixture
def installation(redis_url: str, database_url: str, tmp_path: Path) -> Installation:
    return Installation(redis_url, tmp_path, database_url)


def send(url: str, stream: str, fields: dict[Any, Any]) -> None:
    redis.Redis.from_url(url).xadd(f"handraise:{stream}", fields)


def length(url: str, stream: str) -> int:
    client: Any = redis.Redis.from_url(url)
    return int(client.xlen(f"handraise:{stream}"))


def waiting(api: httpx.Client, **wanted: str) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = api.get("/v1/dead-letters", params=wanted).json()[
        "dead_letters"
    ]
    return letters


def depth(api: httpx.Client) -> int:
    count: int = api.get("/v1/queues").json()["queues"][0]["depth"]
    return count


def command(at: Installation, *words: str) -> bytes:
    line = [sys.executable, "-m", "handraise", "dead-letters", *words]
    found = {"HANDRAISE_URL": at.url, "HANDRAISE_TOKEN": TOKEN}
    return subprocess.run(line, env={**os.environ, **found}, check=True, capture_output=True).stdout


def soon(api: httpx.Client, count: int, **wanted: str) -> list[dict[str, Any]]:
    until(lambda: len(waiting(api, **wanted)) == count)
    return waiting(api, **wanted)


def test_a_request_for_an_unknown_project_is_decided_after_all(installation: Installation) -> None:
    url = installation.redis_url
    with installation.running("scorer", "review"), installation.api as api:
        # given a request that came before its project
        send(url, "requests", {"data": a_request("early").encode()})
        (letter,) = soon(api, 1)
        assert (letter["reason"], letter["project"]) == ("unknown_project", "churn")
        assert "handraise project apply" in letter["cure"]

        # when the project is applied and the letter is retried, twice
        api.put("/v1/projects/churn", json=PROJECT).raise_for_status()
        path = f"/v1/dead-letters/{letter['id']}/retry"
        answers = [api.post(path).status_code for _ in range(2)]

        # then people get the event, once, and nothing waits
        assert answers == [200, 409]
        until(lambda: depth(api) == 1)
        assert length(url, "requests") == 2
        assert waiting(api) == []
        (claim,) = api.post("/v1/queues/churn/claims", json={"limit": 5}).json()["claims"]
        assert claim["item"]["event_id"] == "early"
        decision = f"/v1/leases/{claim['lease']['id']}/decision"
        assert api.post(decision, json={"label": "stay"}).status_code == 201
        until(lambda: length(url, "decisions") >= 1)
        assert length(url, "decisions") == 1


def test_all_of_a_kind_go_back_and_what_fails_again_is_a_new_letter(
    installation: Installation,
) -> None:
    url = installation.redis_url
    with installation.running("scorer", "review"), installation.api as api:
        binary = bytes(range(256))
        for n in range(120):
            send(url, "requests", {"data": a_request(f"early-{n}").encode()})
        send(url, "requests", {"data": binary})
        soon(api, 120, reason="unknown_project", limit="500")
        (odd,) = soon(api, 1, reason="malformed")
        api.put("/v1/projects/churn", json=PROJECT).raise_for_status()

        listed = json.loads(command(installation, "list", "--limit", "2", "--json"))
        assert [letter["id"] for letter in listed] == [121, 120]
        done = command(installation, "retry", "--all", "--reason", "unknown_project")
        assert done == b"120 originals went back to their streams\n"
        until(lambda: depth(api) == 120)

        # what cannot be processed comes back byte for byte, as another letter, until it is dropped
        command(installation, "retry", str(odd["id"]))
        until(lambda: [x["id"] for x in waiting(api)] not in ([], [odd["id"]]))
        (back,) = waiting(api)
        assert command(installation, "show", str(back["id"]), "--original") == binary
        command(installation, "drop", str(back["id"]), "--reason", "a camera sent its picture")
        assert waiting(api) == []


def test_nothing_on_the_dead_letters_goes_round(installation: Installation) -> None:
    url = installation.redis_url
    with installation.running("review"), installation.api as api:
        # given a letter larger than any event may be, and what is no letter at all
        begun = told(installation)
        large = b'{"a":"' + b"x" * 2_000_000 + b'"}'
        send(url, "predictions", {"data": large})
        soon(api, 1, reason="too_large")
        send(url, "dead-letters", {"data": b"\xff"})
        send(url, "dead-letters", {"data": a_request().encode()})
        send(url, "dead-letters", {"other": b"field"})
        soon(api, 2, reason="unreadable")
        soon(api, 1, reason="malformed")
        soon(api, 4)
        until(lambda: "handraise_dead_letters_waiting{" in told(installation))
        seen = told(installation)
        assert {"DeadLettersUnreadable", "DeadLettersWaiting"} <= ringing(begun, seen, seen)

        # then each is kept once, and the stream grows by no more than the entry without `data`
        assert length(url, "dead-letters") == 5
        (kept,) = waiting(api, reason="too_large")
        assert kept["size"] == len(large)
        assert api.post("/v1/dead-letters/retry", json={}).json() == {"retried": 1, "refused": 3}
        soon(api, 1, reason="too_large")
        assert length(url, "dead-letters") == 6
        (again,) = waiting(api, reason="too_large")
        shown = api.get(f"/v1/dead-letters/{again['id']}").json()
        assert json.loads(shown["original"]["content"])["a"] == "x" * 2_000_000
        assert _metric(installation, lambda line: "_unreadable_total " in line) == 2


def told(installation: Installation) -> str:
    return httpx.get(f"{installation.url}/metrics").text


def _metric(installation: Installation, wanted: Callable[[str], bool]) -> float:
    (line,) = [x for x in told(installation).splitlines() if not x.startswith("#") and wanted(x)]
    return float(line.split()[-1])
