"""Model versions that the scorer refused: counted, logged, and kept as dead letters."""

from base64 import b64encode

import structlog
from redis.asyncio import Redis

from services.scorer.metrics import Metrics
from shared.clock import Clock
from shared.events import CloudEvent, EventDeadLettered, EventType, announce
from shared.messaging import publish
from shared.streams import Keyspace, Stream

log = structlog.get_logger()

REASON = "model_refused"


class Refusals:
    """Says what was refused and why. The same refusal, after a restart, is the same letter."""

    def __init__(self, redis: Redis, keys: Keyspace, metrics: Metrics, clock: Clock) -> None:
        self._redis = redis
        self._models = keys.key(Stream.MODELS)
        self._letters = keys.key(Stream.DEAD_LETTERS)
        self._metrics = metrics
        self._clock = clock
        self._waiting: list[CloudEvent] = []

    def note(self, event: CloudEvent, detail: str) -> None:
        """A version is refused; the one before serves on."""
        self._metrics.refused.labels(event.project).inc()
        log.warning("model_refused", project=event.project, version=event.subject, detail=detail)
        letter = EventDeadLettered(
            stream=self._models,
            entry_id=event.id,
            reason=REASON,
            error="ArtifactRefused",
            message=detail,
            attempts=1,
            original_base64=b64encode(event.encode()).decode(),
        )
        self._waiting.append(
            announce(
                EventType.EVENT_DEAD_LETTERED,
                letter,
                project=event.project,
                identity=f"{self._models}/{event.id}",
                source="scorer",
                time=self._clock.now(),
            )
        )

    async def tell(self) -> None:
        """Put what was noted into the dead letters.

        Raises:
            Unavailable: Redis is away; what was not told is told the next time.
        """
        while self._waiting:
            await publish(self._redis, [(self._letters, self._waiting[0].encode())])
            del self._waiting[0]
