"""What a service does not need, it does not load."""

import sys
from pathlib import Path

import pytest

from tests.databases import ReviewDatabases
from tests.processes import Installation

UNUSED = {
    "alembic",  # the schema is current
    "argon2",  # nobody logs in
    "attr",  # of rich, as pygments
    "authlib",  # no provider of identities
    "cryptography.hazmat",
    "email_validator",
    "greenlet",
    "httpx2",
    "jinja2",  # nobody opened a page
    "joserfc",
    "numpy",
    "opentelemetry.sdk",  # no traces
    "psutil",
    "psycopg",  # SQLite
    "pydantic.v1",
    "pydantic_extra_types",
    "pygments",
    "rich",
    "shared.telemetry",
    "sklearn",
}


PROBE = (
    "import atexit, runpy, sys\n"
    "def tell():\n"
    "    print(*(name for name, module in sys.modules.items() if module), file=sys.stderr)\n"
    "atexit.register(tell)\n"
    "runpy.run_module(sys.argv[-1], run_name='__main__')\n"
)


@pytest.mark.redis
def test_review_at_rest_has_not_loaded_what_only_some_installations_use(
    redis_url: str, tmp_path: Path, review_databases: ReviewDatabases
) -> None:
    review_databases.on_sqlite(tmp_path).close()
    at = Installation(redis_url, tmp_path, wrapper=(sys.executable, "-c", PROBE))

    with at.running("review"):
        pass

    loaded = (tmp_path / "review.log").read_text().splitlines()[-1].split()
    assert "services.review.app" in loaded
    assert sorted(UNUSED.intersection(loaded)) == []
