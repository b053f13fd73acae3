"""Follows what leaves the system, beside the truth that the demo knows."""

import contextlib
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from handraise.installation import Installation
from shared.connecting import connect_blocking
from shared.errors import Malformed
from shared.events import (
    CloudEvent,
    CorrectionMade,
    DecidedBy,
    DecisionMade,
    EventType,
    ModelChanged,
)
from shared.streams import FIELD, Keyspace, Stream

STREAMS = (Stream.DECISIONS, Stream.CORRECTIONS, Stream.MODELS)
BLOCK_MILLISECONDS = 500
MOST = 1000
RECENT = 200
Answer = Sequence[tuple[bytes, Sequence[tuple[bytes, Mapping[bytes, bytes]]]]]


@dataclass
class Tally:
    """What was seen so far of one project.

    Attributes:
        truth: the known label of each event.
        seen: each event of the streams by its id, to tell a redelivery from a contradiction.
        redelivered: events that came again, the same to the last byte (allowed after a crash).
        contradicted: events that came again under the same id with another content (never allowed).
        decided: events with a decision.
        amended: decisions that amend an earlier one.
        wrong: automatic decisions that differ from the truth.
        escaped: the same, by the certificate that covers them.
        alone: events that the model decided alone.
        by: decisions by who took them.
        recent: for the latest decisions, whether the model took them alone.
        corrections: ids of the corrections.
        unlearned: ledger positions of corrections that no version contains yet.
        served: model versions (1 and up) that decisions name.
        version: newest version in force.
    """

    truth: Mapping[str, str]
    seen: dict[str, CloudEvent] = field(default_factory=dict)
    redelivered: int = 0
    contradicted: int = 0
    decided: set[str] = field(default_factory=set)
    amended: int = 0
    wrong: int = 0
    escaped: Counter[str] = field(default_factory=Counter)
    alone: set[str] = field(default_factory=set)
    recent: deque[bool] = field(default_factory=lambda: deque(maxlen=RECENT))
    by: Counter[DecidedBy] = field(default_factory=Counter)
    corrections: set[str] = field(default_factory=set)
    unlearned: set[int] = field(default_factory=set)
    served: set[int] = field(default_factory=set)
    version: int = 0

    def take(self, event: CloudEvent) -> None:
        """Count one event, once however often it comes."""
        before = self.seen.setdefault(event.id, event)
        if before is not event:
            self.redelivered += before == event
            self.contradicted += before != event
            return
        match event.data:
            case DecisionMade():
                self._decision(event.data)
            case CorrectionMade():
                self.corrections.add(event.data.correction_id)
                self.unlearned.add(event.data.sequence)
            case ModelChanged() if event.type in _IN_FORCE:
                learned = event.data.learned_up_to
                self.version = event.data.version
                self.unlearned = {at for at in self.unlearned if at > learned}
            case _:
                pass

    @property
    def automatic(self) -> int:
        """Decisions that the model took without a person."""
        return self.by[DecidedBy.MODEL]

    def _decision(self, decision: DecisionMade) -> None:
        if decision.event_id not in self.truth:
            return
        if decision.model.version >= 1:
            self.served.add(decision.model.version)
        if decision.revision > 1:
            self.amended += 1
            return
        self.decided.add(decision.event_id)
        self.by[decision.decided_by] += 1
        alone = decision.decided_by is DecidedBy.MODEL
        self.recent.append(alone)
        if alone:
            wrong = decision.label != self.truth[decision.event_id]
            self.wrong += wrong
            self.escaped[decision.route.certificate or ""] += wrong
            self.alone.add(decision.event_id)


_IN_FORCE = {EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK}


class Observer:
    """Reads the streams on a thread of its own; `tally` is what it has seen."""

    def __init__(
        self, redis: Redis, *, keys: Keyspace, project: str, truth: Mapping[str, str]
    ) -> None:
        """Take a connection.

        Args:
            redis: a connection for this observer alone.
            keys: where the streams are.
            project: the only project that counts.
            truth: the known label of each event.
        """
        self.tally = Tally(truth)
        self._redis = redis
        self.project = project
        self._positions: dict[bytes | str | memoryview, int | bytes | str | memoryview] = {
            key: "0-0" for stream in STREAMS for key in keys.all(stream)
        }
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="observer", daemon=True)

    def start(self) -> None:
        """Catch up with what is there already, then follow."""
        while self._read(block=None):
            pass
        self._thread.start()

    def stop(self) -> None:
        """Stop following."""
        self._done.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._done.is_set():
            try:
                self._read(block=BLOCK_MILLISECONDS)
            except RedisError:
                self._done.wait(0.2)

    def _read(self, block: int | None) -> int:
        answer = cast("Answer", self._redis.xread(self._positions, count=MOST, block=block) or [])
        for key, entries in answer:
            for position, fields in entries:
                self._take(fields.get(FIELD, b""))
                self._positions[key.decode()] = position
        return sum(len(entries) for _, entries in answer)

    def _take(self, document: bytes) -> None:
        try:
            event = CloudEvent.decode(document)
        except Malformed:
            return
        if event.project == self.project:
            self.tally.take(event)


@contextlib.contextmanager
def observing(
    installation: Installation, project: str, truth: Mapping[str, str]
) -> Iterator[Observer]:
    """Observe a project for as long as the block lasts; what came before is counted too."""
    with connect_blocking(installation.redis_url) as redis:
        observer = Observer(redis, keys=installation.keys, project=project, truth=truth)
        observer.start()
        try:
            yield observer
        finally:
            observer.stop()
