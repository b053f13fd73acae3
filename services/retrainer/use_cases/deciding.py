"""Deciding: what a person has said of a version takes effect at once, whatever is being learned."""

from collections.abc import Callable, Mapping, Sequence

import structlog

from services.retrainer.domain.ledger import Kind, NewEntry
from services.retrainer.domain.steps import NewStep
from services.retrainer.domain.versions import Version
from services.retrainer.ports import Bell, Learners, Store, Transaction
from services.retrainer.use_cases.entering import passed_over, write_once
from services.retrainer.use_cases.shadows import LookBack
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events import CloudEvent, EventType, PromotionDecided, Shadow

log = structlog.get_logger()

_NOT_KEPT = (
    "its artifact is not kept any more: choose a newer version, and raise "
    "HANDRAISE_KEEP_ARTIFACTS for the next time"
)


_Decision = tuple[CloudEvent, PromotionDecided]


class RecordDecisions:
    """Put people's decisions into the ledger, each once, with what follows from them.

    A version that is to serve is asked about the answers since it was made, so that its thresholds
    are ready when it does.
    """

    def __init__(
        self,
        store: Store,
        learners: Learners,
        announce: Callable[[], None],
        bell: Bell,
        clock: Clock,
    ) -> None:
        self._store = store
        self._learners = learners
        self._look_back = LookBack(store, learners)
        self._announce = announce
        self._bell = bell
        self._clock = clock

    def __call__(self, events: Sequence[CloudEvent]) -> None:
        """Record what is not recorded yet, and tell everybody."""
        decisions = [(e, e.data) for e in events if isinstance(e.data, PromotionDecided)]
        if not decisions:
            return
        shadows = self._shadows(decisions)
        with self._store.write() as transaction:
            for event, decided in decisions:
                if not _is_known(transaction, event):
                    self._record(transaction, event, decided, shadows.get(event.id, ()))
        self._bell.ring()
        try:
            self._announce()
        except Unavailable as error:
            log.warning("versions_wait", error=str(error))

    def _shadows(self, decisions: Sequence[_Decision]) -> Mapping[str, Sequence[Shadow]]:
        """What versions that are to serve say of past answers; asked while nothing is locked."""
        with self._store.read() as transaction:
            wanted = {
                event.id: transaction.versions.get(event.project, decided.version)
                for event, decided in decisions
                if decided.verdict != "reject" and not _is_known(transaction, event)
            }
        return {name: self._look_back(version) for name, version in wanted.items() if version}

    def _record(
        self,
        transaction: Transaction,
        event: CloudEvent,
        decided: PromotionDecided,
        shadow: Sequence[Shadow],
    ) -> None:
        entry = NewEntry(
            project=event.project,
            kind=Kind.DECISION,
            identity=event.id,
            sequence=0,
            body=decided.model_dump_json(),
            at=event.time,
        )
        transaction.ledger.append([entry])
        version = transaction.versions.get(event.project, decided.version)
        if version is None:
            log.warning("no_such_version", project=event.project, version=decided.version)
        elif decided.verdict == "roll_back":
            self._roll_back(transaction, version, decided, shadow)
        elif not transaction.versions.is_open(version.project, version.number):
            log.warning("no_candidate", project=event.project, version=decided.version)
        elif decided.verdict == "promote":
            self._promote(transaction, version, decided, shadow)
        else:
            if version.fit is not None:
                fit = passed_over(version.fit)
                write_once(transaction, version.project, fit, self._clock.now())
            self._take(transaction, version, EventType.MODEL_REJECTED, decided)

    def _promote(
        self,
        transaction: Transaction,
        version: Version,
        decided: PromotionDecided,
        shadow: Sequence[Shadow],
    ) -> None:
        """Let a version serve, or let what is learned go on in it if a fit is tried in it."""
        last = transaction.versions.in_force(version.project, rollbacks=False)
        if version.fit is not None:
            write_once(transaction, version.project, version.fit, self._clock.now())
        elif last is not None and last.version.number > version.number:
            why = f"version {last.version.number} was promoted before; roll back to go back"
            self._refuse(transaction, version, why)
        elif not self._learners.keeps(version):
            self._refuse(transaction, version, _NOT_KEPT)
        else:
            self._take(transaction, version, EventType.MODEL_PROMOTED, decided, shadow)

    def _roll_back(
        self,
        transaction: Transaction,
        version: Version,
        decided: PromotionDecided,
        shadow: Sequence[Shadow],
    ) -> None:
        if self._learners.keeps(version):
            self._take(transaction, version, EventType.MODEL_ROLLED_BACK, decided, shadow)
        else:
            self._refuse(transaction, version, _NOT_KEPT)

    def _refuse(self, transaction: Transaction, version: Version, why: str) -> None:
        refused = PromotionDecided(
            version=version.number, verdict="reject", actor="retrainer", reason=why
        )
        self._take(transaction, version, EventType.MODEL_REJECTED, refused)

    def _take(
        self,
        transaction: Transaction,
        version: Version,
        kind: EventType,
        decided: PromotionDecided,
        shadow: Sequence[Shadow] = (),
    ) -> None:
        step = NewStep(
            version.project,
            version.number,
            kind,
            decided.reason,
            decided.actor,
            self._clock.now(),
            shadow=shadow,
        )
        transaction.versions.take(step)


def _is_known(transaction: Transaction, event: CloudEvent) -> bool:
    """Whether a decision was recorded before."""
    return bool(transaction.ledger.known(event.project, [event.id], Kind.DECISION))
