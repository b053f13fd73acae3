"""Who somebody is by the word of a provider of identities (OpenID Connect), and what they may."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.review.domain.access import ADMIN, RESERVED, Role, User, is_name
from services.review.errors import Forbidden

Claims = Mapping[str, object]
_EMAIL = "email"
_RANK = (Role.UPSTREAM, Role.REVIEWER, Role.LEAD, Role.OPS, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """What ties a login that was begun to its end: all of it follows from one secret.

    Attributes:
        state: proves that the answer belongs to this browser.
        nonce: proves that the token was made for this login.
        verifier: proves to the provider that who began fetches the token (PKCE).
    """

    state: str
    nonce: str
    verifier: str

    @classmethod
    def of(cls, secret: str) -> "PendingLogin":
        """The login that was begun with this secret."""
        return cls(*(_derived(secret, purpose) for purpose in ("state", "nonce", "verifier")))


@dataclass(frozen=True, slots=True)
class Grant:
    """Whoever has `value` in the role claim gets a role, for some projects or (None) for all."""

    value: str
    role: Role
    projects: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How claims are read.

    Attributes:
        name_claim: the claim that is the user's name here.
        role_claim: the claim that `grants` speak about; None: users must be known beforehand.
    """

    name_claim: str = _EMAIL
    role_claim: str | None = None
    grants: Sequence[Grant] = ()


def grants_of(text: str) -> Sequence[Grant]:
    """Grants as a setting writes them.

    >>> [(grant.value, grant.role.value) for grant in grants_of("staff=lead:churn+loans, sre=ops")]
    [('staff', 'lead'), ('sre', 'ops')]

    Raises:
        ValueError: a part is not `VALUE=ROLE` or `VALUE=ROLE:PROJECT+PROJECT`.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        value, equals, granted = part.rpartition("=")
        role, colon, projects = granted.partition(":")
        if not equals or not value or role not in set(Role) or (colon and not projects):
            raise ValueError(f"{part!r} is not VALUE=ROLE or VALUE=ROLE:PROJECT+PROJECT")
        if colon and role == Role.ADMIN:
            raise ValueError(f"{part!r}: an admin sees all projects")
        scope = frozenset(projects.split("+")) if colon else None
        found.append(Grant(value, Role(role), scope))
    return found


def name_of(claims: Claims, reading: Reading) -> str:
    """The user's name here.

    Raises:
        Forbidden: the provider does not say it, or says what nobody may be called.
    """
    name = find(claims, reading.name_claim)
    if not isinstance(name, str) or not is_name(name) or name in {ADMIN.name, *RESERVED}:
        raise Forbidden(
            f"the claim {reading.name_claim!r} of the identity provider is not a name that "
            "somebody may have here; whoever runs Handraise can choose another claim"
        )
    if reading.name_claim == _EMAIL and claims.get("email_verified") is not True:
        raise Forbidden("the identity provider has not verified your address; do that there first")
    return name


def granted(claims: Claims, reading: Reading, name: str) -> User:
    """The user as the role claim has it: the highest role, and its projects together.

    Raises:
        Forbidden: no grant fits.
    """
    said = find(claims, reading.role_claim or "")
    values = {said} if isinstance(said, str) else set(_texts(said))
    fitting = [grant for grant in reading.grants if grant.value in values]
    if not fitting:
        raise Forbidden(f"{name}, the identity provider gives you no role here; ask for one there")
    role = max((grant.role for grant in fitting), key=_RANK.index)
    scopes = [grant.projects for grant in fitting if grant.role is role]
    together: frozenset[str] = frozenset()
    for scope in scopes:
        if scope is None:
            return User(name, role)
        together |= scope
    return User(name, role, together)


def find(claims: Claims, name: str) -> object:
    """A claim by its name, or by a path with dots.

    >>> find({"realm_access": {"roles": ["a"]}}, "realm_access.roles")
    ['a']
    """
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(said: object) -> list[str]:
    return [value for value in said if isinstance(value, str)] if isinstance(said, list) else []


def _derived(secret: str, purpose: str) -> str:
    made = hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()
