"""Who comes next: first come, first served."""

from collections import deque
from concurrent.futures import Future
from threading import Lock

Turn = Future[None]
"""Done as soon as it is one's turn; who cancels it before that has left the line."""


class Turns:
    """A line of threads, one of which at a time has its turn."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken = False
        self._line: deque[Turn] = deque()

    def ask(self) -> Turn | None:
        """Stand in line. None if nobody does, and it is one's turn at once."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return None
            turn = Turn()
            self._line.append(turn)
            return turn

    def hand_over(self) -> bool:
        """Give one's turn to the next in line. False if nobody waits: then one keeps it."""
        with self._lock:
            return self._call_next()

    def end(self) -> None:
        """Give one's turn to the next in line, or to whoever asks."""
        with self._lock:
            self._taken = self._call_next()

    def _call_next(self) -> bool:
        while self._line:
            turn = self._line.popleft()
            if turn.set_running_or_notify_cancel():
                turn.set_result(None)
                return True
        return False
