"""Watching the server that everything stands on: would it throw events away, is its clock ours?

Nothing stops because of it: a server that evicts still carries what it has, and people work on.
It is said in the log once a minute and stands in the metrics, for which there are alerts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.clock import Clock
from shared.clusters import servers
from shared.ending import end
from shared.layout import OtherPartitions, heed_async
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.reasons import reason
from shared.streams import Keyspace

log = structlog.get_logger()

MOST_SKEW_SECONDS = 2.0
_KEEPS_ALL = "noeviction"
_EVERY_SECONDS = 60.0


@asynccontextmanager
async def watched(
    redis: Redis, keys: Keyspace, metrics: MessagingMetrics, clock: Clock
) -> AsyncIterator[None]:
    """Look at the server now and every minute, for as long as the context lasts."""
    watching = asyncio.create_task(_watch(redis, keys, metrics, clock))
    try:
        yield
    finally:
        await end(watching)


async def examine(redis: Redis, metrics: MessagingMetrics, clock: Clock) -> None:
    """Look once; at each node of a cluster."""
    nodes = await servers(redis)
    policies = {await _policy(node) for node in nodes} - {_KEEPS_ALL}
    metrics.evicts.set(bool(policies))
    for policy in policies:
        cure = f"CONFIG SET maxmemory-policy {_KEEPS_ALL}"
        log.error("redis_throws_events_away", maxmemory_policy=policy, cure=cure)
    skew = max([await _skew(node, clock) for node in nodes], key=abs)
    metrics.clock_skew.set(skew)
    if abs(skew) > MOST_SKEW_SECONDS:
        cure = "let a time service (chrony, systemd-timesyncd) set both machines' clocks"
        log.error("clock_skew", seconds=round(skew, 1), cure=cure)


async def _policy(node: Any) -> str:  # noqa: ANN401 - a server, or a node of a cluster
    told = await node.execute_command("INFO", "memory")
    return str(told.get("maxmemory_policy", _KEEPS_ALL))


async def _skew(node: Any, clock: Clock) -> float:  # noqa: ANN401 - the same
    before = clock.now().timestamp()
    seconds, microseconds = await node.execute_command("TIME")
    middle = (before + clock.now().timestamp()) / 2
    return float(seconds + microseconds / 1e6 - middle)


async def _watch(redis: Redis, keys: Keyspace, metrics: MessagingMetrics, clock: Clock) -> None:
    while True:
        try:
            await examine(redis, metrics, clock)
            await heed_async(redis, keys)
        except OtherPartitions as error:
            log.error("other_partitions", error=str(error))  # noqa: TRY400 - it says all
        except (RedisError, OSError) as error:
            log.warning("redis_not_examined", error=reason(error))
        await asyncio.sleep(_EVERY_SECONDS)
