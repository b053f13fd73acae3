"""Wires the retrainer together; the only file that meets settings and adapters."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from faststream.asgi import AsgiFastStream
from faststream.redis import RedisBroker
from prometheus_client import CollectorRegistry

from services.retrainer.adapters import loop
from services.retrainer.adapters.causes import Causes
from services.retrainer.adapters.fitters import ProcessFitters
from services.retrainer.adapters.learners import Workshop
from services.retrainer.adapters.project_feed import ProjectFeed
from services.retrainer.adapters.publisher import RedisPublisher
from services.retrainer.adapters.requests import ProcessRequests
from services.retrainer.adapters.store import SqlStore
from services.retrainer.adapters.turn import Turn
from services.retrainer.domain.leaving_out import LeftOut
from services.retrainer.handlers import record_corrections
from services.retrainer.metrics import Metrics
from services.retrainer.settings import Settings
from services.retrainer.tables import LedgerRow
from services.retrainer.use_cases.announcing import AnnounceVersions
from services.retrainer.use_cases.courses import Courses
from services.retrainer.use_cases.deciding import RecordDecisions
from services.retrainer.use_cases.erasing import EraseSubjects
from services.retrainer.use_cases.offering import OfferWithout
from services.retrainer.use_cases.rebuilding import RebuildVersion, Rebuilt
from services.retrainer.use_cases.recording import RecordCorrections, RecordProjects
from services.retrainer.use_cases.requesting import AnswerRequest, TakeRequests
from services.retrainer.use_cases.retraining import Craft, Retraining, Rhythm
from shared.clock import SystemClock
from shared.database import Database
from shared.ending import end
from shared.errors import Unavailable
from shared.events import CloudEvent
from shared.listening import listening
from shared.messaging import (
    Consumer,
    MessagingMetrics,
    RedisLane,
    channels,
    connect,
    in_turn,
    make_broker,
    subscribe,
    watched,
)
from shared.observability import Operated, Readiness
from shared.streams import Stream
from shared.tracing import UNTRACED

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "retrainer_alembic_version"
_TRIALS = timedelta(seconds=0.5)


def create_app(settings: Settings) -> Operated:
    """The retrainer as an ASGI application: consuming starts with its lifespan."""
    core = _Core(settings)
    broker = core.broker()

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        with suppress(Unavailable):  # away: the follower waits for it
            await core.feed.refresh()
        learning = asyncio.create_task(core.loop.run())
        following = asyncio.create_task(core.feed.follower.run())
        async with watched(core.redis, core.keys, core.messaging, core.clock):
            yield
        await end(following)
        core.loop.stop()
        await learning
        await core.close()

    return Operated(
        AsgiFastStream(broker, logger=None, lifespan=lifespan), core.readiness, core.registry
    )


def rebuild(
    settings: Settings, project: str, version: int, without: LeftOut | None = None
) -> Rebuilt:
    """Learn a version again from the ledger; see `use_cases/rebuilding.py`."""
    with _rebuilder(settings) as (_, learn_again):
        return learn_again(project, version, without)


def offer(settings: Settings, project: str, version: int, without: LeftOut) -> tuple[Rebuilt, int]:
    """Offer what a version would be without somebody; see `use_cases/offering.py`."""
    with _rebuilder(settings) as (store, learn_again):
        return OfferWithout(store, learn_again, SystemClock())(project, version, without)


def answer_request(settings: Settings, request: CloudEvent) -> None:
    """Answer a request for a model without somebody; see `use_cases/requesting.py`."""
    with _rebuilder(settings) as (store, learn_again):
        offer_without = OfferWithout(store, learn_again, SystemClock())
        AnswerRequest(store, offer_without, SystemClock())(request)


@contextmanager
def _rebuilder(settings: Settings) -> Iterator[tuple[SqlStore, RebuildVersion]]:
    database, workshop = _open(settings)
    fitters = ProcessFitters()
    try:
        store = SqlStore(database)
        courses = Courses(store, workshop, fitters, Metrics(CollectorRegistry()))
        yield store, RebuildVersion(store, courses)
    finally:
        fitters.close()
        database.close()


def _open(settings: Settings) -> tuple[Database, Workshop]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    workshop = Workshop.open(
        settings.artifact_store,
        settings.checkpoint_store,
        settings.signing_key,
        settings.keep_artifacts,
    )
    database = Database(settings.database)
    database.upgrade(MIGRATIONS, VERSION_TABLE)
    return database, workshop


class _Core:
    """What the whole service shares."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry, self.readiness, self.clock = CollectorRegistry(), Readiness(), SystemClock()
        self.keys = settings.keys
        self.database, workshop = _open(settings)
        self.store = SqlStore(self.database)
        self.publisher = RedisPublisher(settings.redis_url, self.keys)
        traces = listening("retrainer", asked=settings.tracing) or UNTRACED
        self.causes = Causes(self.publisher, traces)
        self.redis = connect(settings.redis_url)
        metrics = Metrics(self.registry)
        self.messaging = MessagingMetrics(self.registry)
        self.fitters = ProcessFitters()
        announce = AnnounceVersions(self.store, self.causes, metrics, self.clock)
        retraining = Retraining(
            self.store,
            Craft(workshop, self.fitters),
            announce,
            metrics,
            self.clock,
            Rhythm(timedelta(seconds=settings.publish_seconds), settings.checkpoint_every, _TRIALS),
        )
        beat = self.readiness.beat
        turn = Turn(self.database, settings.turn_seconds)
        self.loop = loop.LearningLoop(retraining, turn, settings.publish_seconds, beat)
        keep_projects = RecordProjects(self.store, self.loop)
        keep_decisions = RecordDecisions(self.store, workshop, announce.news, self.loop, self.clock)

        erase = EraseSubjects(self.store, self.loop, self._scrub)
        self.requests = ProcessRequests(partial(answer_request, settings))
        take_requests = TakeRequests(self.store, self.requests.begin)

        def keep(events: Sequence[CloudEvent]) -> None:
            keep_projects(events)
            keep_decisions(events)
            erase(events)
            take_requests(events)

        self.feed = ProjectFeed(self.redis, self.keys.key(Stream.CONTROL), keep, beat)

    def _scrub(self) -> None:
        self.database.scrub([LedgerRow.__tablename__])

    def broker(self) -> RedisBroker:
        """The subscriber of `corrections`."""
        record = RecordCorrections(self.store, self.loop)
        handler = in_turn(record_corrections(record, self.feed.refresh, self.causes.note))
        metrics, beat = self.messaging, self.readiness.beat
        self.readiness.expect("follower", loop.NAME)
        broker = make_broker(self.settings.redis_url)
        for channel in channels(self.keys, Stream.CORRECTIONS, "retrainer"):
            self.readiness.expect(channel.stream)
            lane = RedisLane(self.redis, channel, self.settings.claim_idle_seconds)
            consumer = Consumer(lane, handler, self.settings, metrics, self.clock, beat)
            subscribe(broker, consumer)
        return broker

    async def close(self) -> None:
        """Give all connections back."""
        self.fitters.close()
        self.requests.close()
        await self.redis.aclose()
        self.publisher.close()
        self.database.close()
