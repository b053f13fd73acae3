"""`handraise project`: the decision points that people oversee."""

import json
from pathlib import Path
from typing import Annotated

import typer

from handraise.client import ProjectState
from handraise.commands.access import reach
from handraise.output import AsJson, show
from handraise.project_file import read_project

app = typer.Typer(no_args_is_help=True, help="Decision points: labels, fields, policy.")


@app.command("apply")
def apply(file: Annotated[Path, typer.Argument(help="A project file (YAML).")]) -> None:
    """Put a project file into force, now and for events that still wait."""
    project = read_project(file)
    with reach() as client:
        state = client.apply(project)
    typer.echo(f"{project.name} is in force (policy version {state.policy_version})")


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List all projects."""
    with reach() as client:
        rows = [_row(state) for state in client.projects()]
    show(rows, as_json=as_json, empty="no project yet: `handraise project apply FILE.yaml`")


@app.command("show")
def show_(name: str, *, as_json: AsJson = False) -> None:
    """Show one project."""
    with reach() as client:
        state = client.project(name)
    if as_json:
        typer.echo(json.dumps(state.model_dump(mode="json"), indent=2))
        return
    fields = ", ".join(f"{name} ({kind})" for name, kind in state.configuration.fields.items())
    details = _row(state) | {"labels": ", ".join(state.configuration.labels), "fields": fields}
    show([{"key": key, "value": value} for key, value in details.items()], as_json=False, empty="")


def _row(state: ProjectState) -> dict[str, object]:
    project = state.configuration
    return {
        "project": project.name,
        "title": project.title,
        "labels": len(project.labels),
        "fields": len(project.fields),
        "error_rate": project.policy.error_rate,
        "auto_margin": project.policy.auto_margin,
        "audit_probability": project.policy.audit_probability,
        "policy_version": state.policy_version,
        "automation": state.automation,
    }
