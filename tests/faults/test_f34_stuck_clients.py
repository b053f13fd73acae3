"""Row 34: many clients that never finish what they say, or never read what they are told."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psutil
import pytest

from tests.faults.ground import Ground
from tests.processes import TOKEN

MOST_BYTES = 60e6
HEAD = f"Host: h\r\nAuthorization: Bearer {TOKEN}\r\n"
HEADERS = f"GET /v1/projects HTTP/1.1\r\n{HEAD}"
BODY = f"POST /v1/queues/chaos/claims HTTP/1.1\r\n{HEAD}Content-Length: 9999\r\n\r\n{{"
ANSWERS = f"GET /openapi.json HTTP/1.1\r\n{HEAD}\r\n" * 100


@pytest.mark.parametrize(
    ("clients", "said"),
    [(500, HEADERS), (500, BODY), (80, ANSWERS)],
    ids=["headers", "body", "answers"],
)
def test_decisions_go_on_and_memory_stays_bounded(at: Ground, clients: int, said: str) -> None:
    review = psutil.Process(at.stage.running["review"].pid)
    at.send(40)
    at.settle()
    before = review.memory_info().rss
    with stuck(at.stage.ports["review"], clients, said):
        at.wait(lambda: len(review.net_connections("tcp")) >= clients)
        at.send(40)
        at.settle()
        assert review.memory_info().rss - before < MOST_BYTES
    at.wait(lambda: len(review.net_connections("tcp")) < clients)
    assert at.stage.deaths == []


@contextmanager
def stuck(port: int, clients: int, said: str) -> Iterator[None]:
    """So many clients say something, and then neither speak nor listen."""
    with ExitStack() as stack:
        for _ in range(clients):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            client.setblocking(False)
            with suppress(BlockingIOError):
                client.send(said.encode())
        yield
