"""What the whole review service shares, made of its settings, and how it lives."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import structlog
from anyio.to_thread import current_default_thread_limiter
from faststream.redis import RedisBroker
from prometheus_client import CollectorRegistry

from services.review.adapters.access_keeping import AccessKeeping
from services.review.adapters.erasing import Leftovers
from services.review.adapters.hands import Clerk, Pool
from services.review.adapters.hasher import Argon2Hasher
from services.review.adapters.housekeeping import Housekeeping
from services.review.adapters.letter_keeping import LetterKeeping
from services.review.adapters.outbox import OutboxDrain
from services.review.adapters.publisher import RedisPublisher
from services.review.adapters.reconciler import Reconciler
from services.review.adapters.relay import Relay
from services.review.adapters.secret_files import load_or_create_key, load_token
from services.review.adapters.signer import Ed25519Signer
from services.review.adapters.store import SqlStore
from services.review.adapters.sweeper import Sweeper
from services.review.adapters.transport import RedisTransport
from services.review.adapters.unhurried import Unhurried
from services.review.api.cookies import SESSION, Cookie
from services.review.handlers import keep_dead_letters, record_models, route_predictions
from services.review.metrics import Metrics
from services.review.settings import Settings
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.dead_letters import KeepDeadLetters
from services.review.use_cases.deadlines import MeetDeadlines
from services.review.use_cases.drifting import WatchDrift
from services.review.use_cases.models import RecordModels
from services.review.use_cases.observing import Observe
from services.review.use_cases.passwords import KeepPasswords
from services.review.use_cases.reconciling import Reconcile
from services.review.use_cases.relieving import RelieveQueues
from services.review.use_cases.repeating import ForgetRequests
from services.review.use_cases.republishing import Republish
from services.review.use_cases.retaining import RetainSubjects
from services.review.use_cases.routing import RoutePredictions
from services.review.use_cases.sealing import SealLedger
from services.review.use_cases.slicing import CountSlices
from services.review.use_cases.suspecting import NoticeContradictions
from services.review.use_cases.thresholds import Thresholds
from shared.clock import SystemClock
from shared.database import Database
from shared.ending import end
from shared.listening import listening
from shared.messaging import (
    Channel,
    Consumer,
    Handler,
    MessagingMetrics,
    RedisLane,
    channels,
    connect,
    in_turn,
    make_broker,
    subscribe,
    watched,
)
from shared.observability import Readiness
from shared.streams import Stream
from shared.tracing import UNTRACED, Traces

log = structlog.get_logger()

_MIGRATIONS = Path(__file__).parent / "migrations"
_LETTERS_AT_ONCE = 50
_REQUESTS_AT_ONCE, _MORE_AT_ONCE = 12, 40
"""On PostgreSQL more of them would take the interpreter and connections from each other. SQLite's
wait for a commit in common, so there they may be many."""

_IN_ONE_COMMIT = 16
"""With more of them who comes first waits too long for who comes last."""

_HANDS = 6
"""Of claims and decisions on PostgreSQL: more only wait for each other."""

_RESTED = 1
"""After work that has rested by itself in between (`unhurriedly`)."""


class Core:
    """What the whole service shares."""

    def __init__(self, settings: Settings) -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.registry = CollectorRegistry()
        self.readiness = Readiness()
        self.readiness.expect("relay", "database")
        self.clock = SystemClock()
        self.listener = listening("review", asked=settings.tracing)
        self.traces: Traces = self.listener or UNTRACED
        self.metrics = Metrics(self.registry)
        self.keys = settings.keys
        self.database = Database(settings.database)
        self.database.upgrade(_MIGRATIONS, "review_alembic_version")
        self.store = SqlStore(self.database, self.keys)
        self.publisher = RedisPublisher(settings.redis_url, settings.wait_replicas)
        beat = self.readiness.beat
        self.relay = Relay(OutboxDrain(self.database), self.publisher, self.metrics, beat)
        self.housekeeping = Housekeeping(self.database, self.store, self.metrics, self.clock, beat)
        keep = timedelta(days=settings.dead_letter_days)
        self.letter_keeping = LetterKeeping(self.store, self.metrics, self.clock, keep)
        self.access = ControlAccess(self.store, self.clock, load_token(settings.admin_token))
        self.passwords = KeepPasswords(
            self.store, Argon2Hasher(), self.metrics, self.clock, enabled=settings.passwords
        )
        self.cookie = Cookie(SESSION, settings.public_url)
        self.access_keeping = AccessKeeping(
            self.access.write_down_uses,
            self.passwords.forget_old_attempts,
            ForgetRequests(self.store, self.clock, timedelta(hours=settings.idempotency_hours)),
        )
        self.coin_key = load_or_create_key(settings.audit_key)
        self.signer = _signer(settings)
        seal = SealLedger(self.store, self.signer, self.metrics, self.clock)
        self.sealing = Unhurried("sealing", seal, every_seconds=5, rest=_RESTED)
        sweeping = (self.store, self.relay, self.metrics, self.clock, self.traces)
        self.sweeper = Sweeper(MeetDeadlines(*sweeping), RelieveQueues(*sweeping))
        observe = Observe(
            self.store,
            self.clock,
            [NoticeContradictions(), CountSlices(self.metrics), WatchDrift(self.metrics)],
        )
        self.observer = Unhurried("observing", observe, every_seconds=2, rest=_RESTED)
        self.transport = RedisTransport(settings.redis_url, self.keys)
        self.leftovers = Leftovers(self.database, settings.redis_url, self.keys)
        retain = RetainSubjects(self.store, self.leftovers, self.clock)
        self.retention = Unhurried("retention", retain, every_seconds=60)
        self.republish, self.reconcile = self._reconciling()
        self.redis = connect(settings.redis_url)
        self.messaging = MessagingMetrics(self.registry)
        self.broker = self._broker()

    @property
    def requests_at_once(self) -> int:
        """How many requests have a thread at the same time."""
        return _REQUESTS_AT_ONCE if self.database.is_postgresql else _MORE_AT_ONCE

    @cached_property
    def hands(self) -> Pool | Clerk:
        """Who claims and decides for those who ask."""
        if self.database.is_postgresql:
            return Pool(_HANDS)
        return Clerk(self.database.together, _IN_ONE_COMMIT)

    def _reconciling(self) -> tuple[Republish, Reconcile]:
        shared = (self.store, self.transport, self.relay, self.metrics, self.clock)
        window = timedelta(minutes=self.settings.republish_minutes)
        republish = Republish(*shared, window)
        return republish, Reconcile(*shared, republish)

    def _broker(self) -> RedisBroker:
        broker = make_broker(self.settings.redis_url)
        shared = (self.store, self.relay, self.metrics, self.clock)
        thresholds = Thresholds(self.store, self.metrics, self.clock)
        route = RoutePredictions(*shared, self.coin_key, thresholds)
        routing = in_turn(route_predictions(route, self.listener))
        recording = record_models(RecordModels(self.store))
        for channel in channels(self.keys, Stream.PREDICTIONS, "review"):
            self._subscribe(broker, channel, routing, self.settings)
        for channel in channels(self.keys, Stream.MODELS, "review"):
            self._subscribe(broker, channel, recording, self.settings)
        for number, channel in enumerate(channels(self.keys, Stream.DEAD_LETTERS, "review")):
            keep = KeepDeadLetters(self.store, self.metrics, self.clock, self.keys, number)
            self._subscribe(broker, channel, keep_dead_letters(keep), self._roomy())
        return broker

    def _subscribe(
        self, broker: RedisBroker, channel: Channel, handler: Handler, options: Settings
    ) -> None:
        self.readiness.expect(channel.stream)
        metrics, beat = self.messaging, self.readiness.beat
        lane = RedisLane(self.redis, channel, options.claim_idle_seconds)
        consumer = Consumer(lane, handler, options, metrics, self.clock, beat)
        subscribe(broker, consumer)

    def _roomy(self) -> Settings:
        """A dead letter is larger than its original, and must not be refused for that."""
        changes = {"max_event_bytes": sys.maxsize, "batch_size": _LETTERS_AT_ONCE}
        return self.settings.model_copy(update=changes)


def _signer(settings: Settings) -> Ed25519Signer:
    """Who signs heads of the ledger; a key that is made now is told in a clear word."""
    is_new = not settings.ledger_key.exists()
    signer = Ed25519Signer(load_or_create_key(settings.ledger_key))
    if is_new:
        log.warning(
            "ledger_key_made",
            file=str(settings.ledger_key),
            public=signer.public,
            do="back the file up, and note the public key where the database's owner cannot write",
        )
    return signer


@asynccontextmanager
async def lifespan(core: Core) -> AsyncIterator[None]:
    """Consume, relay and keep house while the service is up; then let go in order."""
    current_default_thread_limiter().total_tokens = core.requests_at_once
    reconciler = Reconciler(core.reconcile.repair, core.republish.go_on)
    await reconciler.greet()
    keepers = (
        core.housekeeping,
        core.letter_keeping,
        core.access_keeping,
        core.sealing,
        core.retention,
    )
    loops = (reconciler, core.relay, core.sweeper, core.observer, *keepers)
    background = [asyncio.create_task(loop.run()) for loop in loops]
    await core.broker.start()
    async with watched(core.redis, core.keys, core.messaging, core.clock):
        yield
    await core.broker.stop()
    await end(*background)
    await asyncio.to_thread(core.relay.flush)
    await core.redis.aclose()
    core.publisher.close()
    core.transport.close()
    core.leftovers.close()
    core.database.close()
