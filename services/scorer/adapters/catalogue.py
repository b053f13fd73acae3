"""Projects and model versions, as announced on the broadcast streams."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError

from services.scorer.adapters.refusals import Refusals
from services.scorer.domain.serving import Served, unlearned
from services.scorer.metrics import Metrics
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events import CloudEvent, EventType, ModelChanged, ProjectConfigured
from shared.messaging import Follower, RedisBroadcast
from shared.model.errors import ArtifactRefused
from shared.streams import Keyspace, Stream
from shared.tracing import UNTRACED, Traces

log = structlog.get_logger()

_ON_THE_WAY = timedelta(seconds=2)

CORRECTED_AT = "corrected_at"
"""Metric of a version: when the oldest correction that it learned anew was made (epoch s)."""


class Loader(Protocol):
    """Turns an announced version into a served one."""

    def load(self, project: str, version: ModelChanged) -> Served:
        """The version, ready to serve, or ArtifactRefused."""
        ...


class BroadcastCatalogue:
    """Follows `control` and `models` from their beginnings; keeps one model a project.

    Only the newest wish of a project is acted on, so a scorer that starts late loads one
    artifact a project, not the whole history.

    Attributes:
        traces: who is told which version serves.
    """

    def __init__(
        self,
        redis: Redis,
        keys: Keyspace,
        loader: Loader,
        metrics: Metrics,
        clock: Clock,
        heartbeat: Callable[[str], None],
    ) -> None:
        self._served: dict[str, Served] = {}
        self._wanted: dict[str, CloudEvent] = {}
        self._newest: dict[str, int] = {}
        self._labels: dict[str, set[str]] = {}
        self._corrected_at: dict[str, float] = {}
        self._causes: dict[str, str | None] = {}
        self.traces: Traces = UNTRACED
        self._loader = loader
        self._refusals = Refusals(redis, keys, metrics, clock)
        self._metrics = metrics
        self._clock = clock
        self._loading = asyncio.Lock()
        sinks = {
            keys.key(Stream.CONTROL): self._take_control,
            keys.key(Stream.MODELS): self._take_model,
        }
        self.follower = Follower(
            RedisBroadcast(redis), sinks, self._load_wanted, heartbeat, self._begin_anew
        )
        self._redis = redis
        self._marker = keys.marker()
        self._control = keys.key(Stream.CONTROL)
        self._marked_at: datetime | None = None

    def served(self, project: str) -> Served | None:
        """The model in force, or None if there is no such project."""
        return self._served.get(project)

    async def refresh(self) -> None:
        """Look for projects and versions that were announced since the last look."""
        await self.follower.catch_up()

    async def is_complete(self) -> bool:
        """Whether all projects were announced: an empty Redis is filled by review, in a moment.

        Review marks a Redis once all that it lacks is about to leave. If then no project comes,
        there is none.

        Raises:
            Unavailable: Redis does not answer.
        """
        if self.follower.has_read(self._control):
            return True
        try:
            marked = await self._redis.exists(self._marker)
        except NoPermissionError:  # a user made for an older version
            return True
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error
        now = self._clock.now()
        self._marked_at = (self._marked_at or now) if marked else None
        return self._marked_at is not None and now - self._marked_at >= _ON_THE_WAY

    def _begin_anew(self, stream: str) -> None:
        """Another stream has promotions of its own; what is served serves on meanwhile."""
        self._marked_at = None
        if stream != self._control:
            self._newest.clear()

    def _take_control(self, event: CloudEvent) -> None:
        if isinstance(event.data, ProjectConfigured):
            labels = event.data.configuration.labels
            self._labels[event.project] = set(labels)
            self._metrics.begin(event.project)
            current = self._served.get(event.project)
            if current is None or current.model.version == 0:
                self._served[event.project] = unlearned(event.project, labels)
                self._metrics.model_version.labels(event.project).set(0)

    def _take_model(self, event: CloudEvent) -> None:
        if event.type in {EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK}:
            assert isinstance(event.data, ModelChanged)  # noqa: S101 - by the catalogue of types
            if event.type is EventType.MODEL_PROMOTED and not self._advances(event):
                return
            self._wanted[event.project] = event
            self._causes[event.project] = event.traceparent
            corrected_at = event.data.metrics.get(CORRECTED_AT)
            at_once = event.type is EventType.MODEL_PROMOTED and event.data.actor == "retrainer"
            if corrected_at is not None and at_once:
                self._corrected_at.setdefault(event.project, corrected_at)

    def _advances(self, event: CloudEvent) -> bool:
        """A promotion leads forward: only a rollback may bring an older version back."""
        assert isinstance(event.data, ModelChanged)  # noqa: S101 - by the catalogue of types
        newest = self._newest.get(event.project, 0)
        if event.data.version < newest:
            self._refusals.note(
                event,
                f"version {newest} was promoted before; `handraise model rollback` takes one back",
            )
            return False
        self._newest[event.project] = event.data.version
        return True

    async def _load_wanted(self) -> None:
        async with self._loading:
            wanted, self._wanted = self._wanted, {}
            corrected_at, self._corrected_at = self._corrected_at, {}
            for project, event in wanted.items():
                if await self._swap(event) and project in corrected_at:
                    waited = self._clock.now() - datetime.fromtimestamp(corrected_at[project], UTC)
                    self._metrics.correction_to_served.labels(project).observe(
                        waited.total_seconds()
                    )
            await self._refusals.tell()

    def _check_labels(self, project: str, served: Served) -> None:
        """A project that is not known yet may follow: an emptied Redis is filled in any order."""
        known = self._labels.get(project)
        strange = set(served.classifier.labels) - known if known else set()
        if strange:
            raise ArtifactRefused(
                f"it knows the label {min(strange)!r}, which project {project!r} does not have"
            )

    async def _swap(self, event: CloudEvent) -> bool:
        """Take a version into service; a refused one changes nothing. True if it serves."""
        project, version = event.project, event.data
        assert isinstance(version, ModelChanged)  # noqa: S101 - by the catalogue of types
        step = self.traces.begin("serve", self._causes.pop(project, None))
        try:
            served = await asyncio.to_thread(self._loader.load, project, version)
            self._check_labels(project, served)
        except ArtifactRefused as error:
            self._refusals.note(event, str(error))
            return False
        self._served[project] = served
        self._metrics.model_version.labels(project).set(version.version)
        self._metrics.swaps.labels(project).inc()
        step.end(project=project, model_version=version.version)
        log.info("model_served", project=project, version=version.version, sha256=version.sha256)
        return True
