"""`handraise user` and `handraise token`: who may do what."""

from enum import StrEnum
from typing import Annotated

import typer

from handraise.client import Client
from handraise.commands.access import installation, settings_for
from handraise.installation import token as own_token

users = typer.Typer(no_args_is_help=True, help="People and programs with access.")
tokens = typer.Typer(no_args_is_help=True, help="Tokens that prove who somebody is.")


class Role(StrEnum):
    """What a user may do."""

    UPSTREAM = "upstream"
    REVIEWER = "reviewer"
    LEAD = "lead"
    OPS = "ops"
    ADMIN = "admin"


@users.command("add")
def add(name: str, *, role: Annotated[Role, typer.Option(help="What the user may do.")]) -> None:
    """Add a user."""
    with Client(installation().url, own_token(settings_for())) as client:
        client.add_user(name, role.value)
    typer.echo(f"{name} is {role.value}; `handraise token create {name} --login` lets them in")


@tokens.command("create")
def create(
    name: str,
    *,
    login: Annotated[bool, typer.Option("--login", help="A one-time link for a browser.")] = False,
) -> None:
    """Print a new token of a user, or a login link. It is shown only this once."""
    url = installation().url
    with Client(url, own_token(settings_for())) as client:
        made = client.create_token(name, kind="login" if login else "api")
    typer.echo(made.link(url) if login else made.token)


@users.callback()
def _users() -> None:
    """People and programs with access."""


@tokens.callback()
def _tokens() -> None:
    """Tokens that prove who somebody is."""
