"""Clients that offer HTTP/2 along with a request, at a real server: they get it answered."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from shared.observability import Receive, Scope, Send
from shared.patience import PatientHttp

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
"""As Java's client says by itself."""


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was sent, in chunks of which the last is empty."""
    assert scope["type"] == "http"
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    said = json.dumps([scope["method"], scope["path"], body.decode()]).encode()
    length = (b"content-length", str(len(said)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": said})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(echo, http=PatientHttp, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as made:
        yield made


def answer(client: socket.socket) -> tuple[int, str]:
    """Status and body of the next answer; read byte by byte, so that none after it is swallowed."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += client.recv(1)
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    return int(head.split()[1]), client.recv(length, socket.MSG_WAITALL).decode()


def a_post(body: bytes, offer: bytes = OFFER) -> bytes:
    return b"POST /in HTTP/1.1\r\nHost: h\r\n%bContent-Length: %d\r\n\r\n%b" % (
        offer,
        len(body),
        body,
    )


@pytest.mark.parametrize("offer", [OFFER, b"Connection: upgrade\r\nUpgrade: websocket\r\n"])
def test_what_comes_with_an_offer_arrives(client: socket.socket, offer: bytes) -> None:
    client.sendall(a_post(b"all of it", offer))
    assert answer(client) == (200, '["POST", "/in", "all of it"]')


def test_a_body_may_come_later_in_chunks(client: socket.socket) -> None:
    head = b"POST /in HTTP/1.1\r\nHost: h\r\n%bTransfer-Encoding: chunked\r\n\r\n" % OFFER
    for part in (head[:40], head[40:], b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n"):
        client.sendall(part)
    assert answer(client) == (200, '["POST", "/in", "abcde"]')


def test_the_connection_goes_on(client: socket.socket) -> None:
    client.sendall(a_post(b"one"))
    assert answer(client)[1] == '["POST", "/in", "one"]'
    client.sendall(a_post(b"two", b"") + a_post(b"three"))
    assert [answer(client)[1] for _ in range(2)] == [
        '["POST", "/in", "two"]',
        '["POST", "/in", "three"]',
    ]


def test_what_is_broken_behind_an_offer_is_refused(client: socket.socket) -> None:
    head = b"POST /in HTTP/1.1\r\nHost: h\r\n%bTransfer-Encoding: chunked\r\n\r\n" % OFFER
    client.sendall(head + b"no number\r\n")
    assert answer(client)[0] == 400


def test_a_tunnel_is_refused(client: socket.socket) -> None:
    client.sendall(b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere\r\n\r\n")
    status, said = answer(client)
    assert status == 400
    assert json.loads(said)["type"] == "urn:handraise:problem:http"
