"""Which threshold a lane has."""

from services.review.domain.certificate.gate import Threshold
from services.review.ports import ProjectState

ANY = 1.0
"""A score is at most this."""


class Thresholds:
    """Finds the thresholds of a project's lanes."""

    def of(self, state: ProjectState) -> Threshold:
        """The threshold of the lanes: where nothing is promised, nothing has to be proven."""
        return _any if not state.configuration.policy.promises else _none


def _any(_: object) -> float | None:
    return ANY


def _none(_: object) -> float | None:
    return None
