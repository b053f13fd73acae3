"""How a command reaches the installation that it is about."""

from pathlib import Path

from handraise.client import Client
from handraise.installation import Installation, locate, token
from handraise.settings import Settings


def settings_for(data_dir: str | None = None) -> Settings:
    """The environment's settings, with a data directory named on the command line."""
    settings = Settings()
    return settings.model_copy(update={"data_dir": Path(data_dir)}) if data_dir else settings


def reach(*, retries: int = 2) -> Client:
    """A client of the installation that the environment names."""
    settings = settings_for()
    return Client(locate(settings).url, token(settings), retries=retries)


def installation() -> Installation:
    """The installation that the environment names."""
    return locate(settings_for())
