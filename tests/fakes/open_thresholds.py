"""Thresholds as if everything had proven itself."""

from typing_extensions import override

from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.choosing import ANY
from services.review.domain.certificate.gate import Threshold
from services.review.domain.certificate.lanes import terms_of
from services.review.ports import ProjectState
from services.review.use_cases.thresholds import Thresholds
from shared import wire


class OpenThresholds(Thresholds):
    """Every lane is open to every score."""

    def __init__(self) -> None:
        """Nothing has to be read."""

    @override
    def refresh(self, projects: set[str]) -> None:
        pass

    @override
    def known(self, project: str) -> int | None:
        return None

    @override
    def of(self, state: ProjectState, lane: str, model: wire.Model) -> Threshold:
        return lambda _: ANY

    @override
    def terms(self, state: ProjectState, lane: str, last: Block | None) -> Terms:
        return terms_of(state.configuration.policy)
