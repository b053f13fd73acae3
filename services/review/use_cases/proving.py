"""The record of an event with its proof: all that is needed to check it without this database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.review.domain import merkle
from services.review.domain.access import User
from services.review.domain.ledger import Kind
from services.review.domain.seals import Seal, SignedHead, Stored, way_back
from services.review.errors import NotFound
from services.review.ports import Store, Transaction
from services.review.use_cases.blinding import keep_blind
from services.review.use_cases.pages import Page
from shared.events import EventType

_STEPS = [kind.value for kind in EventType if kind.value.startswith("model.")]
"""The last part of the subjects under which a model version's steps are recorded."""


class State(StrEnum):
    """How an event's entries stand to their seals."""

    INTACT = "intact"
    UNSEALED = "unsealed"
    """Some came after the newest seal: ask again in a few seconds."""
    ALTERED = "altered"
    """Some are not as they were sealed."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry, and how its hash leads to a signed head.

    Attributes:
        seal: the number of the head; None while it waits for the next.
        index: which entry of the seal it is, from 0.
        beside: the hashes beside the way from its own to the root, in hex.
        is_intact: whether it is as it was sealed.
    """

    entry: Stored
    seal: int | None
    index: int | None
    beside: Sequence[str]
    is_intact: bool


@dataclass(frozen=True, slots=True)
class Record:
    """All that is recorded of an event, and by which file and model it was decided.

    Attributes:
        entries: of the event, then of the project file and the model version in force.
        heads: those that the entries lead to, and those that lead to them from the newest, by
            number.
    """

    project: str
    event_id: str
    entries: Sequence[Proven]
    heads: Mapping[int, SignedHead]

    @property
    def state(self) -> State:
        """How the entries stand to their seals."""
        if not all(proven.is_intact for proven in self.entries):
            return State.ALTERED
        waits = any(proven.seal is None for proven in self.entries)
        return State.UNSEALED if waits else State.INTACT


class ProveRecord:
    """Takes an event's entries out of the ledger, with what proves them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(
        self, project: str, event_id: str, kept: int | None = None, *, reader: User
    ) -> Record:
        """The record of an event.

        Args:
            project: whose it is.
            event_id: the sender's id.
            kept: number of a head that was kept elsewhere, over which the heads are to lead.
            reader: who is to read it.

        Raises:
            NotFound: the project has no such event.
            StillToAnswer: the reader may still be asked about it.
        """
        with self._store.read() as transaction:
            keep_blind(transaction, project, event_id, reader)
            story = transaction.seals.story(project, event_id)
            if not any(entry.kind is Kind.ROUTED for entry in story):
                raise NotFound(f"project {project!r} has no event {event_id!r}")
            entries = [*story, *_grounds(transaction, project, story)]
            seals: list[Seal] = []
            proven = [_proven(transaction, entry, seals) for entry in entries]
            numbers = {seal.signed.head.number for seal in seals}
            newest = transaction.seals.newest()
            way = _way(newest.head.number, numbers, kept) if newest else []
            heads = {signed.head.number: signed for signed in transaction.seals.heads(way)}
        return Record(project, event_id, proven, heads)

    def entries(self, project: str, after: int, limit: int) -> Page[Stored]:
        """The ledger of a project as it is stored, oldest first, after a place.

        Raises:
            NotFound: there is no such project.
        """
        with self._store.read() as transaction:
            if transaction.projects.get(project) is None:
                raise NotFound(f"there is no project {project!r}")
            return Page.of(transaction.seals.of_project(project, after, limit + 1), limit)


def _grounds(transaction: Transaction, project: str, story: Sequence[Stored]) -> list[Stored]:
    """The project file, and the steps of the model version, by which the event was routed."""
    (routed,) = [entry for entry in story if entry.kind is Kind.ROUTED]
    try:
        said = json.loads(routed.body)
        policy = said["route"]["policy_version"]
        model = f"{project}/{said['prediction']['model']['version']}"
    except (ValueError, TypeError, KeyError):
        return []  # somebody has altered it, which its proof tells
    files = [
        entry
        for entry in transaction.seals.story(project, "project")
        if entry.kind is Kind.PROJECT and entry.revision == policy
    ]
    steps = [
        entry for step in _STEPS for entry in transaction.seals.story(project, f"{model}/{step}")
    ]
    return [*files, *sorted(steps, key=lambda entry: entry.sequence)]


def _way(newest: int, numbers: set[int], kept: int | None) -> list[int]:
    if kept is None or not 1 <= kept <= newest:
        return way_back(newest, numbers)
    behind = {number for number in numbers if number <= kept}
    return [*way_back(newest, numbers - behind | {kept}), *way_back(kept, behind)]


def _proven(transaction: Transaction, entry: Stored, seals: list[Seal]) -> Proven:
    place = entry.sequence
    seal = next((s for s in seals if s.signed.head.first <= place <= s.signed.head.last), None)
    if seal is None:
        seal = transaction.seals.covering(place)
        if seal is None:
            return Proven(entry, None, None, [], is_intact=True)
        seals.append(seal)
    head = seal.signed.head
    if place not in dict(seal.leaves):
        return Proven(entry, head.number, None, [], is_intact=False)
    index, beside = seal.proof(place)
    reached = merkle.climb(entry.leaf(), index, head.count, beside)
    intact = reached is not None and reached.hex() == head.root
    return Proven(entry, head.number, index, [found.hex() for found in beside], intact)
