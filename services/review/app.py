"""Wires the review service together; the only file that meets settings and adapters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi_offline import FastAPIOffline
from faststream.redis import RedisBroker
from prometheus_client import CollectorRegistry

from services.review.adapters.housekeeping import Housekeeping
from services.review.adapters.outbox import OutboxDrain
from services.review.adapters.publisher import RedisPublisher
from services.review.adapters.relay import Relay
from services.review.adapters.secret_files import load_or_create_key, load_token
from services.review.adapters.store import SqlStore
from services.review.api import contracts, problems, projects, queues, records, sending, users
from services.review.api.caller import Doorkeeper
from services.review.handlers import record_models, route_predictions
from services.review.metrics import Metrics
from services.review.settings import Settings
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.deciding import DecideItem
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.queues import WorkQueues
from services.review.use_cases.records import ReadRecords, RecordModels
from services.review.use_cases.routing import RoutePredictions
from services.review.use_cases.sending import SendEvents
from services.review.web import pages
from shared.clock import SystemClock
from shared.database import Database
from shared.messaging import (
    Channel,
    Consumer,
    Handler,
    MessagingMetrics,
    connect,
    make_broker,
    subscribe,
)
from shared.observability import AsgiApp, Readiness, with_operations
from shared.streams import Stream, watermarks_key

_MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(settings: Settings) -> AsgiApp:
    """The review service as an ASGI application: consuming starts with its lifespan."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    core = _Core(settings)
    core.readiness.expect("relay", "database")
    access = ControlAccess(core.store, core.clock, load_token(settings.admin_token))
    door = Doorkeeper(access)
    app = FastAPIOffline(title="Handraise", version="1", lifespan=lambda _: _lifespan(core))
    problems.install(app)
    decide = DecideItem(core.store, core.relay, core.metrics, core.clock)
    keep = KeepProjects(core.store, core.relay, core.clock)
    work = WorkQueues(core.store, core.clock)
    app.include_router(queues.router(door, work, decide, core.clock))
    app.include_router(projects.router(door, keep))
    app.include_router(sending.router(door, SendEvents(core.store, core.publisher, core.clock)))
    app.include_router(records.router(door, ReadRecords(core.store, core.clock)))
    app.include_router(users.router(door, access))
    app.include_router(contracts.router())
    pages.install(app, door, access, keep, work, decide)
    return with_operations(app, core.readiness, core.registry)


class _Core:
    """What the whole service shares."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = CollectorRegistry()
        self.readiness = Readiness()
        self.clock = SystemClock()
        self.metrics = Metrics(self.registry)
        self.keys = {stream: stream.key(settings.prefix) for stream in Stream}
        self.database = Database(settings.database)
        self.database.upgrade(_MIGRATIONS, "review_alembic_version")
        self.store = SqlStore(self.database, self.keys)
        self.publisher = RedisPublisher(settings.redis_url, self.keys)
        beat = self.readiness.beat
        self.relay = Relay(OutboxDrain(self.database), self.publisher, self.metrics, beat)
        self.housekeeping = Housekeeping(self.database, self.store, self.metrics, self.clock, beat)
        self.redis = connect(settings.redis_url)
        self.broker = self._broker()

    def _broker(self) -> RedisBroker:
        broker = make_broker(self.settings.redis_url)
        messaging = MessagingMetrics(self.registry)
        route = RoutePredictions(
            self.store,
            self.relay,
            self.metrics,
            self.clock,
            load_or_create_key(self.settings.audit_key),
        )
        handlers: dict[Stream, Handler] = {
            Stream.PREDICTIONS: route_predictions(route),
            Stream.MODELS: record_models(RecordModels(self.store)),
        }
        for stream, handler in handlers.items():
            channel = Channel(
                stream=self.keys[stream],
                group="review",
                dead_letters=self.keys[Stream.DEAD_LETTERS],
                watermarks=watermarks_key(self.settings.prefix),
                source="review",
                trimmed=stream is Stream.PREDICTIONS,
            )
            self.readiness.expect(channel.stream)
            subscribe(
                broker,
                Consumer(
                    self.redis,
                    channel,
                    handler,
                    self.settings,
                    messaging,
                    self.clock,
                    self.readiness.beat,
                ),
            )
        return broker


@asynccontextmanager
async def _lifespan(core: _Core) -> AsyncIterator[None]:
    background = [
        asyncio.create_task(core.relay.run()),
        asyncio.create_task(core.housekeeping.run()),
    ]
    await core.broker.start()
    yield
    await core.broker.stop()
    for task in background:
        task.cancel()
    await asyncio.gather(*background, return_exceptions=True)
    await asyncio.to_thread(core.relay.flush)
    await core.redis.aclose()
    core.publisher.close()
    core.database.close()
