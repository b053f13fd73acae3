"""Pages that are about one project: the others are one step away."""

from collections.abc import Sequence
from urllib.parse import quote

from fastapi.responses import RedirectResponse

from services.review.domain.access import User
from services.review.use_cases.projects import KeepProjects
from services.review.web.html import to
from shared.project import Project


class Tabs:
    """The projects that somebody sees, by name."""

    def __init__(self, keep: KeepProjects) -> None:
        self._keep = keep

    def of(self, user: User) -> Sequence[str]:
        """Their names."""
        return [state.configuration.name for state in self._keep.all(user)]

    def project(self, name: str) -> Project:
        """The file in force of one of them."""
        return self._keep.get(name).configuration

    def first(self, user: User, address: str) -> RedirectResponse:
        """To the page of the first of them; without one, to where that is said."""
        names = self.of(user)
        return to(f"{address}/{quote(names[0])}" if names else "/queues")
