"""Projects: applying a file, stopping and resuming automation."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.review.domain.access import User
from services.review.domain.certificate.feasible import objection
from services.review.domain.facts import SOURCE
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.priority import value
from services.review.domain.queue import Worth
from services.review.errors import Invalid, NotFound
from services.review.ports import Bell, ProjectState, Store, Transaction
from shared.clock import Clock
from shared.events import (
    AutomationSwitched,
    CloudEvent,
    EventType,
    PolicyChanged,
    ProjectConfigured,
    announce,
)
from shared.project import Project


class KeepProjects:
    """What ops does with projects."""

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock

    def get(self, name: str) -> ProjectState:
        """One project."""
        with self._store.read() as transaction:
            return _existing(transaction, name)

    def all(self, viewer: User) -> Sequence[ProjectState]:
        """The projects that somebody may see, by name."""
        with self._store.read() as transaction:
            states = transaction.projects.all()
        return [state for state in states if viewer.sees(state.configuration.name)]

    def apply(self, configuration: Project, actor: User) -> ProjectState:
        """Bring a project file into force; applying the same file again changes nothing.

        Returns once the change has left for the other services, so that events may follow.

        Raises:
            Invalid: a label that events may already carry would disappear, or the policy could
                never decide anything alone.
        """
        hindrance = objection(configuration.policy)
        if hindrance is not None:
            raise Invalid(hindrance)
        with self._store.write() as transaction:
            current = transaction.projects.get(configuration.name)
            if current is not None and current.configuration == configuration:
                state = current
            else:
                state, now = _successor(current, configuration), self._clock.now()
                transaction.projects.put(state)
                if current is not None and current.configuration.order != configuration.order:
                    _rerank(transaction, configuration)
                transaction.ledger.append_one(_entry(state, actor, now))
                transaction.outbox.put(_announced(current, state, actor, now))
        self._bell.flush()
        return state

    def switch(self, name: str, actor: User, reason: str, *, stopped: bool) -> ProjectState:
        """Stop or resume all automatic decisions of a project, from the next event on."""
        with self._store.write() as transaction:
            current = _existing(transaction, name)
            state = replace(current, stopped=stopped)
            if state != current:
                now = self._clock.now()
                kind = EventType.AUTOMATION_STOPPED if stopped else EventType.AUTOMATION_RESUMED
                earlier = transaction.ledger.newest(name, Kind.AUTOMATION, 1)
                revision = earlier[0].revision + 1 if earlier else 1
                body = json.dumps({"actor": actor.name, "reason": reason})
                detail = "stopped" if stopped else "resumed"
                transaction.projects.put(state)
                transaction.ledger.append_one(
                    NewEntry(name, Kind.AUTOMATION, "automation", revision, detail, body, now)
                )
                payload = AutomationSwitched(actor=actor.name, reason=reason)
                transaction.outbox.put(
                    [
                        announce(
                            kind,
                            payload,
                            project=name,
                            identity=str(revision),
                            source=SOURCE,
                            time=now,
                        )
                    ]
                )
        self._bell.flush()
        return state


def _entry(state: ProjectState, actor: User, now: datetime) -> NewEntry:
    body = {
        "configuration": state.configuration.model_dump(mode="json"),
        "actor": actor.name,
    }
    return NewEntry(
        project=state.configuration.name,
        kind=Kind.PROJECT,
        subject="project",
        revision=state.policy_version,
        detail="configured",
        body=json.dumps(body),
        at=now,
    )


def _announced(
    current: ProjectState | None, state: ProjectState, actor: User, now: datetime
) -> list[CloudEvent]:
    name, version = state.configuration.name, state.policy_version
    configured = ProjectConfigured(
        configuration=state.configuration, policy_version=version, actor=actor.name
    )
    events = [
        announce(
            EventType.PROJECT_CONFIGURED,
            configured,
            project=name,
            identity=str(version),
            source=SOURCE,
            time=now,
        )
    ]
    if current is not None and current.configuration.policy != state.configuration.policy:
        changed = PolicyChanged(
            policy_version=version,
            previous_version=current.policy_version,
            actor=actor.name,
        )
        events.insert(
            0,
            announce(
                EventType.POLICY_CHANGED,
                changed,
                project=name,
                identity=str(version),
                source=SOURCE,
                time=now,
            ),
        )
    return events


def _rerank(transaction: Transaction, project: Project) -> None:
    """Let what waits be handed out by the new costs."""
    for label in project.labels:
        weight = value(Worth(label, doubt=1.0), project.order, {}) * project.order.aging_seconds
        transaction.items.rerank(project.name, label, weight)


def _existing(transaction: Transaction, name: str) -> ProjectState:
    state = transaction.projects.get(name)
    if state is None:
        raise NotFound(f"there is no project {name!r}; apply its file first")
    return state


def _successor(current: ProjectState | None, configuration: Project) -> ProjectState:
    if current is None:
        return ProjectState(configuration, policy_version=1)
    gone = set(current.configuration.labels) - set(configuration.labels)
    if gone:
        raise Invalid(f"label {min(gone)!r} is in use and cannot be removed; labels may be added")
    return ProjectState(configuration, current.policy_version + 1, current.stopped)
