"""Routes for projects."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.answers import ProjectAnswer, ProjectsAnswer
from services.review.api.bodies import SwitchRequest
from services.review.api.caller import Doorkeeper
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.errors import Invalid
from services.review.use_cases.projects import KeepProjects
from shared.project import Project


def router(door: Doorkeeper, keep: KeepProjects) -> APIRouter:
    """`/v1/projects`."""
    routes = APIRouter(prefix="/v1/projects", tags=["projects"], route_class=OneThread)
    Lister = Annotated[User, Depends(door.allow(Permission.READ, lists=True))]  # noqa: N806 - a type
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type
    Operator = Annotated[User, Depends(door.allow(Permission.OPERATE))]  # noqa: N806 - a type

    @routes.get("")
    def list_projects(reader: Lister) -> ProjectsAnswer:
        """The projects that the caller may see, by name."""
        return ProjectsAnswer(projects=[ProjectAnswer.of(state) for state in keep.all(reader)])

    @routes.get("/{project}")
    def show_project(project: str, _: Reader) -> ProjectAnswer:
        """One project."""
        return ProjectAnswer.of(keep.get(project))

    @routes.put("/{project}")
    def apply_project(project: str, body: Project, operator: Operator) -> ProjectAnswer:
        """Bring a project file into force; the same file again changes nothing."""
        if body.name != project:
            raise Invalid(f"the file is for {body.name!r}, the address for {project!r}")
        return ProjectAnswer.of(keep.apply(body, operator))

    @routes.post("/{project}/stop")
    def stop_automation(project: str, body: SwitchRequest, operator: Operator) -> ProjectAnswer:
        """From now on people decide every event."""
        return ProjectAnswer.of(keep.switch(project, operator, body.reason, stopped=True))

    @routes.post("/{project}/resume")
    def resume_automation(project: str, body: SwitchRequest, operator: Operator) -> ProjectAnswer:
        """The policy decides again who decides."""
        return ProjectAnswer.of(keep.switch(project, operator, body.reason, stopped=False))

    return routes
