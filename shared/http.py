"""HTTP as every service speaks it: parsed by httptools, which keeps no head without an end."""

from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_HEAD_BYTES = 16_384


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
            self.send_400_response(f"the head of a request may have {_MOST_HEAD_BYTES} bytes")

    @override
    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()
