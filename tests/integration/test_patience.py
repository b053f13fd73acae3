"""Clients that never send, never read or come in crowds, at a real server."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn

from shared.observability import Receive, Scope, Send
from shared.patience import PatientHttp, most_connections

ASKS = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
CLOSE = b"\r\nConnection: close\r\n\r\n"
LONG = 200
"""Portions of an answer: more than the sockets between take without being read."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with a long text, a portion at a time."""
    del receive
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(LONG if scope["path"] == "/long" else 1):
        await send({"type": "http.response.body", "body": b"x" * 32_768, "more_body": True})
    await send({"type": "http.response.body"})


class Hasty(PatientHttp):
    """Loses patience within a third of a second."""

    look_seconds = 0.1


@contextmanager
def served(protocol: type[PatientHttp]) -> Iterator[int]:
    """The port of a server in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=protocol, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(Hasty) as at:
        yield at


@contextmanager
def a_client(port: int) -> Iterator[socket.socket]:
    with socket.socket() as client:
        client.settimeout(20)
        client.connect(("127.0.0.1", port))
        yield client


def read_all(client: socket.socket, pause: float = 0.0) -> bytes:
    """What comes until the server closes, with a pause after each portion."""
    said = b""
    with suppress(ConnectionResetError):
        while some := client.recv(65_536):
            said += some
            time.sleep(pause)
    return said


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost:"], ids=["nothing", "half a head"])
def test_who_does_not_ask_is_left(port: int, said: bytes) -> None:
    with a_client(port) as client:
        client.sendall(said)
        assert read_all(client) == b""


def test_who_asks_byte_by_byte_is_left(port: int) -> None:
    with a_client(port) as client:
        client.settimeout(0.01)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            for letter in "GET /" + 2_000 * "x":
                client.send(letter.encode())
                with suppress(TimeoutError):
                    if client.recv(1) == b"":
                        raise BrokenPipeError


def test_who_never_reads_is_left_and_who_reads_slowly_is_not() -> None:
    class Calmer(PatientHttp):
        look_seconds = 0.5

    with served(Calmer) as port, a_client(port) as deaf, a_client(port) as slow:
        for client in (deaf, slow):
            client.sendall(ASKS.replace(b"/ ", b"/long ").replace(b"\r\n\r\n", CLOSE))
        assert read_all(slow, pause=0.0005).count(b"x") == LONG * 32_768
        time.sleep(2.5)
        assert len(read_all(deaf)) < LONG * 32_768


def test_in_a_crowd_who_asks_for_nothing_makes_room() -> None:
    class Crowded(PatientHttp):
        most = 3

    with served(Crowded) as at, a_client(at) as one, a_client(at) as two, a_client(at) as three:
        idle = (one, two, three)
        with a_client(at) as client:
            client.sendall(ASKS.replace(b"\r\n\r\n", CLOSE))
            assert read_all(client).startswith(b"HTTP/1.1 200")
        for each in idle:
            each.settimeout(0.5)
        assert sum(was_dropped(each) for each in idle) == 1


def was_dropped(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_files_are_left_for_other_things() -> None:
    assert most_connections() > 100
