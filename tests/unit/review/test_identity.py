"""What claims of an identity provider mean here."""

from typing import Any

import pytest

from services.review.domain.access import Role, User
from services.review.domain.identity import (
    PendingLogin,
    Reading,
    granted,
    grants_of,
    name_of,
)
from services.review.errors import Forbidden

GROUPS = Reading(
    role_claim="groups", grants=grants_of("a=reviewer:churn, b=reviewer:loans, c=lead")
)


def test_a_verified_address_is_a_name() -> None:
    assert name_of({"email": "ada@x.org", "email_verified": True}, Reading()) == "ada@x.org"
    assert name_of({"nick": "ada"}, Reading("nick")) == "ada"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "ada@x.org"},
        {"email": "ada@x.org", "email_verified": False},
        {"email": "ada@x.org", "email_verified": "true"},
        {"email": ["ada@x.org"], "email_verified": True},
        {"email": "admin", "email_verified": True},
        {"email": "me", "email_verified": True},
        {"email": "a b", "email_verified": True},
        {"email": "ada@x.org\n", "email_verified": True},
    ],
)
def test_some_claims_are_nobodys_name(claims: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        name_of(claims, Reading())


@pytest.mark.parametrize(
    ("groups", "role", "projects"),
    [
        (["a"], Role.REVIEWER, {"churn"}),
        ("a", Role.REVIEWER, {"churn"}),
        (["a", "b", "z"], Role.REVIEWER, {"churn", "loans"}),
        (["a", "c"], Role.LEAD, None),
    ],
)
def test_the_highest_role_counts_with_its_projects(
    groups: Any, role: Role, projects: set[str] | None
) -> None:
    scope = None if projects is None else frozenset(projects)
    assert granted({"groups": groups}, GROUPS, "ada") == User("ada", role, scope)


@pytest.mark.parametrize("groups", [[], ["z"], None, 7, [7], {"a": 1}])
def test_without_a_fitting_group_nobody_gets_in(groups: Any) -> None:
    with pytest.raises(Forbidden):
        granted({"groups": groups}, GROUPS, "ada")


@pytest.mark.parametrize("text", ["x", "=ops", "a=king", "a=lead:", "a=admin:churn"])
def test_a_grant_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not VALUE=ROLE|sees all projects"):
        grants_of(text)


def test_a_login_is_tied_to_its_secret() -> None:
    one, other = PendingLogin.of("one"), PendingLogin.of("other")

    assert one == PendingLogin.of("one")
    assert len({one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier}) == 6
    assert len(one.verifier) == 43  # RFC 7636: 43 to 128 characters
