"""Publishing: a version is written, recorded, then announced."""

from dataclasses import replace

import structlog

from services.retrainer.domain import versions
from services.retrainer.domain.ledger import Span
from services.retrainer.domain.versions import Version
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Candidate, Publisher, Store
from services.retrainer.use_cases.courses import Course
from shared.clock import Clock

log = structlog.get_logger()


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
        version = None
        if newest is None or position > newest.position:
            candidate = course.learner.candidate()
            if candidate is not None and (parent is None or candidate.sha256 != parent.sha256):
                number = newest.number + 1 if newest else 1
                described = self._describe(course, candidate, number, parent, fresh)
                version = self._publish(candidate, described)
        course.considered = position
        return version

    def _describe(
        self,
        course: Course,
        candidate: Candidate,
        number: int,
        parent: Version | None,
        fresh: Span,
    ) -> Version:
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
            metrics=versions.figures(course.progress, fresh),
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

    def __init__(self, store: Store, publisher: Publisher, metrics: Metrics) -> None:
        self._store = store
        self._publisher = publisher
        self._metrics = metrics

    def __call__(self) -> None:
        """Announce, in order.

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
