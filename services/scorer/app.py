"""Wires the scorer together; the only file that meets settings and adapters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from faststream.asgi import AsgiFastStream
from prometheus_client import CollectorRegistry

from services.scorer.adapters.artifacts import ArtifactStore
from services.scorer.adapters.catalogue import BroadcastCatalogue
from services.scorer.handlers import score_requests
from services.scorer.metrics import Metrics
from services.scorer.settings import Settings
from services.scorer.use_cases import ScoreRequests
from shared.clock import SystemClock
from shared.ending import end
from shared.errors import Unavailable
from shared.listening import listening
from shared.messaging import (
    Consumer,
    MessagingMetrics,
    RedisLane,
    channels,
    connect,
    make_broker,
    subscribe,
    watched,
)
from shared.observability import Operated, Readiness
from shared.streams import Stream
from shared.tracing import UNTRACED


def create_app(settings: Settings) -> Operated:
    """The scorer as an ASGI application: consuming starts with its lifespan."""
    registry, readiness, clock = CollectorRegistry(), Readiness(), SystemClock()
    traces = listening("scorer", asked=settings.tracing)
    redis = connect(settings.redis_url)
    metrics = Metrics(registry)
    keys = settings.keys
    catalogue = BroadcastCatalogue(
        redis,
        keys,
        ArtifactStore(settings.artifact_store, settings.verifying_key),
        metrics,
        clock,
        readiness.beat,
    )
    catalogue.traces = traces or UNTRACED
    handler = score_requests(ScoreRequests(catalogue, metrics, clock), traces)
    broker = make_broker(settings.redis_url)
    messaging = MessagingMetrics(registry)
    for channel in channels(keys, Stream.REQUESTS, "scorer", output=Stream.PREDICTIONS):
        lane = RedisLane(redis, channel, settings.claim_idle_seconds)
        consumer = Consumer(lane, handler, settings, messaging, clock, readiness.beat)
        subscribe(broker, consumer)
        readiness.expect(channel.stream)
    readiness.expect("follower")

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        with suppress(Unavailable):  # away: the follower waits for it, and so do requests
            await catalogue.refresh()
        following = asyncio.create_task(catalogue.follower.run())
        async with watched(redis, keys, messaging, clock):
            yield
        await end(following)
        await redis.aclose()

    return Operated(AsgiFastStream(broker, logger=None, lifespan=lifespan), readiness, registry)
