"""`handraise model`: the versions that a project learned."""

import typer

from handraise.commands.access import reach
from handraise.output import AsJson, show

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
