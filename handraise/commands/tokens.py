"""`handraise token`: what users prove themselves with."""

from typing import Annotated

import typer

from handraise.commands.access import installation, reach
from handraise.output import AsJson, show

app = typer.Typer(no_args_is_help=True, help="Tokens that prove who somebody is.")


@app.command("create")
def create(
    name: str,
    *,
    login: Annotated[bool, typer.Option("--login", help="A one-time link for a browser.")] = False,
    days: Annotated[
        int | None, typer.Option(min=1, max=366, help="How long it lives (an API token: 365).")
    ] = None,
    description: Annotated[str, typer.Option(help="Where it is used.")] = "",
) -> None:
    """Print a new token of a user, or a login link. It is shown only this once."""
    with reach() as client:
        kind = "login" if login else "api"
        made = client.create_token(name, kind=kind, days=days, description=description)
    typer.echo(made.link(installation().url) if login else made.token)


@app.command("list")
def list_tokens(
    name: Annotated[str | None, typer.Argument(help="Only this user's.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List API tokens, newest first; ended ones too. Secrets are not kept, so not shown."""
    with reach() as client:
        tokens = client.tokens(name)
    rows = [
        {
            "prefix": token.prefix,
            "user": token.user,
            "description": token.description,
            "state": token.state,
            "expires": token.expires_at,
            "last used": token.last_used_at,
        }
        for token in tokens
    ]
    show(rows, as_json=as_json, empty="no tokens; `handraise token create` makes one")


@app.command("rotate")
def rotate(
    prefix: str,
    *,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=720, help="How long the old one still works.")
    ] = 24,
) -> None:
    """Print the successor of a token; the old one still works for a while."""
    with reach() as client:
        made = client.rotate_token(prefix, overlap_seconds=overlap_hours * 3600)
    typer.echo(made.token)


@app.command("revoke")
def revoke(prefix: str) -> None:
    """End a token at once; `handraise token list` shows the prefix."""
    with reach() as client:
        client.revoke_token(prefix)
    typer.echo(f"{prefix} is revoked")
