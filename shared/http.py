"""HTTP as every service speaks it: 1.1, parsed by httptools, and a head has an end."""

import json
from array import array
from typing import Any

from httptools import HttpParserUpgrade, HttpRequestParser
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

WHOLE = "handraise.whole"
"""In the state of a request that has arrived to its end: reading it takes no time."""

_MOST_HEAD_BYTES = 16_384
_UNREADABLE = "this is no HTTP/1.1 request with a method that HTTP knows; TLS ends at a proxy"
_REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\n"
    b"content-type: application/problem+json\r\n"
    b"content-length: %d\r\n"
    b"connection: close\r\n\r\n%b"
)


class _Parser(HttpRequestParser):
    """Goes on where httptools stops: at an offer to speak another protocol from here on."""

    def __init__(self, protocol: "BoundedHttp") -> None:
        super().__init__(protocol)
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as the server has it
        self._protocol = protocol

    @override
    def feed_data(self, data: "bytes | bytearray | memoryview | array[int]") -> None:
        try:
            super().feed_data(data)
        except HttpParserUpgrade as offer:
            self._protocol.decline(bytes(data)[offer.args[0] :])


class BoundedHttp(HttpToolsProtocol):
    """The server's own protocol, but for three things.

    Who goes on and on with the head of a request is hung up on: the parser would keep all that it
    is given until the head is complete.

    Who offers HTTP/2 along with a request (as Java's client does) gets it answered by HTTP/1.1, as
    RFC 9110, section 7.8, has it: the server would hand the request on without its body.

    Of a request that has arrived whole its state says so, as most have before they are looked at.
    """

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as the server calls it
        super().__init__(*given, **named)
        self.parser = _Parser(self)
        self._in_head = False
        self._head_bytes = 0

    @override
    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > _MOST_HEAD_BYTES:
            self._refuse(f"the head of a request may have {_MOST_HEAD_BYTES} bytes; send less")

    @override
    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        if not self._offers:
            super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        if not self._offers:
            self.scope["state"][WHOLE] = True
            super().on_message_complete()

    @property
    def _offers(self) -> bool:
        """Whether another protocol is offered; a tunnel (CONNECT) is wanted, not offered."""
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def decline(self, rest: bytes) -> None:
        """Read a request anew as one that offers nothing; `rest` is what follows its head."""
        if not self._offers:
            return
        method, version = self.parser.get_method(), self.parser.get_http_version()
        lines = [b"%b %b HTTP/%b" % (method, self.url, version.encode())]
        lines += [b"%b: %b" % (n, v) for n, v in self.headers if n.lower() != b"upgrade"]
        self.parser = _Parser(self)
        self.parser.feed_data(b"\r\n".join([*lines, b"", rest]))

    @override
    def send_400_response(self, msg: str) -> None:
        del msg
        self._refuse(_UNREADABLE)

    def _refuse(self, detail: str) -> None:
        """Hang up with a problem document, such as those of the API."""
        document = {
            "type": "urn:handraise:problem:http",
            "title": "This is no request that we understand.",
            "status": 400,
            "detail": detail,
        }
        body = json.dumps(document).encode()
        self.transport.write(_REFUSAL % (len(body), body))
        self.transport.close()
