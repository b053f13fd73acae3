"""Challengers that were fitted anew: which, to what, and when they were heard."""

from pydantic import BaseModel, ConfigDict
from typing_extensions import override


class Refit(BaseModel):
    """A fit; (challenger, upto) names it within a project.

    Attributes:
        challenger: which one.
        upto: the ledger position of the last example that it uses.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    challenger: str
    upto: int

    @property
    def identity(self) -> str:
        """Its name in the ledger."""
        return f"{self.challenger}/{self.upto}"


class Entered(Refit):
    """The body of the ledger entry at whose position a fit is heard for the first time.

    Attributes:
        sha256: content hash of what was fitted, empty if nothing was. Who learns the ledger again
            fits again; another hash tells of another version of a library.
        candidate: the version in which it was on trial, if it was.
        heard: False: it is passed over, and its challenger waits for its next turn.
    """

    sha256: str
    candidate: int | None = None
    heard: bool = True

    @property
    @override
    def identity(self) -> str:
        """Its name in the ledger; who was passed over may be heard later all the same."""
        name = f"{self.challenger}/{self.upto}"
        return name if self.heard else f"{name}/passed"

    @property
    def refit(self) -> Refit:
        """Which fit it is."""
        return Refit(challenger=self.challenger, upto=self.upto)
