"""Bodies that do not arrive, at a real server: only what has come to its end is read unhurried."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.responses import Response

from services.review.api.limits import Limits
from shared.observability import Receive, Scope, Send
from shared.patience import PatientHttp

HEAD = b"POST /in HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"


async def mirror(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    await Response(message["body"])(scope, receive, send)


@pytest.fixture
def client() -> Iterator[socket.socket]:
    listener = socket.create_server(("127.0.0.1", 0))
    guarded = Limits(mirror, 100, seconds=0.1)
    config = uvicorn.Config(guarded, http=PatientHttp, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with socket.create_connection(listener.getsockname(), timeout=5) as made:
        yield made
    server.should_exit = True
    thread.join()


def read(client: socket.socket, end: bytes) -> bytes:
    said = b""
    while not said.endswith(end):
        some = client.recv(65_536)
        assert some, said
        said += some
    return said


@pytest.mark.parametrize("before", [b"", HEAD + b"once"])
def test_a_body_that_stops_half_way_is_given_up(client: socket.socket, before: bytes) -> None:
    client.sendall(before + HEAD + b"ha")
    said = read(client, b"}")
    assert said.count(b"HTTP/1.1 200") == said.count(b"once") == (1 if before else 0)
    assert said.count(b"HTTP/1.1 408") == 1


def test_a_body_may_come_a_little_later_than_its_head(client: socket.socket) -> None:
    client.sendall(HEAD + b"la")
    client.sendall(b"te")
    assert b"HTTP/1.1 200" in read(client, b"late")
