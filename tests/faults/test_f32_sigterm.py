"""Row 32: SIGTERM in the middle of the work; what is in hand is finished, and no more."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared import leaving
from shared.messaging import Follower
from tests.chaos.evidence import GROUPS
from tests.chaos.stage import REDIS, Stage
from tests.faults.ground import Ground
from tests.processes import SERVICES, is_ready

IN_ORDER = dict.fromkeys(SERVICES, 0)
HALF_A_REQUEST = b"PUT /v1/projects/churn HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{"


def a_cancellation_is_lost() -> None:
    """The first request to end comes in the moment in which a command was sent, and is dropped."""
    follow = Follower.run

    async def run(self: Follower) -> None:
        try:
            await follow(self)
        except asyncio.CancelledError:
            await follow(self)

    Follower.run = run  # type: ignore[method-assign]


def patience_is_short() -> None:
    """Each step of leaving has a second."""
    leaving.REQUESTS_SECONDS = 1
    leaving.STREAMS_SECONDS = 1.0


@contextmanager
def planted(stage: Stage) -> Iterator[Ground]:
    made = Ground(stage)
    try:
        made.begin()
        yield made
    finally:
        made.end()


def test_nothing_is_left_in_hand(at: Ground) -> None:
    at.send(150)
    assert at.stage.stop() == IN_ORDER
    with at.stage.redis() as redis:
        for stream, group in GROUPS:
            if redis.exists(f"handraise:{stream}"):
                assert redis.xpending(f"handraise:{stream}", group)["pending"] == 0
    at.settle()
    assert at.metric("scorer", "handraise_stream_reclaimed_total") == 0


def test_a_lost_cancellation_keeps_nobody(tmp_path: Path) -> None:
    with planted(Stage(tmp_path, plant=a_cancellation_is_lost)) as at:
        assert at.stage.stop() == IN_ORDER


def test_who_does_not_answer_is_waited_for_and_named(tmp_path: Path) -> None:
    """Redis stands still, a client never ends its request, and all are told twice."""
    with planted(Stage(tmp_path, plant=patience_is_short)) as at:
        at.send(30)
        redis = at.stage.running[REDIS].pid
        assert redis is not None
        with socket.create_connection(("127.0.0.1", at.stage.ports["review"])) as client:
            client.sendall(HALF_A_REQUEST)
            assert is_ready(at.stage.ports["review"])  # what came before that question is read
            os.kill(redis, signal.SIGSTOP)
            for name in SERVICES:
                at.stage.running[name].terminate()
            assert at.stage.stop() == IN_ORDER
        os.kill(redis, signal.SIGCONT)
        logs = {name: (tmp_path / f"{name}.log").read_text() for name in SERVICES}
        assert '"event": "clients_left"' in logs["review"]
        for said in logs.values():
            assert '"event": "drain_given_up"' in said
            assert '"event": "left_in_haste"' not in said
        at.settle()
