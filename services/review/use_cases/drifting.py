"""Drift: watched as events and answers come in, told with what has changed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.review.domain.drift import Monitor
from services.review.domain.drift_words import words
from services.review.domain.drifting import (
    MOST_PARTS,
    Alarm,
    Kind,
    Monitors,
    Reading,
    Watched,
    draw,
    nearness,
    of_answer,
    of_event,
    start,
    thresholds,
)
from services.review.domain.ledger import Kind as EntryKind
from services.review.errors import NotFound
from services.review.metrics import Metrics
from services.review.ports import Store, Transaction
from services.review.use_cases.observing import Keep, Portion
from services.review.use_cases.pacing import unhurriedly
from shared.project import Project

_SAMPLED = 50
"""Events of a portion whose inputs are looked at; answers are looked at all."""
_ALARMS = 20
_SUSPICIOUS, _NAMED = 0.5, 3
"""So near to an alarm, and so many, other streams are named beside one."""


class WatchDrift:
    """Watches inputs, scores, disagreement and accuracy of each project."""

    name = "drift"

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def wanted(self, projects: Collection[Project]) -> Collection[EntryKind]:  # noqa: ARG002 - all
        """Events and answers."""
        return (EntryKind.ROUTED, EntryKind.CORRECTED)

    def see(self, transaction: Transaction, portion: Portion) -> Keep:
        """Take it in."""
        told = {event.project for event in portion.events}
        seen: dict[str, tuple[Monitors, list[Alarm]]] = {}
        for name in sorted(told | {answer.project for answer in portion.answers}):
            state = transaction.projects.get(name)
            if state is not None:
                monitors = dict(transaction.drifts.monitors(name))
                seen[name] = monitors, _watch(monitors, state.configuration, portion)
        return lambda later: self._keep(later, seen)

    def _keep(
        self, transaction: Transaction, seen: dict[str, tuple[Monitors, list[Alarm]]]
    ) -> None:
        for project, (monitors, alarms) in seen.items():
            transaction.drifts.keep(project, monitors)
            transaction.drifts.raise_alarms(project, alarms)
            limits = thresholds(monitors)
            for kind in Kind:
                near = [
                    nearness(monitor.evidence, limits[watched])
                    for watched, monitor in monitors.items()
                    if watched.kind is kind
                ]
                self._metrics.drift_score.labels(project, kind.value).set(max(near, default=0.0))
                raised = sum(alarm.watched.kind is kind for alarm in alarms)
                self._metrics.drift_alarms.labels(project, kind.value).inc(raised)


def _watch(monitors: Monitors, project: Project, portion: Portion) -> list[Alarm]:
    """Let the monitors of a project see a portion; those that raise an alarm begin anew."""
    alarms, limits = [], thresholds(monitors)
    for event_id, at, reading in unhurriedly(_readings(project, portion)):
        watched = reading.watched
        if watched not in monitors:
            if watched.kind is Kind.ACCURACY and len(_accuracies(monitors)) > MOST_PARTS:
                continue
            monitors[watched] = start(watched)
            limits = thresholds(monitors)
        monitor = monitors[watched]
        monitor.observe(reading.value, draw(watched, event_id), reading.level)
        if monitor.evidence >= limits[watched]:
            alarms.append(_alarm(watched, monitors, limits, at))
            monitors[watched] = start(watched)
    return alarms


def _readings(project: Project, portion: Portion) -> Iterator[tuple[str, datetime, Reading]]:
    events = [event for event in portion.events if event.project == project.name]
    step = max(1, -(-len(events) // _SAMPLED))
    for event in events[::step]:
        for reading in of_event(event, project):
            yield event.event_id, event.at, reading
    for answer in portion.answers:
        if answer.project == project.name:
            for reading in of_answer(answer, project):
                yield answer.event.event_id, answer.at, reading


def _alarm(
    watched: Watched, monitors: Monitors, limits: dict[Watched, float], at: datetime
) -> Alarm:
    """What has changed, and what else may have."""
    others = sorted(
        (
            (nearness(monitor.evidence, limits[other]), other)
            for other, monitor in monitors.items()
            if other != watched
        ),
        reverse=True,
    )
    besides = [other for near, other in others[:_NAMED] if near >= _SUSPICIOUS]
    said = [words(each, monitors[each]) for each in (watched, *besides)]
    return Alarm(watched, " ".join(said), at)


def _accuracies(monitors: Monitors) -> list[Watched]:
    return [watched for watched in monitors if watched.kind is Kind.ACCURACY]


@dataclass(frozen=True, slots=True)
class Stream:
    """A watched stream as it stands.

    Attributes:
        seen: values that were tested.
        nearness: how near an alarm is, from 0 to 1.
    """

    watched: Watched
    seen: int
    nearness: float
    words: str


@dataclass(frozen=True, slots=True)
class Drift:
    """What is known of drift: alarms, newest first, and streams, those nearest to one first."""

    alarms: Sequence[Alarm]
    streams: Sequence[Stream]


class ReadDrift:
    """The report on a project's drift."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, project: str) -> Drift:
        """The report as of the last look.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            if transaction.projects.get(project) is None:
                raise NotFound(f"there is no project {project!r}")
            monitors = transaction.drifts.monitors(project)
            limits = thresholds(monitors)
            streams = [
                _stream(watched, monitor, limits[watched]) for watched, monitor in monitors.items()
            ]
            streams.sort(key=lambda stream: (-stream.nearness, stream.watched))
            return Drift(transaction.drifts.alarms(project, _ALARMS), streams)


def _stream(watched: Watched, monitor: Monitor, limit: float) -> Stream:
    near = nearness(monitor.evidence, limit)
    return Stream(watched, monitor.seen, near, words(watched, monitor) if monitor.seen else "")
