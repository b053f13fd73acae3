"""`handraise user`: who may do what."""

from enum import StrEnum
from typing import Annotated

import typer

from handraise.commands.access import reach
from handraise.output import AsJson, show

app = typer.Typer(no_args_is_help=True, help="People and programs with access.")


class Role(StrEnum):
    """What a user may do."""

    UPSTREAM = "upstream"
    REVIEWER = "reviewer"
    LEAD = "lead"
    OPS = "ops"
    ADMIN = "admin"


@app.command("add")
def add(
    name: str,
    *,
    role: Annotated[Role, typer.Option(help="What the user may do.")],
    project: Annotated[
        list[str] | None,
        typer.Option("--project", "-p", help="Only this project; may be given again."),
    ] = None,
) -> None:
    """Add a user, or bring one to this role and these projects (none named: all)."""
    with reach() as client:
        client.add_user(name, role.value, project or None)
    where = f" of {', '.join(project)}" if project else ""
    typer.echo(
        f"{name} is {role.value}{where}; `handraise token create {name} --login` lets them in"
    )


@app.command("list")
def list_users(*, as_json: AsJson = False) -> None:
    """List users by name, disabled ones too."""
    with reach() as client:
        users = client.users()
    rows = [
        {
            "name": user.name,
            "role": user.role,
            "projects": user.projects if as_json else _scope(user.projects),
            "disabled": user.disabled_at,
        }
        for user in users
    ]
    show(rows, as_json=as_json, empty="no users; `handraise user add` adds one")


@app.command("disable")
def disable(name: str) -> None:
    """Let a user in no more: tokens and sessions end at once; the record keeps the name."""
    with reach() as client:
        client.disable_user(name)
    typer.echo(f"{name} is disabled; `handraise user add {name} --role ROLE` brings them back")


@app.command("log-out")
def log_out(name: str) -> None:
    """End all sessions and unused login links of a user."""
    with reach() as client:
        ended = client.end_sessions(name)
    typer.echo(f"{name}: {ended} ended")


@app.command("password")
def password(name: str) -> None:
    """Give a user a first password, or another; it is asked for, and not shown."""
    word = typer.prompt(f"password of {name}", hide_input=True, confirmation_prompt=True)
    with reach() as client:
        client.set_password(name, word)
    typer.echo(f"{name} has a new password and is logged out; they change it at /me")


def _scope(projects: list[str] | None) -> str:
    return "all" if projects is None else ", ".join(projects) or "none"
