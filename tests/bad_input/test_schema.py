"""The whole HTTP API against its own OpenAPI document: every check of Schemathesis, no failure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    ignored_auth,
    positive_data_acceptance,
    unsupported_method,
)

from tests.builders import a_project
from tests.processes import TOKEN, Installation

EXAMPLES = 4
ROLES = ("admin", "ops", "lead", "reviewer", "upstream")
EXCEPTIONS: dict[str, list[Any]] = {
    # what no schema can say: two parts that must agree with one another
    "/v1/projects/{project}": [positive_data_acceptance],
    "/v1/ledger/verification": [positive_data_acceptance],
    # what no schema can say: names of projects that exist, roles that see all
    "/v1/users": [positive_data_acceptance],
    "/v1/users/{name}": [positive_data_acceptance],
    # ... and that a long password has to consist of more than a few characters
    "/v1/users/me/password": [positive_data_acceptance],
    "/v1/users/{name}/password": [positive_data_acceptance],
    "/v1/projects/{project}/predictions": [positive_data_acceptance],
    "/v1/republish": [positive_data_acceptance],
    # what no schema can say: cursors that we gave
    "/v1/tokens": [positive_data_acceptance],
    "/v1/access-log": [positive_data_acceptance],
    "/v1/dead-letters": [positive_data_acceptance],
    "/v1/models/{project}": [positive_data_acceptance],
    "/v1/decisions/{project}": [positive_data_acceptance],
    "/v1/ledger/entries/{project}": [positive_data_acceptance],
    "/v1/certificates/{project}": [positive_data_acceptance],
    "/v1/projects/{project}/gold": [positive_data_acceptance],
    # what no schema can say: names of time zones
    "/v1/users/me/streaks": [positive_data_acceptance],
    # what no schema can say: the labels of a project
    "/v1/queues/{queue}/practice/{exercise}/answer": [positive_data_acceptance],
    # GET /v1/decisions/{project}/{event_id} takes this word for the end of an id
    "/v1/decisions/{project}/{event_id}/appeal": [unsupported_method, allow_header_conformance],
    # PATCH and DELETE /v1/users/{name} take this word for a name
    "/v1/users/me": [unsupported_method, allow_header_conformance],
    # GET /v1/models/{project}/{version} takes this word for a number
    "/v1/models/{project}/rollback": [unsupported_method, allow_header_conformance],
    # GET /v1/dead-letters/{letter} takes these words for the number of a letter
    "/v1/dead-letters/retry": [unsupported_method, allow_header_conformance],
    "/v1/dead-letters/drop": [unsupported_method, allow_header_conformance],
}
schema = schemathesis.openapi.from_path(Path("docs/reference/openapi.json"))


@dataclass(frozen=True)
class Service:
    """A service with a caller of each role, who all speak on one connection."""

    url: str
    tokens: Mapping[str, str]
    connection: requests.Session


@pytest.fixture(scope="module")
def service(shared_redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    installation = Installation(shared_redis_url, tmp_path_factory.mktemp("schema"))
    with installation.running("review"), installation.api as api:
        api.put("/v1/projects/churn", json=a_project().model_dump(mode="json")).raise_for_status()
        tokens = {"admin": TOKEN}
        for role in ROLES[1:]:
            api.post("/v1/users", json={"name": role, "role": role}).raise_for_status()
            made = api.post(f"/v1/users/{role}/tokens", json={}).raise_for_status()
            tokens[role] = made.json()["token"]
        with requests.Session() as connection:
            connection.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            yield Service(installation.url, tokens, connection)


# a simulation's file is that of `PUT /v1/projects/{project}`, with hundreds of cases of its own
@schema.exclude(operation_id="simulate_policy").parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_keeps_its_word_to_everybody(case: Case[Any], service: Service) -> None:
    excluded = EXCEPTIONS.get(case.path, [])
    for role, token in service.tokens.items():
        once = [] if role == "admin" else [ignored_auth]
        case.call_and_validate(
            base_url=service.url,
            headers={"Authorization": f"Bearer {token}"},
            session=service.connection,
            excluded_checks=[*excluded, *once],
        )
