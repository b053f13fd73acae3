"""Redis Streams as the services use them: batches, settled exactly once within Redis."""

from shared.messaging.batch import Channel, Entry, Handler, Settlement
from shared.messaging.connection import connect, make_broker, publish, subscribe
from shared.messaging.consumer import Consumer
from shared.messaging.follower import Follower
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.watch import watched

__all__ = [
    "Channel",
    "Consumer",
    "Entry",
    "Follower",
    "Handler",
    "MessagingMetrics",
    "Settlement",
    "connect",
    "make_broker",
    "publish",
    "subscribe",
    "watched",
]
