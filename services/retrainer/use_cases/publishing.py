"""Publishing: a version is written, recorded, then announced."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from services.retrainer.domain import versions
from services.retrainer.domain.ledger import Span
from services.retrainer.domain.versions import Version
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Candidate, Publisher, Store, Transaction
from services.retrainer.use_cases.courses import Course
from shared.clock import Clock
from shared.errors import Unavailable

log = structlog.get_logger()

_REMIND_EVERY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class _Ground:
    """On what a version stands.

    Attributes:
        parent: the version in force before.
        fresh: the corrections since then.
        recorded: how many corrections were recorded in all.
    """

    parent: Version | None
    fresh: Span
    recorded: int


class PublishVersion:
    """Make a version of what a course has learned, if that is anything new."""

    def __init__(self, store: Store, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock

    def __call__(self, course: Course) -> Version | None:
        """The new version, promoted or rejected, recorded and not yet announced."""
        name, position = course.project.name, course.progress.position
        if position == course.considered:
            return None
        with self._store.read() as transaction:
            newest = transaction.versions.newest(name)
            parent = transaction.versions.newest(name, promoted=True)
            fresh = transaction.ledger.span(name, parent.position if parent else 0, position)
            ground = _Ground(parent, fresh, _recorded(transaction, parent) + fresh.count)
        version = None
        if newest is None or position > newest.position:
            candidate = course.learner.candidate()
            if candidate is not None and (parent is None or candidate.sha256 != parent.sha256):
                number = newest.number + 1 if newest else 1
                described = self._describe(course, candidate, number, ground)
                version = self._publish(candidate, described)
        course.considered = position
        return version

    def _describe(
        self, course: Course, candidate: Candidate, number: int, ground: "_Ground"
    ) -> Version:
        parent, fresh = ground.parent, ground.fresh
        objection = versions.objection(
            candidate.labels, course.project.labels, finite=candidate.is_finite
        )
        return Version(
            project=course.project.name,
            number=number,
            sha256=candidate.sha256,
            uri="",
            parent=parent.number if parent else None,
            position=course.progress.position,
            learned_up_to=max(parent.learned_up_to if parent else 0, fresh.sequence),
            metrics=versions.figures(course.progress, fresh, ground.recorded),
            reason=objection or versions.reason(fresh),
            rejected=objection is not None,
            at=self._clock.now(),
        )

    def _publish(self, candidate: Candidate, version: Version) -> Version:
        name = version.project
        with self._metrics.publish_seconds.labels(name).time():
            if not version.rejected:
                version = replace(version, uri=candidate.publish(version))
            with self._store.write() as transaction:
                transaction.versions.add(version)
        if version.rejected:
            self._metrics.rejected.labels(name).inc()
            log.error(
                "version_rejected", project=name, version=version.number, detail=version.reason
            )
        return version


class AnnounceVersions:
    """Tell everybody of the versions that may not have been announced; twice does no harm."""

    def __init__(self, store: Store, publisher: Publisher, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._publisher = publisher
        self._metrics = metrics
        self._clock = clock
        self._reminded = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> None:
        """Announce what is new, in order, and what Redis has lost."""
        self._announce_new()
        now = self._clock.now()
        if now - self._reminded >= _REMIND_EVERY:
            self._reminded = now
            self._remind()

    def _remind(self) -> None:
        """Announce the version in force of each project again if Redis does not know it.

        With Redis away this is left for later: learning goes on.
        """
        with self._store.read() as transaction:
            newest = [
                transaction.versions.newest(project, promoted=True)
                for project in transaction.ledger.projects()
            ]
        in_force = [version for version in newest if version is not None]
        try:
            known = self._publisher.announced() if in_force else {}
            lost = [v for v in in_force if known.get(v.project) != v.number]
            self._publisher.publish([versions.announcement(version) for version in lost])
        except Unavailable as error:
            log.warning("versions_wait", error=str(error))
            return
        for version in lost:
            log.warning("version_announced_again", project=version.project, version=version.number)

    def _announce_new(self) -> None:
        """Announce what may not have been announced.

        The transaction stays open meanwhile, so that of several processes one speaks at a time,
        and an older version is never announced after a newer one.

        Raises:
            Unavailable: Redis or the database is away; they stay unannounced.
        """
        with self._store.read() as transaction:
            if not transaction.versions.unannounced():
                return
        with self._store.write() as transaction:
            waiting = transaction.versions.unannounced()
            self._publisher.publish([versions.announcement(version) for version in waiting])
            transaction.versions.mark_announced(waiting)
        for version in waiting:
            if not version.rejected:
                self._metrics.published.labels(version.project).inc()
                log.info(
                    "version_published",
                    project=version.project,
                    version=version.number,
                    sha256=version.sha256,
                    reason=version.reason,
                )


def _recorded(transaction: Transaction, parent: Version | None) -> int:
    """How many corrections were recorded up to a version."""
    if parent is None:
        return 0
    said = parent.metrics.get(versions.CORRECTIONS)
    if said is not None:
        return int(said)
    return transaction.ledger.span(parent.project, 0, parent.position).count
