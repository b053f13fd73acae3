"""docs/reference/metrics.md."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from docs.generator.markdown import code, page, table
from services.retrainer.metrics import Metrics as RetrainerMetrics
from services.review.metrics import Metrics as ReviewMetrics
from services.scorer.metrics import Metrics as ScorerMetrics
from shared.messaging import MessagingMetrics

_OWNERS = {
    "all": MessagingMetrics,
    "scorer": ScorerMetrics,
    "review": ReviewMetrics,
    "retrainer": RetrainerMetrics,
}
_ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
_INTRODUCTION = (
    "Each service serves its metrics at `/metrics`. A meaning ends with what a bad value tells, "
    "and what to do about it. Alert rules that use them are in `deploy/prometheus/rules.yml`."
)


@dataclass(frozen=True, slots=True)
class Metric:
    """One declared metric; `series` are the names that Prometheus stores."""

    owner: str
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str
    series: tuple[str, ...]


def metrics_page() -> str:
    """Every metric of every service."""
    rows = [
        [code(m.name), m.kind, ", ".join(map(code, m.labels)), m.owner, m.meaning]
        for m in metrics()
    ]
    return page(
        "Metrics", _INTRODUCTION, table(["metric", "type", "labels", "service", "meaning"], rows)
    )


def metrics() -> Iterator[Metric]:
    """Every metric that is declared, service by service."""
    for owner, declare in _OWNERS.items():
        for declared in vars(declare(CollectorRegistry())).values():
            if isinstance(declared, MetricWrapperBase):
                yield _metric(owner, declared)


def _metric(owner: str, declared: MetricWrapperBase) -> Metric:
    family = next(iter(declared.describe()))
    series = tuple(family.name + ending for ending in _ENDINGS.get(family.type, ("",)))
    name = series[0] if family.type == "counter" else family.name
    labels = tuple(declared._labelnames)  # noqa: SLF001 - the library tells them no other way
    return Metric(owner, name, family.type, labels, family.documentation, series)
