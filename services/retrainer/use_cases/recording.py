"""Recording: each correction and each project file once, before anybody learns from it."""

import json
from collections.abc import Mapping, Sequence

import structlog

from services.retrainer.domain.erasing import is_blank
from services.retrainer.domain.ledger import Kind, NewEntry
from services.retrainer.ports import Bell, Store, Transaction
from shared.errors import DeadLetter, IdConflict, Malformed, UnknownLabel, UnknownProject
from shared.events import CloudEvent, CorrectionMade, ProjectConfigured
from shared.project import Project

log = structlog.get_logger()

_LONGEST_ID = 600
_LARGEST_SEQUENCE = 2**63 - 1
_LEARNED = ("event_id", "revision", "label", "label_probabilities", "features", "slices")

_Seen = dict[tuple[str, str], str]


class RecordCorrections:
    """Put a batch into the ledger, in one transaction."""

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell

    def __call__(self, events: Sequence[CloudEvent]) -> list[DeadLetter | None]:
        """Why each event was refused, or None where it is safely recorded, now or before."""
        readable = [event for event in events if isinstance(event.data, CorrectionMade)]
        with self._store.write() as transaction:
            projects = _projects(transaction, {event.project for event in readable})
            seen = _seen(transaction, readable)
            entries: list[NewEntry] = []
            verdicts: list[DeadLetter | None] = []
            for event in events:
                verdict = _screen(event, projects)
                if verdict is None:
                    verdict = _admit(event, seen, entries)
                verdicts.append(verdict)
            transaction.ledger.append(entries)
        if entries:
            self._bell.ring()
        return verdicts


class RecordProjects:
    """Put project files into the ledger; only those newer than what it has."""

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell

    def __call__(self, events: Sequence[CloudEvent]) -> None:
        """Record what is not recorded yet."""
        with self._store.write() as transaction:
            for event in events:
                if isinstance(event.data, ProjectConfigured):
                    _configure(transaction, event, event.data)
        self._bell.ring()


def _configure(transaction: Transaction, event: CloudEvent, configured: ProjectConfigured) -> None:
    version, project = configured.policy_version, configured.configuration
    if project.name != event.project or version > _LARGEST_SEQUENCE:
        log.warning("project_ignored", project=event.project, policy_version=version)
        return
    current = transaction.ledger.configuration(event.project)
    if current is not None and version <= current.sequence:
        return
    entry = NewEntry(
        project=event.project,
        kind=Kind.PROJECT,
        identity=str(version),
        sequence=version,
        body=project.model_dump_json(),
        at=event.time,
    )
    transaction.ledger.append([entry])


def _projects(transaction: Transaction, names: set[str]) -> dict[str, Project]:
    """The project files in force."""
    entries = {name: transaction.ledger.configuration(name) for name in names}
    return {
        name: Project.model_validate_json(entry.body) for name, entry in entries.items() if entry
    }


def _seen(transaction: Transaction, events: Sequence[CloudEvent]) -> _Seen:
    """The bodies of those corrections that are recorded already."""
    by_project: dict[str, list[str]] = {}
    for event in events:
        assert isinstance(event.data, CorrectionMade)  # noqa: S101 - the caller has chosen
        if _is_storable(event.data):
            by_project.setdefault(event.project, []).append(event.data.correction_id)
    return {
        (project, identity): body
        for project, identities in by_project.items()
        for identity, body in transaction.ledger.known(project, identities).items()
    }


def _screen(event: CloudEvent, projects: Mapping[str, Project]) -> DeadLetter | None:
    if not isinstance(event.data, CorrectionMade):
        return Malformed(f"type: {event.type.value} does not belong on this stream")
    if not _is_storable(event.data):
        return Malformed(
            f"data: correction_id needs 1 to {_LONGEST_ID} characters without NUL, "
            "and sequence less than 2^63"
        )
    project = projects.get(event.project)
    if project is None:
        return UnknownProject(f"there is no project {event.project!r}")
    strange = {event.data.label, *event.data.label_probabilities} - set(project.labels)
    if strange:
        return UnknownLabel(f"project {event.project!r} has no label {min(strange)!r}")
    return None


def _is_storable(correction: CorrectionMade) -> bool:
    """What a database would not take must not be tried for ever."""
    identity = correction.correction_id
    well_named = 0 < len(identity) <= _LONGEST_ID and "\0" not in identity
    return well_named and correction.sequence <= _LARGEST_SEQUENCE


def _truth(body: str) -> dict[str, object]:
    """What is learned of a correction.

    When, where and by whom it was settled is no part of it: on an older copy of its database,
    review settles once more what upstream sends once more.
    """
    said = json.loads(body)
    return {name: said[name] for name in _LEARNED}


def _admit(event: CloudEvent, seen: _Seen, entries: list[NewEntry]) -> IdConflict | None:
    """Add a correction to what is recorded, unless it came before."""
    assert isinstance(event.data, CorrectionMade)  # noqa: S101 - it has passed the screen
    key = (event.project, event.data.correction_id)
    body = event.data.model_dump_json()
    known = seen.get(key)
    if known is None:
        seen[key] = body
        entries.append(
            NewEntry(
                project=event.project,
                kind=Kind.CORRECTION,
                identity=event.data.correction_id,
                sequence=event.data.sequence,
                body=body,
                at=event.time,
            )
        )
    elif known != body and not is_blank(known) and _truth(known) != _truth(body):
        return IdConflict(f"correction {key[1]!r} came before with another content")
    return None
