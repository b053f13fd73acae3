"""`handraise up`."""

import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from handraise.commands.access import settings_for
from handraise.installation import Installation
from handraise.output import DataDir, console, say
from handraise.settings import Settings, has_display
from handraise.up import login_link, running

Port = Annotated[int | None, typer.Option(help="Port of the review pages; 0 = any free port.")]


def up(
    *,
    port: Port = None,
    data_dir: DataDir = None,
    redis: Annotated[str | None, typer.Option(help="Use this Redis server.", metavar="URL")] = None,
    db: Annotated[str | None, typer.Option(help="Use this PostgreSQL.", metavar="URL")] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
) -> None:
    """Run everything on this machine: Redis, the three services, the review pages."""
    settings = choose(settings_for(data_dir), port=port, redis=redis, db=db)
    say("starting ...")
    try:
        with running(settings, say) as installation:
            link = login_link(settings, installation)
            welcome(settings.data_dir, installation, link)
            if not no_open:
                open_browser(link)
            threading.Event().wait()
    except KeyboardInterrupt:
        say("stopped; `handraise up` goes on from here")


def choose(
    settings: Settings, *, port: int | None, redis: str | None = None, db: str | None = None
) -> Settings:
    """Settings with what the command line says in place of the environment."""
    said = {"review_port": port, "redis_url": redis, "database_url": db}
    return settings.model_copy(update={k: v for k, v in said.items() if v is not None})


def welcome(data_dir: Path, installation: Installation, link: str) -> None:
    """Say where everything is."""
    logs = data_dir.resolve() / "logs"
    lines = {
        "review": f"{installation.url}/review",
        "log in": f"{link}   (works once)",
        "API": f"{installation.url}/docs",
        "Redis": installation.redis_url.rsplit("@", maxsplit=1)[-1],
        "logs": str(logs),
    }
    out = console()
    out.print("[bold]Handraise is up.[/bold] Ctrl-C stops it.")
    for name, value in lines.items():
        out.print(f"  {name:<8}{value}", soft_wrap=True, markup=False)


def open_browser(link: str) -> None:
    """Open the link where a person sits in front of a screen."""
    if console().is_terminal and has_display():
        webbrowser.open(link)
