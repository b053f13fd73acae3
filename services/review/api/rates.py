"""How many requests a caller may send, judged before anything is read or looked up.

Who has proved to be a user counts as that user, whatever token is sent; all others count by their
address. A token is taken for its user's only after it was accepted, and no longer once it is
refused: so nobody gets out of the limit with made-up tokens, nor spends what is another's.
Each replica counts for itself, in memory.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv6Address
from math import ceil
from typing import Generic, TypeVar

from prometheus_client import Counter
from starlette.responses import Response

from services.review.api.outward import add
from services.review.api.problems import problem
from services.review.domain.rates import Bucket, Rate, Rates, take
from shared.observability import AsgiApp, Receive, Scope, Send

CALLER = "handraise.caller"
"""Where a request's scope has whom its credential proved; None: nobody."""

_MOST_CALLERS = 10_000
_PROOFS = {b"authorization", b"cookie"}
_GUARDED = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
K = TypeVar("K")
V = TypeVar("V")


class RateLimits:
    """ASGI middleware in front of the application."""

    def __init__(
        self,
        app: AsgiApp,
        rates: Rates,
        refused: Counter,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Guard `app`; what is refused is counted by sort of caller."""
        self._app = app
        self._users = _Limit("user", rates.user) if rates.user else None
        self._strangers = _Limit("stranger", rates.stranger) if rates.stranger else None
        self._refused = refused
        self._now = now
        self._names = _Newest[bytes, str](_MOST_CALLERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or say when it may come again."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        credential = _credential(scope)
        name = self._names.get(credential) if credential else None
        wait = self._wait(scope, name)
        if wait:
            await _refusal(ceil(wait))(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if credential and CALLER in scope:
                self._learn(credential, scope[CALLER])

    def _wait(self, scope: Scope, name: str | None) -> float:
        """Seconds until the request may come; its answer tells of the limit."""
        limit, caller = (self._strangers, _address(scope)) if name is None else (self._users, name)
        if limit is None:
            return 0.0
        bucket, wait = take(limit.buckets.get(caller), limit.rate, self._now())
        limit.buckets.put(caller, bucket)
        add(scope, limit.policy, limit.state(bucket))
        if wait:
            self._refused.labels(limit.sort).inc()
        return wait

    def _learn(self, credential: bytes, name: str | None) -> None:
        if name is None:
            self._names.drop(credential)
        else:
            self._names.put(credential, name)


class _Limit:
    """What callers of a sort have left, and how they are told (draft of the IETF)."""

    def __init__(self, sort: str, rate: Rate) -> None:
        self.sort = sort
        self.rate = rate
        self.buckets = _Newest[str, Bucket](_MOST_CALLERS)
        self.policy = (b"ratelimit-policy", f'"{sort}";q={rate.burst};w={rate.window}'.encode())

    def state(self, bucket: Bucket) -> tuple[bytes, bytes]:
        """The header with the requests that are left, and the seconds until all are."""
        full = ceil((self.rate.burst - bucket.level) / self.rate.per_second)
        return b"ratelimit", f'"{self.sort}";r={int(bucket.level)};t={full}'.encode()


class _Newest(Generic[K, V]):
    """Keeps the values that were put last, so many of them."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._most = most

    def get(self, key: K) -> V | None:
        """A value."""
        return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value; the one that was not put for longest may go."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget a value."""
        self._kept.pop(key, None)


def _refusal(seconds: int) -> Response:
    detail = f"wait {seconds} s, then send it again; fewer and larger requests cost less"
    return problem("too-many-requests", detail, {"Retry-After": str(seconds), **_GUARDED})


def _credential(scope: Scope) -> bytes | None:
    """All that a caller shows to prove who they are, as a digest."""
    shown = [line for pair in scope["headers"] if pair[0] in _PROOFS for line in pair]
    return blake2b(b"\n".join(shown), digest_size=16).digest() if shown else None


def _address(scope: Scope) -> str:
    """Where a request comes from; the last half of an IPv6 address is its owner's to choose."""
    host = scope["client"][0] if scope.get("client") else ""
    if ":" not in host:
        return host
    try:
        return IPv6Address(host.partition("%")[0]).exploded[:19]
    except ValueError:
        return host
