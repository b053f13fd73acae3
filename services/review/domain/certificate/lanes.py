"""Lanes: each predicted label, and each declared slice, has a block of its own.

One block for all would hide a label that is wrong far too often behind the many that are right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from services.review.domain.certificate.block import Terms
from services.review.domain.certificate.design import designed
from services.review.domain.certificate.risk import Curve
from shared.project import Policy

_MANY = 10_000
LABEL = "label"
_UNPROMISED = 0.05
"""The floor where nothing is promised and nothing is said."""


def lane_of(label: str, slices: Mapping[str, str], certify_by: Sequence[str]) -> str:
    """The name of the lane of an event, such as `label=leaves&region=north`.

    Args:
        label: the predicted one.
        slices: the event's; one that it does not name counts as empty.
        certify_by: names of the slices by which the project certifies.

    >>> lane_of("leaves", {"region": "north"}, ["region"])
    'label=leaves&region=north'
    """
    if not certify_by:
        return _name(label)
    return _name(label, tuple((name, slices.get(name, "")) for name in certify_by))


def read_lane(lane: str) -> dict[str, str]:
    """What a lane is for: its label, and its slices.

    >>> read_lane("label=leaves&region=north")
    {'label': 'leaves', 'region': 'north'}
    """
    return dict(parse_qsl(lane, keep_blank_values=True))


def relabelled(lane: str, label: str) -> str:
    """The lane of the same slices for another predicted label.

    >>> relabelled("label=leaves&region=north", "stays")
    'label=stays&region=north'
    """
    said = read_lane(lane) | {LABEL: label}
    return _name(label, tuple((name, value) for name, value in said.items() if name != LABEL))


@lru_cache(_MANY)
def label_of(lane: str) -> str:
    """The label that a lane is for."""
    return read_lane(lane)[LABEL]


def terms_of(policy: Policy, known: Curve | None = None, late: float = 0.0) -> Terms:
    """What the next block of a lane promises; with which floor, its curve tells.

    `late` is how many events enter the lane while an audit waits (`design.in_flight`).

    >>> terms_of(Policy(audit_probability=0.2)).floor, terms_of(Policy()).floor
    (0.2, 0.08)
    """
    terms = _promised(policy)
    if policy.audit_probability is not None or not policy.promises:
        return terms
    return designed(terms, known, late)


def promises_the_same(block: Terms, policy: Policy) -> bool:
    """Whether a block may go on under a policy; a floor that was designed for it stays."""
    promised = _promised(policy)
    if policy.audit_probability is not None:
        return block == promised
    return replace(promised, floor=block.floor) == block


def _promised(policy: Policy) -> Terms:
    """The terms without a floor that is designed for them."""
    return Terms(
        alpha=policy.error_rate,
        window=policy.window,
        delta=round(1 - policy.confidence, 12) / policy.joint,
        floor=policy.audit_probability or _UNPROMISED,
        miss_rate=policy.miss_rate,
    )


@lru_cache(_MANY)
def _name(label: str, slices: tuple[tuple[str, str], ...] = ()) -> str:
    return urlencode([(LABEL, label), *slices])
