"""Every instant expert passes every check."""

from collections.abc import Callable

import pytest

from shared.model.experts import checks
from shared.model.experts.bayes import BayesExpert
from shared.model.experts.checks import LABELS, Maker
from shared.model.experts.gradient import GradientExpert
from shared.model.experts.neighbours import NeighboursExpert
from shared.model.experts.network import NetworkExpert
from shared.model.experts.passive import PassiveExpert
from shared.model.experts.recent import RecentExpert

MAKERS = {
    "steady": Maker(
        lambda width: GradientExpert.start(width, LABELS, (0.1, 0.4), rehearses=True),
        GradientExpert.from_state,
    ),
    "quick": Maker(
        lambda width: GradientExpert.start(width, LABELS, (0.4,), rehearses=False),
        GradientExpert.from_state,
    ),
    "plain": Maker(
        lambda width: GradientExpert.start(width, LABELS, (0.1,), rehearses=True, plain=True),
        GradientExpert.from_state,
    ),
    "passive": Maker(lambda width: PassiveExpert.start(width, LABELS), PassiveExpert.from_state),
    "recent": Maker(lambda _: RecentExpert.start(LABELS), RecentExpert.from_state),
    "neighbours": Maker(lambda _: NeighboursExpert.start(LABELS), NeighboursExpert.from_state),
    "network": Maker(lambda _: NetworkExpert.start(LABELS), NetworkExpert.from_state),
    "bayes": Maker(lambda width: BayesExpert.start(width, LABELS), BayesExpert.from_state),
}


@pytest.mark.parametrize(
    "check",
    [
        checks.check_answers,
        checks.check_round_trip,
        checks.check_snapshot,
        checks.check_empty_targets,
        checks.check_relabel,
    ],
    ids=lambda check: check.__name__,
)
@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_expert_passes(maker: Maker, check: Callable[[Maker], None]) -> None:
    check(maker)
