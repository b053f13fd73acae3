"""Redis Streams as the services use them: batches, settled exactly once within Redis."""

from shared.connecting import connect
from shared.messaging.batch import Channel, Entry, Handler, Settlement
from shared.messaging.broadcast import RedisBroadcast
from shared.messaging.connection import make_broker, publish, subscribe
from shared.messaging.consumer import Consumer
from shared.messaging.follower import Follower
from shared.messaging.lane import RedisLane
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.partitions import channels, in_turn
from shared.messaging.watch import watched

__all__ = [
    "Channel",
    "Consumer",
    "Entry",
    "Follower",
    "Handler",
    "MessagingMetrics",
    "RedisBroadcast",
    "RedisLane",
    "Settlement",
    "channels",
    "connect",
    "in_turn",
    "make_broker",
    "publish",
    "subscribe",
    "watched",
]
