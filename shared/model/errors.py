"""Errors of the model package."""

from shared.errors import HandraiseError


class ArtifactRefused(HandraiseError):
    """A model artifact must not be used; the message names what is wrong and the cure."""
