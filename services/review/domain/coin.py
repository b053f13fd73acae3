"""The audit coin: reproducible, independent of the order of arrival, not steerable by senders."""

import hashlib
import hmac
from enum import StrEnum
from functools import lru_cache


class Draw(StrEnum):
    """What a draw is for; draws for different purposes are independent of one another."""

    AUDIT = "audit"
    SHOWN = "shown"
    """Whether a torn item is shown without the model's answer."""
    GOLD = "gold"
    """Whether a reviewer's next item is gold."""
    CHOICE = "choice"
    """Which gold item it is."""
    AGE = "age"
    """How old it looks."""


def coin(key: bytes, draw: Draw, project: str, event_id: str) -> float:
    """A keyed pseudo-random number in [0, 1), the same for the same event for ever.

    Args:
        key: the installation's secret; whoever lacks it can neither predict nor steer a draw.
        draw: the purpose.
        project: the event's project.
        event_id: the sender's id.

    >>> coin(b"k", Draw.AUDIT, "churn", "e1") == coin(b"k", Draw.AUDIT, "churn", "e1")
    True
    """
    message = f"{draw.value}\x00{project}\x00{event_id}".encode()
    keyed = _keyed(key).copy()
    keyed.update(message)
    return (int.from_bytes(keyed.digest()[:8]) >> 11) / 2**53


def secret_name(key: bytes, *parts: str) -> str:
    """A name that nobody can guess or tell from another, the same for the same parts for ever."""
    return hmac.digest(key, "\x00".join(("name", *parts)).encode(), "sha256").hex()


def key_id(key: bytes) -> str:
    """A name for the key that can be logged: the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(key).hexdigest()[:12]


@lru_cache(maxsize=4)
def _keyed(key: bytes) -> hmac.HMAC:
    """The HMAC before any message: to look SHA-256 up and take the key in costs most of a coin."""
    return hmac.new(key, digestmod="sha256")
