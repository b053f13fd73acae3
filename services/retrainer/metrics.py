"""Every metric of the retrainer, with its remedy."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

PUBLISH_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 5.0)


class Metrics:
    """Declared once for the service's registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.learned = Counter(
            "handraise_corrections_learned",
            "Corrections learned, after a start also those learned again. Flat while people "
            "answer: see the lag of `corrections`, then the log.",
            ["project"],
            registry=registry,
        )
        self.skipped = Counter(
            "handraise_corrections_skipped",
            "Recorded corrections that could not be learned. Any: the log names them and says why.",
            ["project"],
            registry=registry,
        )
        self.published = Counter(
            "handraise_versions_published",
            "Model versions published. Flat while corrections are learned: see the log.",
            ["project"],
            registry=registry,
        )
        self.rejected = Counter(
            "handraise_versions_rejected",
            "Candidates that were not published. Any: the version before serves on; the log and "
            "`handraise model list` say why.",
            ["project"],
            registry=registry,
        )
        self.candidates = Gauge(
            "handraise_candidates_waiting",
            "1 while a candidate waits to be proven or approved. For long: look at it on the page "
            "of models, and approve or reject it.",
            ["project"],
            registry=registry,
        )
        self.held_back = Counter(
            "handraise_candidates_held_back",
            "Candidates that are worse than the version in force, or could not be proven not to "
            "be. Any: the version in force serves on; compare them on the page of models.",
            ["project"],
            registry=registry,
        )
        self.prequential_error = Gauge(
            "handraise_prequential_error",
            "Share of the last 500 corrections that the model got wrong before it learned them. "
            "Rising: the world has changed, or reviewers disagree; look at the newest corrections.",
            ["project"],
            registry=registry,
        )
        self.backlog = Gauge(
            "handraise_learning_backlog",
            "Recorded corrections not learned yet. Growing: the machine is too slow or learning "
            "fails; see the log.",
            ["project"],
            registry=registry,
        )
        self.refits = Counter(
            "handraise_challengers_fitted",
            "Challengers that were fitted anew and are heard since. Flat while corrections are "
            "learned by the hundred: the log says why fitting fails.",
            ["project", "challenger"],
            registry=registry,
        )
        self.experts_failed = Counter(
            "handraise_experts_failed",
            "Fits of a model that a project brings, which failed; it is not heard. The log says "
            "why; `handraise model check FILE` tries it.",
            ["project", "expert"],
            registry=registry,
        )
        self.publish_seconds = Histogram(
            "handraise_publish_seconds",
            "Time to write and record a version. Rising: the disk of the artifacts or the "
            "database is slow.",
            ["project"],
            buckets=PUBLISH_BUCKETS,
            registry=registry,
        )
        self.checkpoints_refused = Counter(
            "handraise_checkpoints_refused",
            "Checkpoints that could not be used or written. Any: starts take longer, nothing is "
            "lost; check the disk.",
            ["project"],
            registry=registry,
        )

    def begin(self, project: str) -> None:
        """Count from 0 on, or the first time would be no increase."""
        for counter in (
            self.learned,
            self.skipped,
            self.published,
            self.rejected,
            self.held_back,
            self.checkpoints_refused,
        ):
            counter.labels(project)
