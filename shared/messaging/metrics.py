"""What the messaging layer measures, the same in every service."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BATCH_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class MessagingMetrics:
    """Declared once for each service's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.entries_in = Counter(
            "handraise_stream_entries_in",
            "Stream entries taken in. Flat while upstream sends: look at the service's log.",
            ["stream"],
            registry=registry,
        )
        self.entries_out = Counter(
            "handraise_stream_entries_out",
            "Documents published to a stream. Flat while entries come in: see dead letters.",
            ["stream"],
            registry=registry,
        )
        self.dead_letters = Counter(
            "handraise_dead_letters",
            "Entries refused, by reason. Rising: `handraise dead-letters list`, mend the sender.",
            ["stream", "reason"],
            registry=registry,
        )
        self.reclaimed = Counter(
            "handraise_stream_reclaimed",
            "Entries taken over from consumers that died. Rising steadily: a process crashes.",
            ["stream"],
            registry=registry,
        )
        self.failures = Counter(
            "handraise_stream_failures",
            "Batches that failed and will be tried again. Rising: the log names the error.",
            ["stream"],
            registry=registry,
        )
        self.lag = Gauge(
            "handraise_stream_lag",
            "Entries that the group has not read. Growing: add replicas or slow the sender.",
            ["stream"],
            registry=registry,
        )
        self.pending = Gauge(
            "handraise_stream_pending",
            "Entries read and not yet acknowledged. Stuck above 0: a handler hangs or fails.",
            ["stream"],
            registry=registry,
        )
        self.lost = Gauge(
            "handraise_stream_entries_lost",
            "1 for ten minutes after entries were deleted unread (somebody trimmed): see "
            "`handraise doctor`.",
            ["stream"],
            registry=registry,
        )
        self.pressed = Gauge(
            "handraise_stream_pressed",
            "1 while reading waits because what is downstream is too far behind. See its lag.",
            ["stream"],
            registry=registry,
        )
        self.evicts = Gauge(
            "handraise_redis_evicts",
            "1 while Redis may throw events away. `CONFIG SET maxmemory-policy noeviction`.",
            registry=registry,
        )
        self.clock_skew = Gauge(
            "handraise_clock_skew_seconds",
            "How far the clock of Redis is ahead of this machine's. Over 2: set both by NTP.",
            registry=registry,
        )
        self.batch_seconds = Histogram(
            "handraise_stream_batch_seconds",
            "Time from reading a batch to its acknowledgement. Rising: the service is too slow.",
            ["stream"],
            buckets=BATCH_BUCKETS,
            registry=registry,
        )
