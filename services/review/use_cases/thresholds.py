"""Which threshold a lane has: chosen from what the ledger tells of labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.choosing import Choice
from services.review.domain.certificate.evidence import (
    WINDOW,
    Book,
    Label,
    Rescored,
    Return,
    family_of,
    retold,
)
from services.review.domain.certificate.gate import Threshold
from services.review.domain.certificate.lanes import lane_of
from services.review.domain.certificate.record import read_label, read_routed
from services.review.domain.facts import Verdict
from services.review.domain.ledger import Entry, Kind
from services.review.domain.routing import predicted_label
from services.review.domain.versions import Step, lineage
from services.review.metrics import Metrics
from services.review.ports import ProjectState, Store, Transaction
from shared import wire
from shared.clock import Clock
from shared.events import EventType, ModelChanged, Shadow

_EVERY = timedelta(seconds=1)
_AT_ONCE = 1000
_STEPS, _FEW_STEPS = 100, 10
"""Newest steps of model versions among which those are looked for that changed the model."""


@dataclass(slots=True)
class _Reader:
    """How far the ledger was read for a project, and what it told."""

    certify_by: tuple[str, ...]
    place: int
    returns: Sequence[Return] = ()
    book: Book = field(default_factory=Book)
    heard: int = 0
    read_at: datetime | None = None


class Thresholds:
    """Reads corrections as they come, and chooses thresholds by them.

    Each replica reads for itself. Two that have come to different places may choose different
    thresholds for a moment; the promise holds for any.
    """

    def __init__(self, store: Store, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._readers: dict[str, _Reader] = {}

    def refresh(self, projects: set[str]) -> None:
        """Read on, at most once a second; outside of the transaction that routes."""
        now = self._clock.now()
        for name in projects:
            reader = self._readers.get(name)
            if reader is None or reader.read_at is None or now - reader.read_at >= _EVERY:
                self._read(name, now)

    def of(self, state: ProjectState, lane: str, model: wire.Model) -> Threshold:
        """The threshold of a lane while a model version is in force."""
        return self._choice(state).threshold(lane, model)

    def terms(self, state: ProjectState, lane: str, last: Block | None) -> Terms:
        """What the next block of a lane promises, after the last one."""
        return self._choice(state).terms(lane, last)

    def known(self, project: str) -> int | None:
        """The place in the ledger up to which choices rest on what people said."""
        reader = self._readers.get(project)
        return max(reader.place, reader.heard) if reader else None

    def _choice(self, state: ProjectState) -> Choice:
        reader = self._readers.get(state.configuration.name)
        return Choice(state.configuration, reader.book if reader else None)

    def _read(self, name: str, now: datetime) -> None:
        with self._store.read() as transaction:
            state = transaction.projects.get(name)
            if state is None or not state.configuration.policy.promises:
                return
            certify_by = state.configuration.policy.certify_by
            reader = self._readers.get(name)
            steps = _steps(transaction, name, reader.heard if reader else 0)
            if reader is None or reader.certify_by != certify_by or _went_back(steps, reader):
                steps = _steps(transaction, name, 0)
                reader = _Reader(certify_by, _start(transaction, name), _returns(steps))
                self._readers[name] = reader
            while entries := transaction.history.corrections(name, reader.place, _AT_ONCE):
                _take(transaction, name, reader, entries)
            _rescore(transaction, name, reader, steps)
        reader.read_at = now
        for lane, count in reader.book.alarms().items():
            self._metrics.lane_alarms.labels(name, lane).set(count)


def _steps(transaction: Transaction, name: str, heard: int) -> Sequence[Entry]:
    """The newest steps, oldest first: at least those after a place that was heard of.

    What a step tells is long, and from one second to the next there are few.
    """
    few = transaction.ledger.newest(name, Kind.MODEL, _FEW_STEPS)
    if few and few[-1].sequence > heard:
        return transaction.ledger.newest(name, Kind.MODEL, _STEPS)[::-1]
    return few[::-1]


def _start(transaction: Transaction, name: str) -> int:
    """The place from which the labels that count are read."""
    newest = transaction.ledger.newest(name, Kind.CORRECTED, WINDOW)
    return newest[-1].sequence - 1 if newest else 0


def _take(transaction: Transaction, name: str, reader: _Reader, entries: Sequence[Entry]) -> None:
    bodies = transaction.ledger.known(name, Kind.ROUTED, {entry.subject for entry in entries})
    for entry in entries:
        reader.place = entry.sequence
        record = read_routed(bodies[entry.subject])
        model = record.prediction.model
        if model.version == 0:
            continue
        predicted = predicted_label(record.prediction.probabilities)
        label = Label(
            entry.sequence,
            entry.subject,
            1 - record.prediction.probabilities[predicted],
            read_label(entry.body) != predicted,
            record.route.inclusion_probability,
        )
        lane = lane_of(predicted, record.prediction.slices, reader.certify_by)
        amends = entry.detail.endswith(Verdict.AMENDED.value)
        family = family_of(name, model.name, model.sha256)
        told = (lane, label) if amends else retold(lane, label, reader.returns)
        if told is not None:
            reader.book.take(told[0], family, told[1], amends=amends)


def _went_back(steps: Sequence[Entry], reader: _Reader) -> bool:
    """Whether somebody has gone back to an older version since."""
    return any(_is_return(step) and step.sequence > reader.heard for step in steps)


def _is_return(step: Entry) -> bool:
    return step.detail == EventType.MODEL_ROLLED_BACK.value


def _returns(steps: Sequence[Entry]) -> list[Return]:
    """The returns that led to the version that serves."""
    if not any(map(_is_return, steps)):
        return []
    return [
        Return(told.learned_up_to, place, rescored(told.shadow))
        for place, kind, told in _lineage(steps)
        if kind is EventType.MODEL_ROLLED_BACK
    ]


def _lineage(steps: Sequence[Entry]) -> list[Step]:
    return lineage(
        Step(s.sequence, EventType(s.detail), ModelChanged.model_validate_json(s.body))
        for s in steps
    )


def _rescore(transaction: Transaction, name: str, reader: _Reader, steps: Sequence[Entry]) -> None:
    """Judge by what candidates said of the labels, once they serve, or another goes on from one."""
    fresh = [step for step in steps if step.sequence > reader.heard]
    reader.heard = max([reader.heard, *(step.sequence for step in fresh)])
    for step in _lineage(fresh):
        if step.kind is EventType.MODEL_PROMOTED:
            said = rescored(said_by(transaction, name, step.told))
            if said:
                reader.book.rescore(name, said)


def rescored(shadow: Sequence[Shadow]) -> dict[int, Rescored]:
    """What a version said, by the places of people's answers."""
    return {said.sequence: Rescored(said.label, said.score, said.wrong) for said in shadow}


def said_by(transaction: Transaction, name: str, told: ModelChanged) -> Sequence[Shadow]:
    """What the version has said that serves since a step, or the candidate that it took over."""
    if told.shadow:
        return told.shadow
    same = transaction.models.get(name, told.version)
    if same is not None and same.told.shadow:
        return same.told.shadow
    parent = transaction.models.get(name, told.parent) if told.parent else None
    return parent.told.shadow if parent and parent.told.challenger is not None else ()
