"""Offering: a model without somebody becomes a candidate, and a person decides on it."""

from dataclasses import replace

from services.retrainer.domain import versions
from services.retrainer.domain.leaving_out import LeftOut
from services.retrainer.domain.ledger import NewEntry, Span
from services.retrainer.domain.steps import SOURCE, NewStep, Step
from services.retrainer.domain.versions import Version
from services.retrainer.errors import NotOffered
from services.retrainer.ports import Candidate, Store
from services.retrainer.use_cases.courses import Course
from services.retrainer.use_cases.rebuilding import RebuildVersion, Rebuilt
from shared.clock import Clock
from shared.events import EventType
from shared.project import Project, Promotion


class OfferWithout:
    """Offer what a version would be without somebody, beside a retrainer that runs.

    The retrainer announces the candidate, and tries it beside the version in force on answers that
    are new to both. What it learns meanwhile it learns from everybody.
    """

    def __init__(self, store: Store, rebuild: RebuildVersion, clock: Clock) -> None:
        self._store = store
        self._rebuild = rebuild
        self._clock = clock

    def __call__(
        self, project: str, number: int, without: LeftOut, answers: NewEntry | None = None
    ) -> tuple[Rebuilt, int]:
        """Both hashes, and the number of the candidate.

        Args:
            project: whose version is learned again.
            number: the version's.
            without: who is left out.
            answers: the request that this answers; answered already, nothing is offered again.

        Raises:
            NoSuchVersion: the project has no such version.
            NotOffered: nobody would be asked, there is nothing better to offer, or it must not
                serve.
            Unavailable: a version was made meanwhile, or the database is away.
        """
        version, course, candidate = self._rebuild.learned(project, number, without)
        found, newest = self._around(project)
        _check_project(course.project)
        in_force = _to_beat(version, found)
        if candidate is None:
            raise NotOffered("too little is left for a model: choose a newer version")
        if not course.changed or candidate.sha256 == version.sha256:
            raise NotOffered(f"nothing in version {number} is from {without.name!r}")
        objection = versions.objection(
            candidate.labels, course.project.labels, finite=candidate.is_finite
        )
        if objection is not None:
            raise NotOffered(objection)
        made = self._describe(version, course, candidate, newest + 1, in_force)
        made = replace(made, uri=candidate.publish(made))
        self._keep(made, _reason(number, without, course.changed), answers)
        return Rebuilt(version.sha256, candidate.sha256, course.changed), made.number

    def _around(self, project: str) -> tuple[Step | None, int]:
        """How the version in force came, and the newest number."""
        with self._store.read() as transaction:
            newest = transaction.versions.newest(project)
            return transaction.versions.in_force(project), newest.number if newest else 0

    def _describe(
        self,
        version: Version,
        course: Course,
        candidate: Candidate,
        number: int,
        in_force: Step,
    ) -> Version:
        """What was recorded counts in full: review counts along, and would send it again."""
        nothing_new = Span(count=0, sequence=version.learned_up_to, oldest_at=None)
        recorded = int(version.metrics.get(versions.CORRECTIONS, 0))
        return replace(
            version,
            number=number,
            sha256=candidate.sha256,
            parent=in_force.version.number,
            metrics=versions.figures(course.progress, nothing_new, recorded, candidate.voices),
            at=self._clock.now(),
            fit=None,
        )

    def _keep(self, made: Version, reason: str, answers: NewEntry | None) -> None:
        step = NewStep(
            made.project, made.number, EventType.MODEL_CANDIDATE, reason, SOURCE, made.at
        )
        with self._store.write() as transaction:
            if answers is not None:
                if transaction.ledger.known(made.project, [answers.identity], answers.kind):
                    return
                transaction.ledger.append([answers])
            transaction.versions.add(made)
            transaction.versions.take(step)


def _reason(number: int, without: LeftOut, changed: int) -> str:
    left_out = f"{changed} correction{'s' if changed != 1 else ''} left out"
    return f"version {number} without {without.whom.value} {without.name}: {left_out}"


def _check_project(project: Project) -> None:
    if project.promotion is not Promotion.MANUAL:
        raise NotOffered(
            "what is learned next would take its place at once: let people approve versions first "
            f"(`promotion: manual` in the file of project {project.name!r}), then offer it"
        )


def _to_beat(version: Version, in_force: Step | None) -> Step:
    """The version in force, if answers that are new to both can tell which is better."""
    if in_force is None:
        raise NotOffered(
            "no version serves, so there is nothing to try it beside: approve one first "
            f"(`handraise model promote {version.project} {version.number} --reason ...`)"
        )
    if version.position < in_force.version.position:
        raise NotOffered(
            f"version {version.number} has learned less than the one in force: rebuild "
            f"version {in_force.version.number} instead"
        )
    return in_force
