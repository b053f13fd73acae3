"""Every metric of the scorer, with its remedy."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SERVED_BUCKETS = (
    0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3,
    0.4, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 15.0,
)  # fmt: skip


class Metrics:
    """Declared once for the service's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.predictions = Counter(
            "handraise_predictions",
            "Predictions made. Flat while requests arrive: see the dead letters.",
            ["project"],
            registry=registry,
        )
        self.model_version = Gauge(
            "handraise_model_version",
            "Model version in force; 0 is none. Not rising while people answer: see the retrainer.",
            ["project"],
            registry=registry,
        )
        self.swaps = Counter(
            "handraise_model_swaps",
            "Model versions taken into service.",
            ["project"],
            registry=registry,
        )
        self.refused = Counter(
            "handraise_models_refused",
            "Artifacts refused (signature, content). Any: the old version serves on; see the log.",
            ["project"],
            registry=registry,
        )
        self.correction_to_served = Histogram(
            "handraise_correction_to_served_seconds",
            "From the oldest correction in a version to that version serving. "
            "Rising: the retrainer is busy or its disk is slow.",
            ["project"],
            buckets=SERVED_BUCKETS,
            registry=registry,
        )

    def begin(self, project: str) -> None:
        """Count from 0 on, or the first time would be no increase."""
        for counter in (self.predictions, self.swaps, self.refused):
            counter.labels(project)
