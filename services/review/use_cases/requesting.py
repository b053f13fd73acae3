"""Asking for a candidate: what a version would be without somebody, for people to decide on."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from services.review.domain.access import User
from services.review.domain.facts import SOURCE
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.versions import ASKED, Version
from services.review.errors import NotFound, WrongState
from services.review.ports import Bell, Store, Transaction
from services.review.use_cases.models import existing
from services.review.use_cases.repeating import UNNAMED, Once
from shared.clock import Clock
from shared.events import CandidateRequested, EventType, announce
from shared.project import Promotion

_EVER = datetime(2000, 1, 1, tzinfo=UTC)


class Whom(StrEnum):
    """What is left out."""

    REVIEWER = "reviewer"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Without whom, and why.

    Attributes:
        whom: a reviewer's answers, or all that was learned of one event.
        name: the reviewer's name, or the event's id.
    """

    whom: Whom
    name: str
    reason: str


class AskForCandidate:
    """Lets the retrainer learn a version again without somebody, and offer what that makes.

    What can be known here is refused at once; what only learning shows, such as that nothing of
    the version is from them, comes back as a refused version that says so.
    """

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock

    def __call__(
        self, project: str, number: int, actor: User, wanted: Wanted, once: Once = UNNAMED
    ) -> None:
        """Ask, and write down who did.

        Raises:
            NotFound: there is no such version, or nobody of that name to leave out.
            WrongState: what was offered would not wait for a person, or could not be compared.
        """
        with self._store.write() as transaction:
            transaction.projects.lock([project])
            if once.earlier(transaction, actor.name) is not None:
                return
            version = existing(transaction, project, number)
            _check(transaction, project, version)
            _find(transaction, project, wanted)
            now = self._clock.now()
            _sign(transaction, project, version, _payload(number, actor, wanted), now)
            once.done(transaction, actor.name, "", now)
        self._bell.flush()


def _check(transaction: Transaction, project: str, version: Version) -> None:
    state = transaction.projects.get(project)
    if state is None or state.configuration.promotion is not Promotion.MANUAL:
        raise WrongState(
            "what is learned next would take its place at once: let people approve versions first "
            f"(`promotion: manual` in the file of project {project!r}), then ask again"
        )
    champion = transaction.models.champion(project)
    if champion is None:
        raise WrongState(
            "no version serves, so there is nothing to try it beside: approve one first"
        )
    if version.told.learned_up_to < champion.told.learned_up_to:
        raise WrongState(
            f"version {version.number} has learned less than the one in force: ask for version "
            f"{champion.number} instead"
        )


def _find(transaction: Transaction, project: str, wanted: Wanted) -> None:
    if wanted.whom is Whom.REVIEWER:
        if not transaction.votes.since(project, wanted.name, _EVER, 1):
            raise NotFound(f"no answer of {wanted.name!r} counts in project {project!r}")
    elif not transaction.ledger.story(project, wanted.name, [Kind.CORRECTED]):
        raise NotFound(f"nothing was learned of {wanted.name!r}: people have not answered it")


def _payload(number: int, actor: User, wanted: Wanted) -> CandidateRequested:
    return CandidateRequested.model_validate(
        {
            "version": number,
            "whom": wanted.whom.value,
            "name": wanted.name,
            "actor": actor.name,
            "reason": wanted.reason,
        }
    )


def _sign(
    transaction: Transaction,
    project: str,
    version: Version,
    payload: CandidateRequested,
    now: datetime,
) -> None:
    """Who asked for what, when and why, in the record and on its way to who learns it."""
    version = replace(version, decisions=version.decisions + 1)
    transaction.models.put(project, version)
    subject, revision = str(version.number), version.decisions
    body = payload.model_dump_json()
    transaction.ledger.append_one(
        NewEntry(project, Kind.PROMOTION, subject, revision, ASKED, body, now)
    )
    event = announce(
        EventType.CANDIDATE_REQUESTED,
        payload,
        project=project,
        identity=f"{subject}/{revision}",
        source=SOURCE,
        time=now,
    )
    transaction.outbox.put([event])
