"""Sends a demo's events no faster than the loop takes them in."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from redis.exceptions import RedisError

from handraise.demo.data import Example
from handraise.demo.observer import Tally
from shared.events import ScoringRequested

LEARNING_PATIENCE = 2.0


class Sender(Protocol):
    """Whatever takes events; sending one again changes nothing."""

    def send(self, events: Sequence[ScoringRequested]) -> None:
        """Send them all, or raise a RedisError."""
        ...


class Feeder:
    """Keeps at most `window` events or corrections on their way; remembers where it was."""

    def __init__(
        self,
        examples: Sequence[Example],
        publisher: Sender,
        tally: Tally,
        *,
        window: int,
        rate: float,
        memory: Path,
    ) -> None:
        """Take up where an earlier run stopped.

        Args:
            examples: everything that is to be sent, in order.
            publisher: sends.
            tally: what came out so far.
            window: most events undecided plus corrections not yet learned.
            rate: most events a second; 0 means no limit.
            memory: file that holds how many were sent.
        """
        self._examples = examples
        self._publisher = publisher
        self._tally = tally
        self._window = window
        self._rate = rate
        self._memory = memory
        self._began = time.monotonic()
        self._moved = (self._began, 0)
        self.sent = min(_remembered(memory), len(examples))
        self._first = self.sent

    @property
    def waiting(self) -> int:
        """Events sent and not yet decided."""
        return max(self.sent - len(self._tally.decided), 0)

    def step(self) -> None:
        """Send what the window and the rate have room for."""
        now = time.monotonic()
        room = min(self._room(now), len(self._examples) - self.sent)
        if self._rate:
            room = min(room, int((now - self._began) * self._rate) + self._first - self.sent)
        if room <= 0:
            return
        chunk = self._examples[self.sent : self.sent + room]
        try:
            self._publisher.send([example.event for example in chunk])
        except RedisError:
            return
        self.sent += room
        self._memory.write_text(json.dumps({"sent": self.sent}))

    def _room(self, now: float) -> int:
        """Room in the window; learning that stands still (nothing new in it) is not waited for."""
        if self._moved[1] != self._tally.version:
            self._moved = (now, self._tally.version)
        patient = now - self._moved[0] < LEARNING_PATIENCE
        unlearned = len(self._tally.unlearned) if patient else 0
        return self._window - self.waiting - unlearned


def _remembered(memory: Path) -> int:
    try:
        return int(json.loads(memory.read_text())["sent"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
