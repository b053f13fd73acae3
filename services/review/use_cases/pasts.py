"""A stretch of the past, read from the ledger for the simulator."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.review.domain.certificate.evidence import WINDOW
from services.review.domain.certificate.record import read_label
from services.review.domain.ledger import Entry, Kind
from services.review.domain.simulation.past import Applied, Past, Promoted, Said, Stretch, Switched
from services.review.domain.simulation.people import Turn, observed
from services.review.domain.simulation.reading import Reader
from services.review.domain.versions import SERVING
from services.review.ports import Store
from services.review.use_cases.thresholds import rescored, said_by
from shared.events import EventType, ModelChanged, RouteReason
from shared.project import Project

_AT_ONCE = 500
_ABOUT_EVENTS = (Kind.VOTED, Kind.CORRECTED, Kind.ESCALATED)


class ReadPast:
    """Reads page by page: of an event's record only what a play asks for is kept."""

    def __init__(self, store: Store, project: Project, other: Project) -> None:
        """Prepare.

        Args:
            store: the review database.
            project: the project file in force.
            other: the one whose rules are asked as well.
        """
        self._store = store
        self._name = project.name
        self._applied = [*self._read_applied()]
        files = [project, other, *(step.project for step in self._applied)]
        self._reader = Reader(files)

    def __call__(self, most: int, since: datetime | None) -> Stretch | None:
        """The newest events, at most so many; None: there are none."""
        events, whole = self._events(most, since)
        if not events:
            return None
        erased = self._reader.erased
        by_id = dict(events)
        pasts = [past for _, past in events]
        turns = self._take_answers(by_id, pasts[0].place)
        return Stretch(
            events=pasts,
            before=[] if whole else self._before(pasts[0].place),
            applied=self._applied,
            switched=[*self._switched()],
            promoted=[*self._promoted(pasts[0].place)],
            people=observed(turns),
            whole=whole,
            erased=erased,
        )

    def _events(self, most: int, since: datetime | None) -> tuple[list[tuple[str, Past]], bool]:
        """Events with their ids, oldest first, and whether they are all that there are."""
        found: list[tuple[str, Past]] = []
        before: int | None = None
        while True:
            with self._store.read() as transaction:
                ledger, wanted = transaction.ledger, min(_AT_ONCE, most + 1 - len(found))
                page = ledger.newest(self._name, Kind.ROUTED, wanted, before)
            for entry in page:
                if len(found) == most or (since is not None and entry.at < since):
                    return found[::-1], False
                found.append((entry.subject, self._reader.read(entry)))
            if len(page) < wanted:
                return found[::-1], True
            before = page[-1].sequence

    def _take_answers(self, events: Mapping[str, Past], first: int) -> list[Turn]:
        """Give events what people said of them; all answers as turns."""
        turns: list[Turn] = []
        wrong_sides: dict[str, set[str]] = {}
        for entry in self._along(_ABOUT_EVENTS, first):
            past = events.get(entry.subject)
            if past is None:
                continue
            if entry.kind is Kind.CORRECTED:
                at, label = entry.at.timestamp(), read_label(entry.body)
                past.said.append(Said(entry.sequence, at, label))
            elif entry.kind is Kind.ESCALATED:
                past.by_leads = True
            else:
                past.votes += 1
                turns.append(_turn(entry, past, wrong_sides.setdefault(entry.subject, set())))
        self._note_leads(events, wrong_sides)
        return turns

    def _note_leads(self, events: Mapping[str, Past], sides: Mapping[str, set[str]]) -> None:
        """People who disagree to the end leave an item to the leads."""
        files = {step.version: step.project for step in self._applied}
        for event_id, labels in sides.items():
            past = events[event_id]
            project = files.get(past.version)
            audit = past.route[0] is RouteReason.AUDIT
            usual = max(project.votes.max if project else 1, 2 if audit else 1)
            past.by_leads = past.by_leads or (len(labels) > 1 and past.votes > usual)

    def _before(self, place: int) -> list[Past]:
        """Events from before whose answers were known, at most as many as count."""
        with self._store.read() as transaction:
            newest = transaction.ledger.newest(self._name, Kind.CORRECTED, WINDOW, place)
        answers = {entry.subject: entry for entry in reversed(newest)}
        found: list[Past] = []
        for ids in _portions([*answers]):
            with self._store.read() as transaction:
                bodies = transaction.ledger.known(self._name, Kind.ROUTED, ids)
            for event_id, body in bodies.items():
                said = answers[event_id]
                past = self._reader.read(_with_body(said, body))
                past.said = [Said(said.sequence, said.at.timestamp(), read_label(said.body))]
                found.append(past)
        return found

    def _read_applied(self) -> Iterator[Applied]:
        for entry in self._along((Kind.PROJECT,), 0):
            body = json.loads(entry.body)
            project = Project.model_validate(body["configuration"])
            yield Applied(entry.sequence, entry.revision, project)

    def _switched(self) -> Iterator[Switched]:
        for entry in self._along((Kind.AUTOMATION,), 0):
            yield Switched(entry.sequence, entry.detail == "stopped")

    def _promoted(self, first: int) -> Iterator[Promoted]:
        for entry in self._along((Kind.MODEL,), first):
            kind = EventType(entry.detail)
            if kind not in SERVING:
                continue
            told = ModelChanged.model_validate_json(entry.body)
            if kind is EventType.MODEL_ROLLED_BACK:
                said, learned = rescored(told.shadow), told.learned_up_to
                yield Promoted(entry.sequence, told.version, said, learned)
                continue
            with self._store.read() as transaction:
                said = rescored(said_by(transaction, self._name, told))
            if said:
                yield Promoted(entry.sequence, told.version, said)

    def _along(self, kinds: Sequence[Kind], after: int) -> Iterator[Entry]:
        with self._store.read() as transaction:
            until = transaction.history.last()
        while True:
            with self._store.read() as transaction:
                history = transaction.history
                page = history.of_kinds(self._name, kinds, (after, until), _AT_ONCE)
            yield from page
            if len(page) < _AT_ONCE:
                return
            after = page[-1].sequence


def _turn(entry: Entry, past: Past, said: set[str]) -> Turn:
    body: dict[str, Any] = json.loads(entry.body)
    said.add(body["label"])
    return Turn(entry.detail, entry.at.timestamp(), past.at, body.get("seconds_spent"))


def _with_body(entry: Entry, body: str) -> Entry:
    """The routed event that an answer is about, at the place of the answer."""
    return Entry(entry.sequence, Kind.ROUTED, entry.subject, 1, "", body, entry.at)


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
