"""Thresholds as if everything had proven itself."""

from typing_extensions import override

from services.review.domain.certificate.gate import Threshold
from services.review.ports import ProjectState
from services.review.use_cases.thresholds import ANY, Thresholds


class OpenThresholds(Thresholds):
    """Every lane is open to every score."""

    @override
    def of(self, state: ProjectState) -> Threshold:
        return lambda _: ANY
