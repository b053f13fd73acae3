"""The peer of the queue: a bare ASGI endpoint that runs the statements of a pair, durably.

No framework, no authentication, no checks, no objects: each request runs what the review service
was recorded to run, and gets the answer that it gave. `HANDRAISE_BENCH_COMMIT` says how it commits:
`each` request alone, or all that wait as one `group`.
"""

import asyncio
import os
import secrets
import sqlite3
import traceback
from collections.abc import Callable
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import msgspec
import psycopg
import uvicorn

from benchmarks.replay import Held, Pattern, Replay

_MOST_AT_ONCE = 64
_BEHIND = 64
"""A pair decides what so many pairs before were claimed: that is committed by now."""


class Work(msgspec.Struct):
    """What the endpoint is given in a file."""

    database: str
    pattern: Pattern
    items: list[tuple[int, str]]


class Writer:
    """Threads that run pairs, each on a connection of its own."""

    def __init__(self, work: Work, most_at_once: int) -> None:
        self._replay = Replay(work.pattern)
        self._held = [Held(item, event, secrets.token_hex(12)) for item, event in work.items]
        self._numbers = count(_BEHIND)
        self._most = most_at_once
        self.waiting: SimpleQueue[Callable[[], object]] = SimpleQueue()

    def run(self, connection: Any) -> None:  # noqa: ANN401 - of either driver
        """Run what waits, for ever."""
        cursor = connection.cursor()
        while True:
            done = self._next()
            if isinstance(connection, sqlite3.Connection):
                cursor.execute("BEGIN IMMEDIATE")
            for _ in done:
                number = next(self._numbers)
                self._replay.run(cursor, self._held[number - _BEHIND], self._held[number])
            connection.commit()
            for tell in done:
                tell()

    def _next(self) -> list[Callable[[], object]]:
        found = [self.waiting.get()]
        try:
            while len(found) < self._most:
                found.append(self.waiting.get_nowait())
        except Empty:
            pass
        return found


def start(work: Work, *, group: bool) -> Writer:
    """Start as many threads as the database can use."""
    writer = Writer(work, _MOST_AT_ONCE if group else 1)
    threads = 1 if group or work.database.startswith("sqlite") else 8
    for _ in range(threads):
        Thread(target=_run, args=[writer, work.database], daemon=True).start()
    return writer


def _run(writer: Writer, url: str) -> None:
    """A peer that cannot repeat the statements ends at once, instead of letting callers wait."""
    try:
        writer.run(_connect(url))
    finally:
        traceback.print_exc()
        os._exit(1)


def _connect(url: str) -> Any:  # noqa: ANN401 - of either driver
    if not url.startswith("sqlite"):
        return psycopg.connect(url.replace("+psycopg", ""))
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def endpoint(writer: Writer, answer: bytes) -> Any:  # noqa: ANN401 - an ASGI application
    """Read the body, run a pair, answer."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        writer.waiting.put(lambda: loop.call_soon_threadsafe(done.set_result, None))
        await done
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


def main(environment: Any) -> None:  # noqa: ANN401
    """Serve until killed."""
    path = Path(environment["HANDRAISE_BENCH_WORK"])
    work = msgspec.json.decode(path.read_bytes(), type=Work)
    writer = start(work, group=environment["HANDRAISE_BENCH_COMMIT"] == "group")
    uvicorn.run(
        endpoint(writer, work.pattern.answer.encode()),
        port=int(environment["HANDRAISE_REVIEW_PORT"]),
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main(os.environ)
