"""Commands, run within the test's process."""

from typer.testing import CliRunner, Result

from handraise.cli import app


def run(*words: str) -> Result:
    """What `handraise WORDS` gives."""
    return CliRunner().invoke(app, words)
