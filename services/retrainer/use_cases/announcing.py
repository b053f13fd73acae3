"""Announcing: everybody is told of each step of each version, in their order."""

from datetime import UTC, datetime, timedelta

import structlog

from services.retrainer.domain.steps import announcement
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Publisher, Store
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events import EventType

log = structlog.get_logger()

_REMIND_EVERY = timedelta(seconds=2)


class AnnounceVersions:
    """Tell everybody of the steps that may not have been announced; twice does no harm."""

    def __init__(self, store: Store, publisher: Publisher, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._publisher = publisher
        self._metrics = metrics
        self._clock = clock
        self._reminded = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> None:
        """Announce what is new, in order, and what Redis has lost."""
        self.news()
        now = self._clock.now()
        if now - self._reminded >= _REMIND_EVERY:
            self._reminded = now
            self._remind()

    def news(self) -> None:
        """Announce what may not have been announced; callable from any thread.

        The transaction stays open meanwhile, so that of several speakers one speaks at a time,
        and an older step is never announced after a newer one.

        Raises:
            Unavailable: Redis or the database is away; they stay unannounced.
        """
        with self._store.read() as transaction:
            if not transaction.versions.unannounced():
                return
        with self._store.write() as transaction:
            waiting = transaction.versions.unannounced()
            self._publisher.publish([announcement(step) for step in waiting])
            transaction.versions.mark_announced(waiting)
        for step in waiting:
            if step.kind is EventType.MODEL_PROMOTED:
                self._metrics.published.labels(step.version.project).inc()
            log.info(
                "version_announced",
                step=step.kind.value,
                project=step.version.project,
                version=step.version.number,
                sha256=step.version.sha256,
                reason=step.reason,
                actor=step.actor,
            )

    def _remind(self) -> None:
        """Announce the version in force of each project again if Redis does not know it.

        With Redis away this is left for later: learning goes on.
        """
        with self._store.read() as transaction:
            found = [
                transaction.versions.in_force(project) for project in transaction.ledger.projects()
            ]
        in_force = [step for step in found if step is not None]
        try:
            known = self._publisher.announced() if in_force else {}
            lost = [s for s in in_force if known.get(s.version.project) != s.version.number]
            self._publisher.publish([announcement(step) for step in lost])
        except Unavailable as error:
            log.warning("versions_wait", error=str(error))
            return
        for step in lost:
            version = step.version
            log.warning("version_announced_again", project=version.project, version=version.number)
