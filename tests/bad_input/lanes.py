"""A stream, a service's real handler behind it, and what came out at the end."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from redis import Redis
from structlog.testing import capture_logs

from services.review.adapters.store import SqlStore
from services.review.domain.ledger import Kind
from services.review.handlers import record_models, route_predictions
from services.review.metrics import Metrics as ReviewMetrics
from services.review.ports import ProjectState
from services.review.use_cases.models import RecordModels
from services.review.use_cases.routing import RoutePredictions
from services.scorer.handlers import score_requests
from services.scorer.metrics import Metrics as ScorerMetrics
from services.scorer.use_cases import ScoreRequests
from shared.database import Database
from shared.messaging import (
    Channel,
    Consumer,
    Handler,
    MessagingMetrics,
    RedisLane,
    connect,
    stream,
)
from shared.settings import CommonSettings
from shared.streams import FIELD, Keyspace, Stream
from tests.builders import a_project
from tests.fakes.bell import FakeBell
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.open_thresholds import OpenThresholds

KEYS = Keyspace("handraise")
MIGRATIONS = Path("services/review/migrations")


@dataclass(frozen=True)
class Outcome:
    """What became of a batch.

    Attributes:
        letters: payloads of the dead letters, in order.
        published: documents that went on.
        log: what was logged.
        counted: the dead letters counter, by reason.
        pending: entries that stay unacknowledged.
    """

    letters: list[dict[str, Any]]
    published: list[dict[str, Any]]
    log: Sequence[Mapping[str, Any]]
    counted: dict[str, float]
    pending: int

    @property
    def originals(self) -> list[bytes]:
        return [b64decode(letter["original_base64"]) for letter in self.letters]

    @property
    def reasons(self) -> list[str]:
        return [letter["reason"] for letter in self.letters]


@dataclass(frozen=True)
class Lane:
    """One stream into one handler."""

    url: str
    stream: Stream
    make_handler: Callable[[], Handler]
    output: Stream | None = None

    def take(self, *documents: bytes) -> Outcome:
        """Let the handler have these documents as one batch."""
        return asyncio.run(self._take(documents))

    async def _take(self, documents: Sequence[bytes]) -> Outcome:
        registry = CollectorRegistry()
        channel = Channel(
            stream=KEYS.key(self.stream),
            group="tested",
            dead_letters=KEYS.key(Stream.DEAD_LETTERS),
            watermarks=KEYS.watermarks(),
            source="test",
            output=KEYS.key(self.output) if self.output else "",
        )
        redis = connect(self.url)
        await redis.flushall()
        await redis.xgroup_create(channel.stream, channel.group, id="0", mkstream=True)
        for document in documents:
            await redis.xadd(channel.stream, {FIELD: document})
        consumer = Consumer(
            lane=RedisLane(redis, channel, 5.0),
            handler=self.make_handler(),
            options=CommonSettings(redis_url=self.url),
            metrics=MessagingMetrics(registry),
            clock=FakeClock(),
            heartbeat=lambda _: None,
        )
        with capture_logs() as log:
            read = await stream.read_group(
                redis, channel.stream, channel.group, "me", count=1000, block=1000
            )
            await consumer.handle(read)
            await consumer.settled()
        summary: Any = await redis.xpending(channel.stream, channel.group)
        await redis.aclose()
        counted = {
            sample.labels["reason"]: sample.value
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name == "handraise_dead_letters_total"
        }
        letters = [letter["data"] for letter in self._documents(Stream.DEAD_LETTERS)]
        published = self._documents(self.output) if self.output else []
        return Outcome(letters, published, log, counted, summary["pending"])

    def _documents(self, stream: Stream) -> list[dict[str, Any]]:
        client: Any = Redis.from_url(self.url)
        return [json.loads(fields[FIELD]) for _, fields in client.xrange(KEYS.key(stream))]


def scorer_lane(url: str) -> Lane:
    """`requests` → the scorer, which knows the project `churn` → `predictions`."""
    score = ScoreRequests(FakeCatalogue("churn"), ScorerMetrics(CollectorRegistry()), FakeClock())
    return Lane(url, Stream.REQUESTS, lambda: score_requests(score), Stream.PREDICTIONS)


class ReviewDesk:
    """The review service's database and handlers, with the project `churn`."""

    def __init__(self, url: str, database_url: str) -> None:
        self.url = url
        self.database = Database(database_url)
        self.database.upgrade(MIGRATIONS, "review_alembic_version")
        self.store = SqlStore(self.database, KEYS)
        self.metrics = ReviewMetrics(CollectorRegistry())

    def configure(self) -> None:
        """Bring the project into force."""

        with self.store.write() as transaction:
            transaction.projects.put(ProjectState(a_project(), 1, stopped=False))

    def predictions(self) -> Lane:
        """`predictions` → ledger, items, outbox."""
        shared = (self.store, FakeBell(), self.metrics, FakeClock())
        route = RoutePredictions(*shared, bytes(32), OpenThresholds())
        return Lane(self.url, Stream.PREDICTIONS, lambda: route_predictions(route))

    def models(self) -> Lane:
        """`models` → ledger."""
        return Lane(self.url, Stream.MODELS, lambda: record_models(RecordModels(self.store)))

    def recorded(self, event_id: str) -> str | None:
        """The ledger's body of a routed event."""
        with self.store.read() as transaction:
            return transaction.ledger.known("churn", Kind.ROUTED, [event_id]).get(event_id)

    def rows(self) -> tuple[int, int]:
        """How many events are recorded, and how many items wait."""
        with self.store.read() as transaction:
            tally = transaction.ledger.tally("churn")
            depth = transaction.items.state("churn", FakeClock().now()).depth
        return sum(n for (kind, _), n in tally.items() if kind is Kind.ROUTED), depth
