"""Every metric of the review service, with its remedy."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """Declared once for the service's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.routed = Counter(
            "handraise_routed",
            "Predictions routed, by reason. All `no_model` or `stopped`: people decide everything.",
            ["project", "reason"],
            registry=registry,
        )
        self.decisions = Counter(
            "handraise_decisions",
            "Decisions by who decided. `reviewers` flat while the queue grows: nobody is working.",
            ["project", "decided_by"],
            registry=registry,
        )
        self.corrections = Counter(
            "handraise_corrections",
            "Settled answers, confirmed or corrected. More corrected: the model is getting worse.",
            ["project", "verdict"],
            registry=registry,
        )
        self.queue_depth = Gauge(
            "handraise_queue_depth",
            "Items that wait for people, leased ones included. Growing: more reviewers, or a "
            "lower auto_margin.",
            ["project"],
            registry=registry,
        )
        self.queue_leased = Gauge(
            "handraise_queue_leased",
            "Items that a reviewer holds now.",
            ["project"],
            registry=registry,
        )
        self.queue_oldest_seconds = Gauge(
            "handraise_queue_oldest_age_seconds",
            "Age of the item that waits longest. Rising: the queue is not being worked.",
            ["project"],
            registry=registry,
        )
        self.queue_overdue = Gauge(
            "handraise_queue_overdue",
            "Waiting items past their deadline. Above 0: upstream waits in vain.",
            ["project"],
            registry=registry,
        )
        self.outbox_backlog = Gauge(
            "handraise_outbox_backlog",
            "Documents that wait to leave for Redis. Growing: Redis is away or full.",
            registry=registry,
        )
        self.relayed = Counter(
            "handraise_outbox_relayed",
            "Documents that left through the outbox.",
            registry=registry,
        )
