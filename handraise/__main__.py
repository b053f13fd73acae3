"""`python -m handraise`, the same as `handraise`."""

from handraise.cli import app

app()
