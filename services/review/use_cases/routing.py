"""Routing predictions: each event once, recorded before it is acknowledged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.review.domain import cases, facts
from services.review.domain.certificate.gate import Placed
from services.review.domain.coin import Draw, coin, key_id
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.priority import rank
from services.review.domain.queue import NewItem, Worth
from services.review.domain.routing import is_decided_at_once, predicted_label
from services.review.metrics import Metrics
from services.review.ports import Bell, ProjectState, Store, Transaction
from services.review.use_cases.lanes import Lanes
from services.review.use_cases.shares import LabelShares
from services.review.use_cases.thresholds import Thresholds
from shared import wire
from shared.clock import Clock
from shared.errors import DeadLetter, IdConflict, UnknownLabel, UnknownProject
from shared.events import DecidedBy, Route, RouteKind, RouteReason
from shared.project import Project
from shared.telling import Told


@dataclass(slots=True)
class _Writes:
    """What a batch adds to the store."""

    entries: list[NewEntry] = field(default_factory=list)
    items: list[NewItem] = field(default_factory=list)
    events: list[Told] = field(default_factory=list)


class RoutePredictions:
    """Decide for each prediction who decides, and record it."""

    def __init__(
        self,
        store: Store,
        bell: Bell,
        metrics: Metrics,
        clock: Clock,
        coin_key: bytes,
        thresholds: Thresholds,
    ) -> None:
        self._store = store
        self._bell = bell
        self._metrics = metrics
        self._clock = clock
        self._coin_key = coin_key
        self._coin_key_id = key_id(coin_key)
        self._shares = LabelShares()
        self._thresholds = thresholds

    def __call__(self, predictions: Sequence[wire.Prediction]) -> list[DeadLetter | None]:
        """Why each prediction was refused, or None where it is safely recorded."""
        self._thresholds.refresh({prediction.project for prediction in predictions})
        now = self._clock.now()
        routes: list[tuple[str, Route, bool]] = []
        with self._store.write() as transaction:
            projects = _locked(transaction, predictions)
            seen = _seen(transaction, predictions)
            writes = _Writes()
            lanes = self._lanes(transaction, projects, writes, now)
            verdicts: list[DeadLetter | None] = []
            for prediction in predictions:
                verdict = _screen(prediction, projects, seen)
                if verdict is None and _identity(prediction) not in seen:
                    ours = lanes[prediction.project]
                    chosen, body, counts = self._route(prediction, ours, now, writes)
                    seen[_identity(prediction)] = body
                    routes.append((prediction.project, chosen, counts))
                    state = projects[prediction.project].configuration
                    at_once = is_decided_at_once(chosen, state.policy)
                    if at_once:
                        self._decide(prediction, chosen, now, writes)
                    if chosen.kind is RouteKind.REVIEW:
                        shares = self._shares.of(transaction, state, now)
                        item = _item(prediction, chosen, state, now, shares)
                        writes.items.append(replace(item, decisions=int(at_once)))
                verdicts.append(verdict)
            for kept in lanes.values():
                kept.keep()
            transaction.ledger.append(writes.entries)
            transaction.items.add(writes.items)
            transaction.outbox.put(writes.events)
            for project, event_ids in _by_project(predictions).items():
                transaction.accepted.routed(project, event_ids)
        self._bell.ring()
        self._count(routes)
        return verdicts

    def _count(self, routes: Iterable[tuple[str, Route, bool]]) -> None:
        for project, chosen, counts in routes:
            self._metrics.routed.labels(project, chosen.reason.value).inc()
            if chosen.reason is RouteReason.AUDIT:
                self._metrics.audits.labels(project, str(counts).lower()).inc()

    def _lanes(
        self,
        transaction: Transaction,
        projects: Mapping[str, ProjectState],
        writes: _Writes,
        now: datetime,
    ) -> dict[str, Lanes]:
        return {
            name: Lanes(transaction, state, self._thresholds, writes.entries.append, now)
            for name, state in projects.items()
        }

    def _route(
        self, prediction: wire.Prediction, lanes: Lanes, now: datetime, writes: _Writes
    ) -> tuple[Route, str, bool]:
        """Its route, its record, and whether its answer counts in a block."""
        event_id = prediction.data.event_id
        draw = coin(self._coin_key, Draw.AUDIT, prediction.project, event_id)
        chosen, placed = lanes.route(prediction.data, draw)
        known = self._thresholds.known(prediction.project)
        body = cases.record(prediction, chosen, placed, (draw, self._coin_key_id), known)
        writes.entries.append(_entry(prediction, Kind.ROUTED, chosen.reason.value, body, now))
        if not isinstance(placed, Placed):
            return chosen, body, False
        lanes.note(placed, event_id)
        return chosen, body, placed.ruling.counted

    def _decide(
        self, prediction: wire.Prediction, chosen: Route, now: datetime, writes: _Writes
    ) -> None:
        case = cases.case_of(prediction, chosen)
        label = predicted_label(case.probabilities)
        decided = facts.decision(case, 1, label, DecidedBy.MODEL, now)
        body = facts.decision_body(decided)
        writes.entries.append(_entry(prediction, Kind.DECIDED, DecidedBy.MODEL.value, body, now))
        writes.events.append(decided)
        self._metrics.decisions.labels(prediction.project, DecidedBy.MODEL.value).inc()


def _item(
    prediction: wire.Prediction,
    chosen: Route,
    project: Project,
    now: datetime,
    shares: Mapping[str, float],
) -> NewItem:
    """What waits for people; the event's own deadline comes before the project's."""
    data = prediction.data
    seconds = project.deadline.seconds
    usual = now + timedelta(seconds=seconds) if seconds else None
    predicted = predicted_label(data.probabilities)
    worth = Worth(predicted, 1 - data.probabilities[predicted], data.novelty or 0.0)
    return NewItem(
        prediction.project,
        data.event_id,
        chosen.reason,
        now,
        data.deadline if isinstance(data.deadline, datetime) else usual,
        worth,
        rank(worth, chosen.reason, now, project.order, shares),
        project.votes.min,
    )


def _identity(prediction: wire.Prediction) -> tuple[str, str]:
    return prediction.project, prediction.data.event_id


def _locked(
    transaction: Transaction, predictions: Sequence[wire.Prediction]
) -> dict[str, ProjectState]:
    """The projects of these predictions, as they are now and until the transaction ends."""
    names = {prediction.project for prediction in predictions}
    return {state.configuration.name: state for state in transaction.projects.lock(names)}


def _by_project(predictions: Sequence[wire.Prediction]) -> dict[str, list[str]]:
    by_project: dict[str, list[str]] = {}
    for prediction in predictions:
        by_project.setdefault(prediction.project, []).append(prediction.data.event_id)
    return by_project


def _seen(
    transaction: Transaction, predictions: Sequence[wire.Prediction]
) -> dict[tuple[str, str], str]:
    """The bodies of those events that are recorded already."""
    return {
        (project, event_id): body
        for project, event_ids in _by_project(predictions).items()
        for event_id, body in transaction.ledger.known(project, Kind.ROUTED, event_ids).items()
    }


def _screen(
    prediction: wire.Prediction,
    projects: Mapping[str, ProjectState],
    seen: Mapping[tuple[str, str], str],
) -> DeadLetter | None:
    state = projects.get(prediction.project)
    if state is None:
        return UnknownProject(f"there is no project {prediction.project!r}")
    strange = prediction.data.probabilities.keys() - set(state.configuration.labels)
    if strange:
        return UnknownLabel(f"project {prediction.project!r} has no label {min(strange)!r}")
    known = seen.get(_identity(prediction))
    if known is not None and not cases.is_same_event(prediction, known):
        return IdConflict(f"event {prediction.data.event_id!r} came before with another content")
    return None


def _entry(
    prediction: wire.Prediction, kind: Kind, detail: str, body: str, now: datetime
) -> NewEntry:
    return NewEntry(
        project=prediction.project,
        kind=kind,
        subject=prediction.data.event_id,
        revision=1,
        detail=detail,
        body=body,
        at=now,
    )
