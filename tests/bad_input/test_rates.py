"""The guard against too many requests, by itself: who is told to wait, and for how long."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.review.api.outward import Outward
from services.review.api.rates import CALLER, RateLimits
from services.review.domain.rates import Bucket, Rate, Rates, take
from services.review.metrics import Metrics

USERS = Rate(per_second=10, burst=3)
STRANGERS = Rate(per_second=1, burst=2)
TOKENS = {"Bearer ada-1": "ada", "Bearer ada-2": "ada", "Bearer ben": "ben"}


async def door(scope: Any, receive: Any, send: Any) -> None:
    """An application that knows a few tokens."""
    shown = dict(scope["headers"]).get(b"authorization", b"").decode()
    name = TOKENS.get(shown)
    if shown:
        scope[CALLER] = name
    await send({"type": "http.response.start", "status": 200 if name else 401, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Guarded:
    """The door behind the guard, and a clock that stands still."""

    def __init__(self, rates: Rates = Rates(USERS, STRANGERS)) -> None:  # noqa: B008 - a value
        self.now = 0.0
        self.registry = CollectorRegistry()
        counter = Metrics(self.registry).requests_limited
        self.app: Any = Outward(RateLimits(door, rates, counter, now=lambda: self.now))

    def ask(self, token: str | None = None, address: str = "10.0.0.1") -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get("/v1/x", headers={"Authorization": token} if token else {})

        return asyncio.run(send())

    def statuses(self, count: int, token: str | None = None, **more: str) -> list[int]:
        return [self.ask(token, **more).status_code for _ in range(count)]

    def refused(self, sort: str) -> float:
        name = "handraise_requests_limited_total"
        return self.registry.get_sample_value(name, {"caller": sort}) or 0.0


@pytest.fixture
def guarded() -> Guarded:
    return Guarded()


def test_a_user_may_burst_and_then_waits_as_told(guarded: Guarded) -> None:
    guarded.ask("Bearer ada-1")
    assert guarded.statuses(4, "Bearer ada-1") == [200, 200, 200, 429]
    refusal = guarded.ask("Bearer ada-1")
    assert refusal.headers["content-type"] == "application/problem+json"
    assert refusal.json()["type"] == "urn:handraise:problem:too-many-requests"
    assert refusal.headers["retry-after"] == "1"
    assert refusal.headers["ratelimit-policy"] == '"user";q=3;w=1'
    assert refusal.headers["ratelimit"] == '"user";r=0;t=1'
    guarded.now += 1
    assert guarded.ask("Bearer ada-1").status_code == 200
    assert guarded.refused("user") == 2


def test_all_tokens_of_a_user_count_together_and_no_one_elses(guarded: Guarded) -> None:
    for token in TOKENS:
        guarded.ask(token, address=f"10.0.1.{len(token)}")
    assert guarded.statuses(2, "Bearer ada-1") == [200, 200]
    assert guarded.statuses(2, "Bearer ada-2") == [200, 429]
    assert guarded.statuses(3, "Bearer ben") == [200, 200, 200]


def test_made_up_tokens_count_by_address(guarded: Guarded) -> None:
    made_up = [guarded.ask(f"Bearer guess-{number}").status_code for number in range(4)]
    assert made_up == [401, 401, 429, 429]
    assert guarded.statuses(1, address="10.0.0.2") == [401]
    assert guarded.refused("stranger") == 2


def test_an_address_that_guesses_does_not_keep_a_user_out(guarded: Guarded) -> None:
    guarded.ask("Bearer ben")
    assert guarded.statuses(3) == [401, 429, 429]
    assert guarded.ask("Bearer ben").status_code == 200


def test_a_revoked_token_no_longer_spends_what_is_its_users(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.ask("Bearer ada-1", address="10.0.0.8")
    guarded.ask("Bearer ada-2", address="10.0.0.9")
    monkeypatch.delitem(TOKENS, "Bearer ada-2")
    assert guarded.statuses(4, "Bearer ada-2") == [401, 401, 401, 429]
    assert guarded.statuses(2, "Bearer ada-1") == [200, 200]


def test_a_host_cannot_choose_itself_another_address(guarded: Guarded) -> None:
    hosts = [guarded.ask(address=f"2001:db8:1:2::{n}").status_code for n in (1, 2, 3)]
    assert hosts == [401, 401, 429]
    assert guarded.ask(address="2001:db8:1:3::1").status_code == 401


def test_without_a_rate_there_is_no_limit() -> None:
    free = Guarded(Rates(None, None))
    assert set(free.statuses(50)) == {401}
    assert "ratelimit" not in free.ask("Bearer ben").headers


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.5, 100), st.integers(1, 20))
def test_nobody_gets_more_than_the_burst_and_the_rate(
    pauses: list[float], per_second: float, burst: int
) -> None:
    rate, bucket, now, passed = Rate(per_second, burst), None, 0.0, 0
    for pause in pauses:
        now += pause
        bucket, wait = take(bucket, rate, now)
        passed += not wait
        assert passed <= burst + now * per_second + 1e-6
        if wait:
            bucket, again = take(bucket, rate, now + wait + 1e-6)
            passed, now = passed + (not again), now + wait + 1e-6
            assert not again
    assert bucket is None or bucket.level <= burst


def test_what_is_refused_takes_nothing() -> None:
    assert take(Bucket(0.25, 0.0), STRANGERS, 0.25) == (Bucket(0.5, 0.25), 0.5)
