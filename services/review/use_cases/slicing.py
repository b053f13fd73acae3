"""Slices: counted as events and answers come in, and reported with how far they lie apart."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from services.review.domain.ledger import Kind
from services.review.domain.observed import Answer, Event
from services.review.domain.routing import predicted_label
from services.review.domain.slices import (
    Cell,
    Count,
    SliceReport,
    placed,
    report,
    values_of,
)
from services.review.errors import NotFound
from services.review.metrics import Metrics
from services.review.ports import Store, Transaction
from services.review.use_cases.observing import Keep, Portion
from shared.events import RouteKind
from shared.project import Project


class CountSlices:
    """Counts the events of each project by the slices that its file names."""

    name = "slices"

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def wanted(self, projects: Collection[Project]) -> Collection[Kind]:
        """Events and answers, if any project has slices."""
        has_slices = any(project.slices for project in projects)
        return (Kind.ROUTED, Kind.CORRECTED) if has_slices else ()

    def see(self, _: Transaction, portion: Portion) -> Keep:
        """Take it in."""
        return lambda transaction: self._keep(transaction, portion)

    def _keep(self, transaction: Transaction, portion: Portion) -> None:
        told = {event.project for event in portion.events}
        for name in sorted(told | {answer.project for answer in portion.answers}):
            state = transaction.projects.get(name)
            if state is not None and state.configuration.slices:
                self._count(transaction, state.configuration, portion)

    def _count(self, transaction: Transaction, project: Project, portion: Portion) -> None:
        known: dict[str, set[str]] = {}
        for cell in transaction.slice_counts.of(project.name):
            known.setdefault(cell.slice, set()).add(cell.value)
        more: dict[Cell, Count] = {}
        events = (_routed(each) for each in portion.events if each.project == project.name)
        answers = (_settled(each) for each in portion.answers if each.project == project.name)
        for event, counted in (*events, *answers):
            for cell, count in _cells(event, project, known, counted):
                more[cell] = more.get(cell, Count()).plus(count)
        transaction.slice_counts.add(project.name, more)
        self._show(project, reports(transaction, project))

    def _show(self, project: Project, found: Sequence[SliceReport]) -> None:
        for each in found:
            for part in each.parts:
                labels = (project.name, each.name, part.value)
                self._metrics.slice_error_rate.labels(*labels).set(part.error_rate.mean)
                self._metrics.slice_automation_rate.labels(*labels).set(part.automation_rate.mean)
            gap = each.disparity.error_rate_difference
            odds = each.disparity.equalized_odds_difference
            parity = each.disparity.demographic_parity_difference
            for measure, value in (
                ("error_rate", gap),
                ("equalized_odds", odds),
                ("demographic_parity", parity),
            ):
                if value is not None:
                    self._metrics.disparity.labels(project.name, each.name, measure).set(value)


class ReadSlices:
    """The report on a project's slices."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, project: str) -> Sequence[SliceReport]:
        """One report a slice, in the order of the project's file.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            state = transaction.projects.get(project)
            if state is None:
                raise NotFound(f"there is no project {project!r}")
            return reports(transaction, state.configuration)


def reports(transaction: Transaction, project: Project) -> Sequence[SliceReport]:
    """The reports on the slices that a project's file names."""
    counts = transaction.slice_counts.of(project.name) if project.slices else {}
    return [report(name, project.labels, counts) for name in project.slices]


_Counted = Iterable[tuple[str, Count]]
"""Truths, and how many events more or fewer have them."""


def _routed(event: Event) -> tuple[Event, _Counted]:
    auto = int(event.routed.route.kind == RouteKind.AUTO)
    return event, [("", Count(1, auto))]


def _settled(answer: Answer) -> tuple[Event, _Counted]:
    weight = 1 / answer.event.routed.route.inclusion_probability
    one = Count(1, 0, weight, weight**2)
    taken_back = [] if answer.before is None else [(answer.before, Count().minus(one))]
    return answer.event, [*taken_back, (answer.label, one)]


def _cells(
    event: Event, project: Project, known: dict[str, set[str]], counted: _Counted
) -> Iterator[tuple[Cell, Count]]:
    prediction = event.routed.prediction
    if not prediction.model.version or not prediction.features:  # no opinion, or erased
        return
    predicted = predicted_label(prediction.probabilities)
    found = values_of(project.slices, prediction.slices, prediction.features)
    for name, value in found.items():
        values = known.setdefault(name, set())
        under = placed(value, values)
        values.add(under)
        for truth, count in counted:
            yield Cell(name, under, predicted, truth), count
