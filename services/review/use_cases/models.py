"""Model versions: what is told of them, and what people decide on them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from services.review.domain.access import User
from services.review.domain.facts import SOURCE
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.versions import Decided, Known, State, Version, follow
from services.review.errors import NotFound, WrongState
from services.review.ports import Bell, Store, Transaction
from services.review.use_cases.pages import Page
from shared.clock import Clock
from shared.events import CloudEvent, EventType, ModelChanged, PromotionDecided, announce

_MOST_CANDIDATES = 1000


class RecordModels:
    """Keep every step of every model version, and what the version is after it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, events: Sequence[CloudEvent]) -> None:
        """Record what is not recorded yet."""
        with self._store.write() as transaction:
            for event in {event.id: event for event in events}.values():
                if not transaction.ledger.known(event.project, Kind.MODEL, [event.id]):
                    _record(transaction, event)


class KeepModels:
    """What people ask of versions, and decide on them."""

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock

    def page(
        self, project: str, limit: int, before: int | None = None, state: State | None = None
    ) -> Page[Version]:
        """Versions, newest first."""
        with self._store.read() as transaction:
            found = transaction.models.page(project, limit + 1, before, state)
        return Page.of(found, limit)

    def champion(self, project: str) -> Version | None:
        """The version that serves."""
        with self._store.read() as transaction:
            return transaction.models.champion(project)

    def get(self, project: str, number: int) -> Version:
        """One version."""
        with self._store.read() as transaction:
            return existing(transaction, project, number)

    def promote(self, project: str, number: int, actor: User, reason: str) -> Version:
        """Let a candidate serve; again, it changes nothing.

        Raises:
            WrongState: it is no candidate, or was decided on otherwise.
        """
        return self._decide(project, number, actor, ("promote", reason), _candidate)

    def reject(self, project: str, number: int, actor: User, reason: str) -> Version:
        """Never let a candidate serve; again, it changes nothing.

        Raises:
            WrongState: it is no candidate, or was decided on otherwise.
        """
        return self._decide(project, number, actor, ("reject", reason), _rejected)

    def roll_back(self, project: str, number: int, actor: User, reason: str) -> Version:
        """Let a version serve that did before; if it serves, that changes nothing.

        Raises:
            WrongState: it never served.
        """
        return self._decide(project, number, actor, ("roll_back", reason), _retired)

    def _decide(
        self,
        project: str,
        number: int,
        actor: User,
        said: tuple[str, str],
        then: Callable[[Version], Version],
    ) -> Version:
        verdict, reason = said
        with self._store.write() as transaction:
            transaction.projects.lock([project])
            version = existing(transaction, project, number)
            if _is_so(version, verdict):
                return version
            decided = Decided(verdict, actor.name, reason, self._clock.now())
            decisions = version.decisions + 1
            version = replace(then(version), decided=decided, decisions=decisions)
            transaction.models.put(project, version)
            _sign(transaction, project, version, decided)
        self._bell.flush()
        return version


def _record(transaction: Transaction, event: CloudEvent) -> None:
    told = event.data
    assert isinstance(told, ModelChanged)  # noqa: S101 - the handler has chosen
    body = json.dumps(told.model_dump(mode="json"))
    transaction.ledger.append_one(
        NewEntry(event.project, Kind.MODEL, event.id, 1, event.type.value, body, event.time)
    )
    models = transaction.models
    known = Known(
        models.get(event.project, told.version),
        models.champion(event.project),
        models.page(event.project, _MOST_CANDIDATES, state=State.CANDIDATE),
    )
    for version in follow(event.type, told, event.time, known):
        models.put(event.project, version)


def _sign(transaction: Transaction, project: str, version: Version, decided: Decided) -> None:
    """Who decided what, when and why, in the record and on its way to who carries it out."""
    payload = PromotionDecided.model_validate(
        {
            "version": version.number,
            "verdict": decided.verdict,
            "actor": decided.actor,
            "reason": decided.reason,
        }
    )
    subject, at = str(version.number), decided.at
    transaction.ledger.append_one(
        NewEntry(
            project,
            Kind.PROMOTION,
            subject,
            version.decisions,
            decided.verdict,
            payload.model_dump_json(),
            at,
        )
    )
    identity = f"{version.number}/{version.decisions}"
    kind = EventType.PROMOTION_DECIDED
    event = announce(kind, payload, project=project, identity=identity, source=SOURCE, time=at)
    transaction.outbox.put([event])


def existing(transaction: Transaction, project: str, number: int) -> Version:
    """A version that is known.

    Raises:
        NotFound: it is not.
    """
    version = transaction.models.get(project, number)
    if version is None:
        raise NotFound(
            f"project {project!r} has no version {number}; `handraise model list {project}` "
            "shows those it has"
        )
    return version


def _is_so(version: Version, verdict: str) -> bool:
    """Whether what is asked for was done, or is about to be."""
    if verdict == "roll_back":
        return version.state is State.CHAMPION
    return version.decided is not None and version.decided.verdict == verdict


def _candidate(version: Version) -> Version:
    if version.state is State.CANDIDATE and version.decided is None:
        return version
    if version.decided is not None:
        raise WrongState(f"{version.decided.actor} has decided on version {version.number} before")
    raise WrongState(
        f"version {version.number} is {version.state.value}, not a candidate; to go back to one "
        "that served, roll back"
    )


def _rejected(version: Version) -> Version:
    return replace(_candidate(version), state=State.REFUSED)


def _retired(version: Version) -> Version:
    if version.state is State.RETIRED:
        return version
    raise WrongState(
        f"version {version.number} is {version.state.value} and never served; roll back to one "
        "that is retired"
    )
