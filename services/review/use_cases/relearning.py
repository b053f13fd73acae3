"""Corrections that the retrainer lacks: found by counting, sent again from the ledger."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from services.review.domain.ledger import Entry, Kind
from services.review.domain.reconciling import (
    LEARNED,
    UNLEARNED_AFTER,
    Agreement,
    Gap,
    GapKind,
    Learned,
    compare,
    is_old,
    pause_after,
)
from services.review.ports import Bell, Store, Transaction, Transport
from services.review.use_cases.republishing import said_again
from shared.clock import Clock
from shared.events import EventType
from shared.project import Promotion
from shared.streams import Stream

_NEWEST = 20
_AT_ONCE = 500
_PROMOTED, _ROLLED_BACK = EventType.MODEL_PROMOTED.value, EventType.MODEL_ROLLED_BACK.value
_VERSIONS = {_PROMOTED, EventType.MODEL_REJECTED.value, EventType.MODEL_CANDIDATE.value}


@dataclass(frozen=True, slots=True)
class _Balance:
    """How a project's corrections stand against what its retrainer says.

    Attributes:
        agreement: up to where both count the same.
        is_new: whether that is further than before.
        missing: corrections that the retrainer lacks.
        unrecorded: corrections that only the retrainer has.
        place: those after this place are to be sent again if any is missing.
    """

    agreement: Agreement
    is_new: bool
    missing: int
    unrecorded: int
    place: int


class Relearning:
    """Compares counts with the retrainer, project by project."""

    def __init__(self, store: Store, transport: Transport, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._transport = transport
        self._bell = bell
        self._clock = clock
        self._doubted: dict[str, datetime] = {}
        self._sent: dict[str, tuple[datetime, int]] = {}

    def gaps(self) -> list[Gap]:
        """What is missing; nothing is changed."""
        return [gap for project, balance in self._balances() for gap in _gaps(project, balance, 0)]

    def repair(self, *, reachable: bool) -> list[Gap]:
        """What is missing; sent again unless it is on its way or was sent just now.

        Args:
            reachable: whether Redis answers; if not, nothing is sent.
        """
        gaps: list[Gap] = []
        balances = self._balances()
        for project, balance in balances:
            if not balance.missing:
                self._sent.pop(project, None)
            may = balance.missing and reachable and self._may_send(project)
            gaps += _gaps(project, balance, self._send(project, balance.place) if may else 0)
        agreed = [(project, balance.agreement) for project, balance in balances if balance.is_new]
        if agreed:
            with self._store.write() as transaction:
                for project, agreement in agreed:
                    transaction.marks.put(_mark(project), json.dumps(asdict(agreement)))
        return gaps

    def _balances(self) -> list[tuple[str, _Balance]]:
        with self._store.read() as transaction:
            names = [state.configuration.name for state in transaction.projects.all()]
            weighed = [(name, self._weigh(transaction, name)) for name in names]
        return [(name, balance) for name, balance in weighed if balance is not None]

    def _weigh(self, transaction: Transaction, project: str) -> _Balance | None:
        """None while there is no model: then nothing tells what was learned.

        Where candidates wait for a person the next one comes after hundreds of corrections; until
        then those after the last are not missed.
        """
        told = transaction.ledger.newest(project, Kind.MODEL, _NEWEST)
        learned = _newest(told)
        agreed = Agreement(**json.loads(transaction.marks.get(_mark(project)) or "{}"))
        if learned is None or learned.up_to < agreed.sequence:
            return None
        history, now = transaction.history, self._clock.now()
        since = history.count_corrections(project, agreed.sequence, learned.up_to)
        compared = compare(agreed, since, learned)
        seldom = _waits_for_people(transaction, project, told)
        tail = [] if seldom else history.corrections(project, learned.up_to, _AT_ONCE)
        late = sum(is_old(entry.at, now, UNLEARNED_AFTER) for entry in tail)
        holes = compared.missing if self._is_lasting(project, compared.missing, now) else 0
        return _Balance(
            agreement=compared.agreement,
            is_new=compared.agreement != agreed,
            missing=holes + late,
            unrecorded=compared.unrecorded,
            place=agreed.sequence if holes else learned.up_to,
        )

    def _is_lasting(self, project: str, missing: int, now: datetime) -> bool:
        """Corrections may overtake each other, so that one is missing for a moment."""
        if not missing:
            self._doubted.pop(project, None)
            return False
        return is_old(self._doubted.setdefault(project, now), now, UNLEARNED_AFTER)

    def _may_send(self, project: str) -> bool:
        now = self._clock.now()
        if project in self._sent:
            at, tries = self._sent[project]
            if not is_old(at, now, pause_after(tries, UNLEARNED_AFTER)):
                return False
        late = self._transport.backlog_seconds(Stream.CORRECTIONS)
        return late < UNLEARNED_AFTER.total_seconds()

    def _send(self, project: str, place: int) -> int:
        """Send corrections after a place again, all that are old enough; how many."""
        now, sent = self._clock.now(), 0
        _, tries = self._sent.get(project, (now, -1))
        self._sent[project] = now, tries + 1
        while True:
            with self._store.write() as transaction:
                if not transaction.marks.take_turn():
                    return sent
                entries = transaction.history.corrections(project, place, _AT_ONCE)
                old = [entry for entry in entries if is_old(entry.at, now, UNLEARNED_AFTER)]
                transaction.outbox.put(said_again(transaction, [(project, e) for e in old]))
            self._bell.ring()
            sent += len(old)
            if len(old) < _AT_ONCE:
                return sent
            place = old[-1].sequence


def _waits_for_people(transaction: Transaction, project: str, told: Sequence[Entry]) -> bool:
    """Whether nothing serves before somebody has approved it: always, or since a rollback."""
    state = transaction.projects.get(project)
    if state is not None and state.configuration.promotion is Promotion.MANUAL:
        return True
    serving = (entry.detail for entry in told if entry.detail in {_PROMOTED, _ROLLED_BACK})
    return next(serving, _ROLLED_BACK) == _ROLLED_BACK


def _gaps(project: str, balance: _Balance, repaired: int) -> list[Gap]:
    gaps = [
        Gap(project, GapKind.UNLEARNED, balance.missing, repaired),
        Gap(project, GapKind.UNRECORDED, balance.unrecorded),
    ]
    return [gap for gap in gaps if gap.found]


def _newest(entries: Sequence[Entry]) -> Learned | None:
    """What the newest version says; entries are in the order in which they were heard of."""
    said = [json.loads(entry.body) for entry in entries if entry.detail in _VERSIONS]
    if not said:
        return None
    newest = max(said, key=lambda body: body["version"])
    count = newest["metrics"].get(LEARNED)
    return Learned(
        newest["version"], newest["learned_up_to"], None if count is None else int(count)
    )


def _mark(project: str) -> str:
    return f"learned/{project}"
