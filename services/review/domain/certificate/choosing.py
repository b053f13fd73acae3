"""How wide a lane may be, and what its next block promises: chosen from what labels have shown."""

from dataclasses import dataclass
from functools import partial

from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.design import in_flight
from services.review.domain.certificate.evidence import Book, family_of
from services.review.domain.certificate.gate import Threshold
from services.review.domain.certificate.lanes import label_of, terms_of
from services.review.domain.certificate.risk import Curve
from services.review.domain.certificate.selector import threshold, worthwhile
from shared import wire
from shared.project import Project

ANY = 1.0
"""A score is at most this."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Implements `router.Chosen`.

    Attributes:
        project: as it is in force.
        book: what labels have shown; None: nothing was read yet.
    """

    project: Project
    book: Book | None

    def threshold(self, lane: str, model: wire.Model) -> Threshold:
        """The threshold of a lane while a model version is in force.

        Where nothing is promised, nothing has to be proven. A promise needs evidence on the
        version, and without it the lane is shut.
        """
        policy = self.project.policy
        if not policy.promises:
            return _any
        known = self._curve(lane, family_of(self.project.name, model.name, model.sha256))
        if known is None or policy.review_cost is None:
            return partial(threshold, known)
        error_cost = self.project.order.error_cost.get(label_of(lane), 1.0)
        return partial(_capped, known, worthwhile(known, error_cost, policy.review_cost))

    def terms(self, lane: str, last: Block | None) -> Terms:
        """What the next block of a lane promises, after the last one."""
        known = self._curve(lane, self.project.name)
        return terms_of(self.project.policy, known, in_flight(last))

    def _curve(self, lane: str, family: str) -> Curve | None:
        return self.book.curve(lane, family) if self.book else None


def _capped(known: Curve, cap: float | None, block: Block) -> float | None:
    """What the promise allows, as far as it is worth it."""
    allowed = threshold(known, block)
    return None if allowed is None or cap is None else min(allowed, cap)


def _any(_: object) -> float | None:
    return ANY
