"""A way to a server that can lose replies, stand still, or break."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.servers import free_port

_MOST = 1 << 20


@dataclass
class Proxy:
    """Passes bytes on both ways.

    Attributes:
        target: the local port to which new connections lead.
        marker: a connection that sends these bytes gets no reply, and is closed.
        swallow: how many times that happens.
        swallowed: how many times it has happened.
    """

    target: int
    marker: bytes = b""
    swallow: int = 0
    swallowed: int = 0
    port: int = field(default_factory=free_port)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _flows: threading.Event = field(default_factory=threading.Event)
    _ends: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._flows.set()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Nothing passes either way, and no connection is closed; afterwards all of it does."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def lose(self) -> None:
        """End all connections, and with them what is on its way."""
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        with suppress(OSError), near, socket.create_connection(("127.0.0.1", self.target)) as far:
            with self._lock:
                self._ends |= {near, far}
            deaf = threading.Event()
            back = threading.Thread(target=self._back, args=(far, near, deaf), daemon=True)
            back.start()
            while data := near.recv(_MOST):
                self._flows.wait()
                if self._is_due(data):
                    deaf.set()
                    far.sendall(data)
                    back.join(5)  # the server has answered, and nobody has heard it
                    return
                far.sendall(data)

    def _back(self, far: socket.socket, near: socket.socket, deaf: threading.Event) -> None:
        with suppress(OSError):
            while data := far.recv(_MOST):
                self._flows.wait()
                if deaf.is_set():
                    return
                near.sendall(data)
            near.shutdown(socket.SHUT_RDWR)

    def _is_due(self, data: bytes) -> bool:
        with self._lock:
            due = self.swallowed < self.swallow and self.marker in data
            self.swallowed += due
            return due


@contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    """A proxy in front of a local port."""
    made = Proxy(target)
    with socket.create_server(("127.0.0.1", made.port)) as listener:
        threading.Thread(target=made.serve, args=(listener,), daemon=True).start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)
        made.lose()
