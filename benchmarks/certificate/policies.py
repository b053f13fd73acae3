"""How the product chooses thresholds, and a rule that only the gate holds back."""

from benchmarks.certificate.certified import Label
from benchmarks.certificate.learners import Learner
from benchmarks.certificate.outcome import Promise
from services.review.domain.certificate import evidence
from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.design import designed, in_flight
from services.review.domain.certificate.evidence import Shelf
from services.review.domain.certificate.selector import threshold

_UNDESIGNED = 0.05


def terms_of(promise: Promise, miss_rate: float = 0.0) -> Terms:
    """The terms of a block, with a floor that is still to be designed."""
    return Terms(promise.alpha, promise.window, promise.delta, _UNDESIGNED, miss_rate)


class Product:
    """One lane of the review service: its evidence, its sentinels, its thresholds, its floors."""

    def __init__(self, promise: Promise, miss_rate: float = 0.0) -> None:
        self._terms = terms_of(promise, miss_rate)
        self._shelf = Shelf()
        self._last: Block | None = None

    def terms(self) -> Terms:
        """See `Policy`."""
        return designed(self._terms, self._shelf.curve, in_flight(self._last))

    def threshold(self, block: Block) -> float | None:
        """See `Policy`."""
        self._last = block
        return threshold(self._shelf.curve, block)

    def take(self, label: Label) -> bool:
        """See `Policy`."""
        alarms = self._shelf.alarms
        name = str(label.event)
        self._shelf.take(
            evidence.Label(label.event, name, label.score, label.wrong, label.probability)
        )
        return self._shelf.alarms > alarms

    def renew(self, learner: Learner, now: int) -> None:
        """See `Policy`: each label was judged by a version that had not learned it."""

    def is_kept(self, label: Label) -> bool:  # noqa: ARG002 - see `Policy`
        """See `Policy`: all labels are learned."""
        return False


class Reckless:
    """Opens the lane to everything; only the gate holds it back."""

    def __init__(self, promise: Promise, miss_rate: float = 0.0) -> None:
        self._terms = designed(terms_of(promise, miss_rate), None)

    def terms(self) -> Terms:
        """See `Policy`."""
        return self._terms

    def threshold(self, block: Block) -> float | None:  # noqa: ARG002 - see `Policy`
        """See `Policy`."""
        return 1.0

    def take(self, label: Label) -> bool:  # noqa: ARG002 - see `Policy`
        """See `Policy`."""
        return False

    def renew(self, learner: Learner, now: int) -> None:
        """See `Policy`."""

    def is_kept(self, label: Label) -> bool:  # noqa: ARG002 - see `Policy`
        """See `Policy`."""
        return False
