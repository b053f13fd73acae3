"""Projects in memory, without models."""

from services.scorer.domain.serving import Served, unlearned


class FakeCatalogue:
    """Implements `services.scorer.ports.Catalogue`; `announced` is seen at the next refresh."""

    def __init__(self, *projects: str, announced: str | None = None, complete: bool = True) -> None:
        self.models = {name: unlearned(name, ["stay", "leave"]) for name in projects}
        self.announced = announced
        self.complete = complete

    def served(self, project: str) -> Served | None:
        return self.models.get(project)

    async def refresh(self) -> None:
        if self.announced:
            self.models[self.announced] = unlearned(self.announced, ["stay", "leave"])

    async def is_complete(self) -> bool:
        return self.complete
