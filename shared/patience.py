"""Connections on which nothing moves are closed, and there are never more than files allow.

Uvicorn closes a connection that stays silent after an answer. It waits for ever for who never sends
a first request, sends it byte by byte, or never reads an answer; each holds a socket and what it
has not read. The body of a request has a limit of its own where bodies are read.
"""

import asyncio
import fcntl
import resource
import sys
import termios

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from shared.http import BoundedHttp

_SPARE_FILES = 256
"""For databases, Redis, artifacts and logs."""


def most_connections() -> int:
    """How many connections leave room for the other files of this process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = soft == resource.RLIM_INFINITY
    return 65_536 if unlimited else max(soft // 2, soft - _SPARE_FILES)


class PatientHttp(BoundedHttp):
    """A connection that is looked at now and then.

    Attributes:
        look_seconds: so often.
        most_looks: after so many without progress it is closed.
        most: with more connections at once, one that waits for a request makes room.
    """

    look_seconds = 10.0
    most_looks = 3
    most = most_connections()

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look, and keep within what files allow."""
        super().connection_made(transport)
        self._looks, self._unsent, self._drained = 0, 0, False
        self._last: object = None
        if len(self.connections) > self.most:
            self._make_room()
        self._again = self.loop.call_later(self.look_seconds, self._look)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        self._again.cancel()
        super().connection_lost(exc)

    @override
    def resume_writing(self) -> None:
        """Note that the other side has read."""
        self._drained = True
        super().resume_writing()

    @property
    def waits_for_request(self) -> bool:
        """Whether nothing is asked for, or not all of it has come."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _look(self) -> None:
        """Count looks without progress: no further request, and nothing read of what was said."""
        unsent = self.transport.get_write_buffer_size() + _unread(self.transport)
        unread = unsent and unsent >= self._unsent and not self._drained
        silent = self.waits_for_request and self.cycle is self._last and unsent >= self._unsent
        self._looks = self._looks + 1 if unread or silent else 0
        self._unsent, self._drained, self._last = unsent, False, self.cycle
        if self._looks >= self.most_looks:
            self.transport.abort()  # to close would mean to wait until all is read
            return
        self._again = self.loop.call_later(self.look_seconds, self._look)

    def _make_room(self) -> None:
        """Drop a connection that asks for nothing; if all ask for something, this one."""
        others = (o for o in self.connections if isinstance(o, PatientHttp) and o is not self)
        idle = (o for o in others if o.waits_for_request and not o.transport.is_closing())
        next(idle, self).transport.abort()


def _unread(transport: asyncio.Transport) -> int:
    """What the system has taken and the other side has not: megabytes, where it reads slowly."""
    try:
        place = transport.get_extra_info("socket").fileno()
        answer = fcntl.ioctl(place, termios.TIOCOUTQ, bytes(4))
    except OSError:
        return 0
    return int.from_bytes(answer, sys.byteorder)
