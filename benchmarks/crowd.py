"""Reviewers as a process of their own: `python -m benchmarks.crowd`, a plan on its input.

Each holds one connection with one token, claims once, and then decides item after item, the next
one coming with each answer. Written on bare sockets, so that the load costs a fraction of what it
measures; the share of one core that it took is in its answer.
"""

import asyncio
import random
import re
import sys
import time
from dataclasses import dataclass, field

import msgspec
import uvloop

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_WARM_UP = 5


class Plan(msgspec.Struct):
    """What to do.

    Attributes:
        port: of the service, on this machine.
        queue: which queue to clear.
        label: the answer to everything.
        tokens: one for each reviewer.
        pairs: stop after so many ...
        seconds: ... or after so long.
        reading: seconds that a reviewer looks at an item, on average; 0 for one who never rests.
    """

    port: int
    queue: str
    label: str
    tokens: list[str]
    pairs: int
    seconds: float
    reading: float = 0.0


class Outcome(msgspec.Struct):
    """What came of it; latencies are in milliseconds, rates a second."""

    pairs: int
    all_pairs: int
    rate: float
    p50: float
    p99: float
    failures: int
    cpu_share: float


class _Lease(msgspec.Struct):
    id: str


class _Claim(msgspec.Struct):
    lease: _Lease


class _Answer(msgspec.Struct):
    claims: list[_Claim]


@dataclass
class _Crowd:
    plan: Plan
    started: float = 0.0
    latencies: list[float] = field(default_factory=list)
    ended: float = 0.0
    all_pairs: int = 0
    failures: int = 0

    @property
    def is_over(self) -> bool:
        if len(self.latencies) >= self.plan.pairs:
            return True
        return bool(self.started) and time.perf_counter() - self.started > self.plan.seconds


class _Reviewer:
    def __init__(self, crowd: _Crowd, token: str) -> None:
        self._crowd = crowd
        self._token = token

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self._crowd.plan.port
        )

    async def work(self, pairs: int | None) -> None:
        """Clear the queue: so many items without counting them, or until the plan is done."""
        crowd = self._crowd
        answer = await self._post(f"/v1/queues/{crowd.plan.queue}/claims", b'{"limit":1}')
        done = 0
        while answer and answer.claims and (done < pairs if pairs else not crowd.is_over):
            if pairs is None and crowd.plan.reading:
                await asyncio.sleep(crowd.plan.reading * random.uniform(0.5, 1.5))  # noqa: S311
            lease = answer.claims[0].lease.id
            body = b'{"label":"%b","claim_next":1}' % crowd.plan.label.encode()
            begun = time.perf_counter()
            answer = await self._post(f"/v1/leases/{lease}/decision", body, lease)
            now = time.perf_counter()
            done += 1
            crowd.all_pairs += 1
            if pairs is None and answer:
                crowd.latencies.append(1000 * (now - begun))
                crowd.ended = now
            if answer is None:
                crowd.failures += 1
                answer = await self._post(f"/v1/queues/{crowd.plan.queue}/claims", b'{"limit":1}')

    async def _post(self, path: str, body: bytes, key: str | None = None) -> _Answer | None:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Length: {len(body)}\r\n"
        )
        if key:
            head += f"Idempotency-Key: {key}\r\n"
        headers = await self._ask(head.encode() + b"\r\n" + body)
        length = _LENGTH.search(headers)
        content = await self._reader.readexactly(int(length[1]) if length else 0)
        if not headers.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            return None
        return msgspec.json.decode(content, type=_Answer)

    async def _ask(self, request: bytes) -> bytes:
        """The head of the answer.

        A server hangs up on who has long been silent, as those are who wait for others to warm up;
        then it is asked again.
        """
        try:
            self._writer.write(request)
            return await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.connect()
            self._writer.write(request)
            return await self._reader.readuntil(b"\r\n\r\n")


async def review(plan: Plan) -> Outcome:
    """Let all reviewers work at once."""
    crowd = _Crowd(plan)
    reviewers = [_Reviewer(crowd, token) for token in plan.tokens]
    await asyncio.gather(*(reviewer.connect() for reviewer in reviewers))
    await asyncio.gather(*(reviewer.work(_WARM_UP) for reviewer in reviewers))
    cpu = time.process_time()
    crowd.started = time.perf_counter()
    await asyncio.gather(*(reviewer.work(None) for reviewer in reviewers))
    seconds = crowd.ended - crowd.started
    latencies = sorted(crowd.latencies) or [float("inf")]
    return Outcome(
        pairs=len(crowd.latencies),
        all_pairs=crowd.all_pairs,
        rate=len(crowd.latencies) / seconds if seconds > 0 else 0.0,
        p50=latencies[len(latencies) // 2],
        p99=latencies[int(len(latencies) * 0.99)],
        failures=crowd.failures,
        cpu_share=(time.process_time() - cpu) / seconds if seconds > 0 else 0.0,
    )


if __name__ == "__main__":
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(review(given))))
