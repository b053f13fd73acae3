"""Wires the review service together; the only file that meets settings and adapters."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from faststream.redis import RedisBroker
from prometheus_client import CollectorRegistry

from services.review.adapters.access_keeping import AccessKeeping
from services.review.adapters.hasher import Argon2Hasher
from services.review.adapters.housekeeping import Housekeeping
from services.review.adapters.letter_keeping import LetterKeeping
from services.review.adapters.outbox import OutboxDrain
from services.review.adapters.publisher import RedisPublisher
from services.review.adapters.reconciler import Reconciler
from services.review.adapters.relay import Relay
from services.review.adapters.secret_files import load_or_create_key, load_secret, load_token
from services.review.adapters.store import SqlStore
from services.review.adapters.sweeper import Sweeper
from services.review.adapters.transport import RedisTransport
from services.review.api import (
    access_log,
    certificates,
    contracts,
    dead_letters,
    document,
    exams,
    gold,
    leases,
    passwords,
    problems,
    projects,
    quality,
    queues,
    records,
    repairs,
    second_looks,
    sending,
    tokens,
    users,
    watching,
)
from services.review.api.caller import Doorkeeper, check_routes
from services.review.api.cookies import SESSION, Cookie
from services.review.api.limits import Limits
from services.review.api.portions import Portions
from services.review.api.rates import RateLimits
from services.review.api.tls import StrictTransport
from services.review.domain.identity import Reading, grants_of
from services.review.handlers import keep_dead_letters, record_models, route_predictions
from services.review.metrics import Metrics
from services.review.settings import Settings
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.certificates import ReadCertificates
from services.review.use_cases.dead_letters import KeepDeadLetters, WorkDeadLetters
from services.review.use_cases.deadlines import MeetDeadlines
from services.review.use_cases.desk import Desk
from services.review.use_cases.federation import LogInByProvider
from services.review.use_cases.measuring import MeasureReviewers
from services.review.use_cases.passwords import KeepPasswords
from services.review.use_cases.people import KeepPeople
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.reconciling import Reconcile
from services.review.use_cases.records import ReadRecords, RecordModels
from services.review.use_cases.repeating import ForgetRequests
from services.review.use_cases.republishing import Republish
from services.review.use_cases.routing import RoutePredictions
from services.review.use_cases.sending import SendEvents
from services.review.use_cases.thresholds import Thresholds
from services.review.use_cases.tokens import KeepTokens
from services.review.web import entrance, letter_pages, oversight, own_page, pages, provider_login
from services.review.web.html import Pages
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
    watched,
)
from shared.observability import Operated, Readiness
from shared.streams import Stream, watermarks_key

_MIGRATIONS = Path(__file__).parent / "migrations"
_LETTERS_AT_ONCE = 50


def create_app(settings: Settings) -> Operated:
    """The review service as an ASGI application: consuming starts with its lifespan."""
    core = Core(settings)
    limited = Limits(create_routes(core), settings.max_body_bytes)
    counted = RateLimits(limited, settings.rates, core.metrics.requests_limited)
    secured = StrictTransport(counted, settings.public_url)
    portioned = Portions(secured)
    return Operated(portioned, core.readiness, core.registry)


def create_routes(core: "Core") -> FastAPI:
    """Every route of the service but those for operations."""
    app = FastAPIOffline(
        title="Handraise",
        version="1",
        responses=document.OTHERWISE,
        generate_unique_id_function=document.operation_id,
        lifespan=lambda _: _lifespan(core),
    )
    problems.install(app)
    app.include_router(contracts.router())
    door = Doorkeeper(core.access, core.cookie, core.settings.public_url)
    settings, provider = core.settings, bool(core.settings.oidc_issuer)
    shown = Pages(passwords=settings.passwords, provider=provider, images=settings.image_hosts)
    _add_work(app, core, door, shown)
    _add_letters(app, core, door, shown)
    _add_people(app, core, door)
    _add_entrance(app, core, door, shown)
    check_routes(app.routes)
    document.complete(app)
    return app


def _add_work(app: FastAPI, core: "Core", door: Doorkeeper, shown: Pages) -> None:
    desk = Desk(core.store, core.relay, core.metrics, core.clock, core.coin_key)
    keep = KeepProjects(core.store, core.relay, core.clock)
    app.include_router(queues.router(door, desk.work, core.clock))
    app.include_router(watching.router(door, desk.watch, lambda: core.readiness.leaving))
    app.include_router(leases.router(door, desk.work, desk.decide, desk.undo))
    app.include_router(second_looks.router(door, desk.appeal, desk.revoke))
    app.include_router(projects.router(door, keep))
    app.include_router(exams.router(door, desk.exam))
    app.include_router(gold.router(door, desk.gold))
    app.include_router(quality.router(door, desk.measure, desk.standing))
    app.include_router(sending.router(door, SendEvents(core.store, core.relay, core.clock)))
    read = ReadRecords(core.store, core.clock)
    app.include_router(records.router(door, read))
    promised = ReadCertificates(core.store, core.coin_key)
    app.include_router(certificates.router(door, promised))
    pages.install(app, shown, door, desk, keep, read)
    oversight.install(app, shown, door, keep, read, promised)


def _add_letters(app: FastAPI, core: "Core", door: Doorkeeper, shown: Pages) -> None:
    letters = WorkDeadLetters(core.store, core.relay, core.clock, core.keys)
    app.include_router(dead_letters.router(door, letters))
    app.include_router(repairs.router(door, core.reconcile, core.republish, core.clock))
    letter_pages.install(app, shown, door, letters)


def _add_people(app: FastAPI, core: "Core", door: Doorkeeper) -> None:
    people = KeepPeople(core.store, core.clock)
    keep = KeepTokens(core.store, core.clock)
    app.include_router(passwords.router(door, core.passwords))
    app.include_router(users.router(door, people))
    app.include_router(tokens.router(door, keep, core.clock, core.settings.public_url))
    app.include_router(access_log.router(door, people))


def _add_entrance(app: FastAPI, core: "Core", door: Doorkeeper, shown: Pages) -> None:
    app.include_router(entrance.links(shown, door, core.access, core.cookie))
    app.include_router(entrance.by_password(shown, door, core.passwords, core.cookie))
    log_in = _provider(core)
    if log_in:
        public_url = core.settings.public_url
        app.include_router(provider_login.router(shown, log_in, core.cookie, public_url))
    measure = MeasureReviewers(core.store, core.clock)
    app.include_router(own_page.router(shown, door, core.passwords, measure, core.cookie))


def _provider(core: "Core") -> LogInByProvider | None:
    settings = core.settings
    if not settings.oidc_issuer:
        return None
    from services.review.adapters.oidc import OidcProvider  # noqa: PLC0415 - 28 MB

    secret = settings.oidc_client_secret_file
    client = (settings.oidc_client_id or "", load_secret(secret) if secret else "")
    provider = OidcProvider(settings.oidc_issuer, client, settings.oidc_scope, core.clock)
    grants = grants_of(settings.oidc_roles)
    reading = Reading(settings.oidc_name_claim, settings.oidc_role_claim, grants)
    return LogInByProvider(core.store, provider, reading, core.clock)


class Core:
    """What the whole service shares."""

    def __init__(self, settings: Settings) -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.registry = CollectorRegistry()
        self.readiness = Readiness()
        self.readiness.expect("relay", "database")
        self.clock = SystemClock()
        self.metrics = Metrics(self.registry)
        self.keys = {stream: stream.key(settings.prefix) for stream in Stream}
        self.database = Database(settings.database)
        self.database.upgrade(_MIGRATIONS, "review_alembic_version")
        self.store = SqlStore(self.database, self.keys)
        self.publisher = RedisPublisher(settings.redis_url)
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
        self.sweeper = Sweeper(MeetDeadlines(self.store, self.relay, self.metrics, self.clock))
        self.transport = RedisTransport(settings.redis_url, settings.prefix)
        self.republish, self.reconcile = self._reconciling()
        self.redis = connect(settings.redis_url)
        self.messaging = MessagingMetrics(self.registry)
        self.broker = self._broker()

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
        handlers: dict[Stream, Handler] = {
            Stream.PREDICTIONS: route_predictions(route),
            Stream.MODELS: record_models(RecordModels(self.store)),
            Stream.DEAD_LETTERS: keep_dead_letters(
                KeepDeadLetters(self.store, self.metrics, self.clock, self.keys)
            ),
        }
        for stream, handler in handlers.items():
            channel = Channel(
                stream=self.keys[stream],
                group="review",
                dead_letters=self.keys[Stream.DEAD_LETTERS],
                watermarks=watermarks_key(self.settings.prefix),
                source="review",
                trimmed=stream is not Stream.MODELS,
            )
            self.readiness.expect(channel.stream)
            subscribe(
                broker,
                Consumer(
                    self.redis,
                    channel,
                    handler,
                    self._options(stream),
                    self.messaging,
                    self.clock,
                    self.readiness.beat,
                ),
            )
        return broker

    def _options(self, stream: Stream) -> Settings:
        """A dead letter is larger than its original, and must not be refused for that."""
        if stream is not Stream.DEAD_LETTERS:
            return self.settings
        changes = {"max_event_bytes": sys.maxsize, "batch_size": _LETTERS_AT_ONCE}
        return self.settings.model_copy(update=changes)


@asynccontextmanager
async def _lifespan(core: Core) -> AsyncIterator[None]:
    reconciler = Reconciler(core.reconcile.repair, core.republish.go_on)
    await reconciler.greet()
    keepers = (core.housekeeping, core.letter_keeping, core.access_keeping)
    loops = (reconciler, core.relay, core.sweeper, *keepers)
    background = [asyncio.create_task(loop.run()) for loop in loops]
    await core.broker.start()
    async with watched(core.redis, core.messaging, core.clock):
        yield
    await core.broker.stop()
    for task in background:
        task.cancel()
    await asyncio.gather(*background, return_exceptions=True)
    await asyncio.to_thread(core.relay.flush)
    await core.redis.aclose()
    core.publisher.close()
    core.transport.close()
    core.database.close()
