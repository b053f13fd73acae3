"""HTTP as every service speaks it: parsed by httptools, which keeps no head without an end."""

import json
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HEAD_BYTES = 16_384
_UNREADABLE = "this is no HTTP/1.1 request with a method that HTTP knows; TLS ends at a proxy"
_REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\n"
    b"content-type: application/problem+json\r\n"
    b"content-length: %d\r\n"
    b"connection: close\r\n\r\n%b"
)


class BoundedHttp(HttpToolsProtocol):
    """The server's own protocol; who goes on and on with the head of a request is hung up on.

    The parser itself would keep all that it is given until the head is complete.
    """

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as the server calls it
        super().__init__(*given, **named)
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
        super().on_headers_complete()

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
