"""`handraise model`: the versions that a project learned."""

import subprocess
import sys
from typing import Annotated

import typer

from handraise.commands.access import reach, settings_for
from handraise.output import AsJson, show
from handraise.settings import child_environment

_NOT_USED = "redis://localhost"
"""The retrainer's settings want an address; to rebuild, no Redis is needed."""

app = typer.Typer(no_args_is_help=True, help="Model versions of a project.")


@app.callback()
def _models() -> None:
    """Model versions of a project."""


@app.command("list")
def list_(project: str, *, as_json: AsJson = False) -> None:
    """List model versions, newest first."""
    with reach() as client:
        versions = client.models(project)
    if as_json:
        show([v.model_dump(mode="json") for v in versions], as_json=True, empty="")
        return
    rows = [
        {
            "version": version.version,
            "sha256": version.sha256[:12],
            "learned_up_to": version.learned_up_to,
            "metrics": " ".join(f"{k}={v:.3g}" for k, v in version.metrics.items()),
            "reason": version.reason,
            "actor": version.actor,
            "at": f"{version.at:%Y-%m-%d %H:%M:%S}",
        }
        for version in versions
    ]
    show(rows, as_json=False, empty=f"{project} has learned nothing yet")


@app.command()
def rebuild(
    project: str,
    version: int,
    *,
    without: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="WHOM NAME",
            help="Leave out a `reviewer` (by name) or a `subject` (an event's id).",
        ),
    ] = None,
) -> None:
    """Learn a version again from the ledger and compare the SHA-256; exit 1 if it differs.

    Works on this machine's training database, beside a retrainer that runs; nothing is published.
    With --without it says how many corrections were left out, and what the model would be.
    """
    command = [sys.executable, "-m", "services.retrainer", "rebuild", project, str(version)]
    command += ["--without", *without] if without else []
    settings = settings_for()
    given = {
        "HANDRAISE_DATA_DIR": str(settings.data_dir),
        "HANDRAISE_REDIS_URL": settings.redis_url or _NOT_USED,
    }
    done = subprocess.run(command, env=child_environment(given), check=False)  # noqa: S603
    raise typer.Exit(done.returncode)
