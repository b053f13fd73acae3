"""Lanes: each predicted label, and each declared slice, has a block of its own.

One block for all would hide a label that is wrong far too often behind the many that are right.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from services.review.domain.certificate.block import Terms
from shared.project import Policy

_MANY = 10_000
LABEL = "label"


def lane_of(label: str, slices: Mapping[str, str], certify_by: Sequence[str]) -> str:
    """The name of the lane of an event, such as `label=leaves&region=north`.

    Args:
        label: the predicted one.
        slices: the event's; one that it does not name counts as empty.
        certify_by: names of the slices by which the project certifies.

    >>> lane_of("leaves", {"region": "north"}, ["region"])
    'label=leaves&region=north'
    """
    return _name(label, tuple((name, slices.get(name, "")) for name in certify_by))


def read_lane(lane: str) -> dict[str, str]:
    """What a lane is for: its label, and its slices.

    >>> read_lane("label=leaves&region=north")
    {'label': 'leaves', 'region': 'north'}
    """
    return dict(parse_qsl(lane, keep_blank_values=True))


@lru_cache(_MANY)
def terms_of(policy: Policy) -> Terms:
    """What the blocks of a project promise."""
    return Terms(
        alpha=policy.error_rate,
        window=policy.window,
        delta=round(1 - policy.confidence, 12),
        floor=policy.audit_probability,
        miss_rate=policy.miss_rate,
    )


@lru_cache(_MANY)
def _name(label: str, slices: tuple[tuple[str, str], ...]) -> str:
    return urlencode([(LABEL, label), *slices])
