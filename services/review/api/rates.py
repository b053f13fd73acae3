"""How many requests a caller may send, judged before anything is read or looked up.

Who has proved to be a user counts as that user, whatever token is sent; all others count by their
address. A token is taken for its user's only after it was accepted, and no longer once it is
refused: so nobody gets out of the limit with made-up tokens, nor spends what is another's.
Each replica counts for itself, in memory.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from hashlib import blake2b
from ipaddress import IPv6Address
from math import ceil
from typing import Any, Generic, TypeVar

from prometheus_client import Counter
from starlette.responses import Response

from services.review.api.problems import problem
from services.review.domain.rates import Bucket, Rate, Rates, take
from shared.observability import AsgiApp, Receive, Scope, Send

_MOST_CALLERS = 10_000
_UNAUTHENTICATED = 401
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
        self._rates = rates
        self._refused = refused
        self._now = now
        self._users = _Newest[bytes, str](_MOST_CALLERS)
        self._buckets = _Newest[tuple[str, str], Bucket](_MOST_CALLERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or say when it may come again."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        credential = _credential(scope)
        name = self._users.get(credential) if credential else None
        sort, caller = ("stranger", _address(scope)) if name is None else ("user", name)
        rate = self._rates.stranger if name is None else self._rates.user
        wait, headers = self._count(sort, caller, rate) if rate else (0.0, {})
        if wait:
            self._refused.labels(sort).inc()
            await _refusal(ceil(wait), headers)(scope, receive, send)
            return
        scope.setdefault("state", {})
        await self._app(scope, receive, self._learning(scope, credential, headers, send))

    def _count(self, sort: str, caller: str, rate: Rate) -> tuple[float, dict[str, str]]:
        """Seconds to wait, and what the caller is told of the limit (draft of the IETF)."""
        bucket, wait = take(self._buckets.get((sort, caller)), rate, self._now())
        self._buckets.put((sort, caller), bucket)
        full = ceil((rate.burst - bucket.level) / rate.per_second)
        return wait, {
            "RateLimit-Policy": f'"{sort}";q={rate.burst};w={rate.window}',
            "RateLimit": f'"{sort}";r={int(bucket.level)};t={full}',
        }

    def _learning(
        self, scope: Scope, credential: bytes | None, headers: dict[str, str], send: Send
    ) -> Send:
        """Sends on, and remembers whether the credential proved somebody."""
        told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

        async def send_and_learn(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                if credential and (name := scope["state"].get("caller")):
                    self._users.put(credential, name)
                elif credential and message["status"] == _UNAUTHENTICATED:
                    self._users.drop(credential)
                message = {**message, "headers": [*message.get("headers", ()), *told]}
            await send(message)

        return send_and_learn


class _Newest(Generic[K, V]):
    """Keeps the values that were used last, so many of them."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._most = most

    def get(self, key: K) -> V | None:
        """A value, which counts as used now."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: K, value: V) -> None:
        """Keep a value; the one that was not used for longest may go."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget a value."""
        self._kept.pop(key, None)


def _refusal(seconds: int, headers: dict[str, str]) -> Response:
    detail = f"wait {seconds} s, then send it again; fewer and larger requests cost less"
    more = {"Retry-After": str(seconds), **_GUARDED, **headers}
    return problem("too-many-requests", detail, more)


def _credential(scope: Scope) -> bytes | None:
    """All that a caller shows to prove who they are, as a digest."""
    shown = [pair for pair in scope["headers"] if pair[0] in _PROOFS]
    return blake2b(repr(shown).encode(), digest_size=16).digest() if shown else None


def _address(scope: Scope) -> str:
    """Where a request comes from; the last half of an IPv6 address is its owner's to choose."""
    host = scope["client"][0] if scope.get("client") else ""
    if ":" not in host:
        return host
    try:
        return IPv6Address(host.partition("%")[0]).exploded[:19]
    except ValueError:
        return host
