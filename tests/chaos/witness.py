"""What the outside world was told: the campaign's memory, against which the stores are held."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class Witness:
    """Filled by senders and reviewers, read when all is over.

    Attributes:
        sent: event ids that were ever sent.
        acknowledged: event ids for which a 202 or the reply to an XADD came.
        decided: labels that 2xx answers named, by event id.
        answers: how often each HTTP status came; 0 is "no answer".
        strange: answers that must never come, with their text.
        unwritten: XADD replies that came before Redis had written what they acknowledge.
        unanswered: event ids whose answer was never taken, however often it was tried.
    """

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    decided: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[int] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    unwritten: int = 0
    unanswered: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sends(self, event_ids: list[str]) -> None:
        with self._lock:
            self.sent.update(event_ids)

    def acknowledges(self, event_ids: list[str]) -> None:
        with self._lock:
            self.acknowledged.update(event_ids)

    def hears(self, status: int) -> None:
        with self._lock:
            self.answers[status] += 1

    def is_told(self, event_id: str, label: str) -> None:
        with self._lock:
            self.decided[event_id].append(label)

    def wonders(self, what: str) -> None:
        with self._lock:
            self.strange.append(what)

    def gives_up(self, event_id: str) -> None:
        with self._lock:
            self.unanswered.append(event_id)
