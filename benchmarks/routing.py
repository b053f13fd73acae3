"""What it costs to decide on the route of an event, beside the limit of 20 microseconds.

Without the database: the coin, the rules, the lane and its gate. Batches of 500, as they come.
"""

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.table import Figure, main
from services.review.domain.coin import Draw, coin
from services.review.domain.ledger import NewEntry
from services.review.ports import ProjectState
from services.review.use_cases.lanes import Lanes
from shared import wire
from shared.project import Policy
from tests.builders import a_prediction, a_project
from tests.fakes.open_thresholds import OpenThresholds
from tests.fakes.review_store import FakeStore

AT_ONCE = 500
LIMIT_MICROSECONDS = 20.0
REPEATS = 5
CERTIFIED = Policy(window=1_000_000, audit_probability=0.01)
RULES = ({"when": {"any_of": [{"field": "tenure", "above": 1000}, {"label": "leave"}]}},)
KEY = b"k" * 32


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """Microseconds an event, the best of five rounds each."""
    events = [
        a_prediction(f"e{number}", leave=0.02 + number % 7 / 100).data
        for number in range(arguments.events)
    ]
    ruled = Policy.model_validate(CERTIFIED.model_dump() | {"rules": RULES})
    policies = {"a lane and its gate": CERTIFIED, "the same after a rule": ruled}
    return [
        Figure(name, _microseconds(policy, events), LIMIT_MICROSECONDS, 1.0, "us", at_most=True)
        for name, policy in policies.items()
    ]


def _microseconds(policy: Policy, events: Sequence[wire.PredictionData]) -> float:
    state = ProjectState(a_project(policy=policy), 1)
    rounds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        for start in range(0, len(events), AT_ONCE):
            _route(state, events[start : start + AT_ONCE])
        rounds.append((time.perf_counter() - began) / len(events) * 1e6)
    return min(rounds)


def _route(state: ProjectState, events: Sequence[wire.PredictionData]) -> None:
    entries: list[NewEntry] = []
    with FakeStore().read() as transaction:
        now = datetime.now(UTC)
        lanes = Lanes(transaction, state, OpenThresholds(), entries.append, now)
        for data in events:
            lanes.route(data, coin(KEY, Draw.AUDIT, state.configuration.name, data.event_id))


if __name__ == "__main__":
    main("Routing: what deciding on a route costs", measure)
