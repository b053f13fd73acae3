"""Errors of the retrainer."""

from shared.errors import HandraiseError


class CheckpointRefused(HandraiseError):
    """A checkpoint cannot be written or used: an older one, or the whole ledger, is learned."""


class NoSuchVersion(HandraiseError):
    """The project has no such version: `handraise model list` shows those it has."""


class NotOffered(HandraiseError):
    """A model that was learned again is not offered; the message says why, and what to do."""


class VersionLost(HandraiseError):
    """The artifact of a version is not there any more, or must not be used."""
