"""Too few people: what then happens, as the project's policy chose."""

from services.review.domain.capacity import Load, spared
from services.review.domain.facts import Because
from services.review.metrics import Metrics
from services.review.ports import Bell, ProjectState, Store, Transaction
from services.review.use_cases.deadlines import label_without_people
from services.review.use_cases.settling import Settle
from shared.clock import Clock
from shared.events import DecidedBy
from shared.project import WhenOver
from shared.tracing import UNTRACED, Traces

_AT_ONCE = 200


def load_of(transaction: Transaction, state: ProjectState) -> Load | None:
    """What waits in a project, beside its capacity; None: it declares none."""
    capacity = state.configuration.policy.capacity
    if capacity is None:
        return None
    return Load(capacity, transaction.items.undecided(state.configuration.name))


class RelieveQueues:
    """Decide by the fallback what is beyond people's capacity, where the policy wants that.

    It is the newest that come too many, not those of least worth: who is sure would then never be
    answered by people, and without such labels no lane ever opens.

    Nothing is decided so while somebody has stopped automation: then all is for people.
    """

    def __init__(
        self, store: Store, bell: Bell, metrics: Metrics, clock: Clock, traces: Traces = UNTRACED
    ) -> None:
        self._store = store
        self._bell = bell
        self._metrics = metrics
        self._clock = clock
        self._settle = Settle(metrics, traces)

    def __call__(self) -> bool:
        """See to all projects. True if there may be more."""
        with self._store.read() as transaction:
            over = [
                (s, load.excess)
                for s in transaction.projects.all()
                if (load := _over(transaction, s))
            ]
        relieved = [self._relieve(state, min(excess, _AT_ONCE)) for state, excess in over]
        if any(relieved):
            self._bell.ring()
        return _AT_ONCE in relieved

    def _relieve(self, state: ProjectState, most: int) -> int:
        """Decide so many events at most, the newest; how many it were."""
        project, fallback = state.configuration.name, state.configuration.deadline.fallback
        count = 0
        with self._store.write() as transaction:
            for item in transaction.items.surplus(project, spared(fallback), most):
                label = label_without_people(transaction, item, fallback)
                decisions = item.decisions + 1
                if label is None or not transaction.items.mark_late(item.id, decisions):
                    continue
                made = (DecidedBy.FALLBACK, Because.CAPACITY, self._clock.now())
                self._settle.otherwise(transaction, item, label, made)
                transaction.items.settle(item.id, None, decisions)
                count += 1
        self._metrics.capacity_fallbacks.labels(project).inc(count)
        return count


def _over(transaction: Transaction, state: ProjectState) -> Load | None:
    """The load of a project that is over its capacity and wants the fallback then."""
    load = load_of(transaction, state)
    wanted = load is not None and load.capacity.when_over is WhenOver.FALLBACK
    return load if load is not None and wanted and load.is_over and not state.stopped else None
