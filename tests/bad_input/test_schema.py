"""The whole HTTP API against its own OpenAPI document: every check of Schemathesis, no failure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    positive_data_acceptance,
    unsupported_method,
)

from tests.builders import a_project
from tests.processes import TOKEN, Installation

EXAMPLES = 12
EXCEPTIONS: dict[str, list[Any]] = {
    # what no schema can say: two parts that must agree with one another
    "/v1/projects/{project}": [positive_data_acceptance],
    # what no schema can say: names of projects that exist, roles that see all
    "/v1/users": [positive_data_acceptance],
    "/v1/users/{name}": [positive_data_acceptance],
    # ... and that a long password has to consist of more than a few characters
    "/v1/users/me/password": [positive_data_acceptance],
    "/v1/users/{name}/password": [positive_data_acceptance],
    "/v1/projects/{project}/predictions": [positive_data_acceptance],
    "/v1/republish": [positive_data_acceptance],
    # PATCH and DELETE /v1/users/{name} take this word for a name
    "/v1/users/me": [unsupported_method, allow_header_conformance],
    # GET /v1/dead-letters/{letter} takes these words for the number of a letter
    "/v1/dead-letters/retry": [unsupported_method, allow_header_conformance],
    "/v1/dead-letters/drop": [unsupported_method, allow_header_conformance],
}
schema = schemathesis.openapi.from_path(Path("docs/reference/openapi.json"))


@pytest.fixture(scope="module")
def url(redis_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    installation = Installation(redis_server_url, tmp_path_factory.mktemp("schema"))
    with installation.running("review"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json")).raise_for_status()
        yield installation.url


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_keeps_its_word(case: Case[Any], url: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    case.call_and_validate(
        base_url=url, headers=headers, excluded_checks=EXCEPTIONS.get(case.path, [])
    )
