"""Identity tokens are believed only if all of them is right; against a provider in memory."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from services.review.adapters.oidc import OidcProvider
from services.review.domain.identity import Claims, PendingLogin
from services.review.errors import NotAuthenticated
from shared.errors import Unavailable
from tests.builders import NOON
from tests.fakes.clock import FakeClock

ISSUER, BACK = "https://id.example", "https://desk.example/login/provider/back"
PENDING = PendingLogin.of("a secret")
KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
NOW = int(NOON.timestamp())


class Provider:
    """Signs whatever it is told to."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": "desk",
            "sub": "7",
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": PENDING.nonce,
            "email": "ada@x.org",
        }
        self.key: Any = KEY
        self.algorithm = "RS256"
        self.token: dict[str, Any] | None = None
        self.more: dict[str, Any] = {}
        self.status = 200
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answers: dict[str, Any] = {
            "/.well-known/openid-configuration": self.metadata,
            "/keys": {"keys": [KEY.as_dict(private=False)]},
            "/token": self.token or {"access_token": "at", "token_type": "Bearer"} | self.signed(),
            "/more": self.more,
        }
        return httpx2.Response(self.status, json=answers[request.url.path])

    def signed(self) -> dict[str, str]:
        header = {"alg": self.algorithm, "kid": "1"}
        return {"id_token": jwt.encode(header, self.claims, self.key, algorithms=[self.algorithm])}

    def client(self) -> OidcProvider:
        transport = httpx2.MockTransport(self)
        client = ("desk", "our-secret")
        return OidcProvider(ISSUER, client, "openid email", FakeClock(), transport)

    def finish(self, *needed: str) -> Claims:
        return self.client().finish(BACK, PENDING, "the-code", needed)


@pytest.fixture
def provider() -> Provider:
    return Provider()


def test_a_login_is_begun_with_everything_that_protects_it(provider: Provider) -> None:
    address = urlsplit(provider.client().begin(BACK, PENDING))

    challenge = urlsafe_b64encode(sha256(PENDING.verifier.encode()).digest()).rstrip(b"=")
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{ISSUER}/authorize"
    assert parse_qs(address.query) == {
        "response_type": ["code"],
        "client_id": ["desk"],
        "redirect_uri": [BACK],
        "scope": ["openid email"],
        "state": [PENDING.state],
        "nonce": [PENDING.nonce],
        "code_challenge": [challenge.decode()],
        "code_challenge_method": ["S256"],
    }


def test_a_right_token_is_believed(provider: Provider) -> None:
    claims = provider.finish()

    assert claims["email"] == "ada@x.org"
    (fetched,) = [request for request in provider.asked if request.url.path == "/token"]
    form = parse_qs(fetched.content.decode())
    assert form["code"] == ["the-code"]
    assert form["code_verifier"] == [PENDING.verifier]
    assert form["redirect_uri"] == [BACK]
    assert fetched.headers["authorization"].startswith("Basic ")


def test_without_a_secret_our_id_and_the_verifier_do(provider: Provider) -> None:
    transport = httpx2.MockTransport(provider)
    client = OidcProvider(ISSUER, ("desk", ""), "openid", FakeClock(), transport)

    assert client.finish(BACK, PENDING, "the-code", [])["sub"] == "7"

    (fetched,) = [request for request in provider.asked if request.url.path == "/token"]
    form = parse_qs(fetched.content.decode())
    assert (form["client_id"], form["code_verifier"]) == (["desk"], [PENDING.verifier])
    assert "authorization" not in fetched.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"nonce": PendingLogin.of("another").nonce},
        {"nonce": None},
        {"exp": NOW - 61},
        {"iat": NOW + 3600},
        {"azp": "another"},
        {"sub": None},
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused(provider: Provider, changes: dict[str, Any]) -> None:
    provider.claims |= changes
    provider.claims = {name: value for name, value in provider.claims.items() if value is not None}
    with pytest.raises(NotAuthenticated, match="begin again"):
        provider.finish()


def test_a_signature_by_another_key_is_refused(provider: Provider) -> None:
    provider.key = OTHER_KEY
    with pytest.raises(NotAuthenticated):
        provider.finish()


def test_a_shared_secret_signs_nothing(provider: Provider) -> None:
    provider.key, provider.algorithm = OctKey.import_key("our-secret" * 5), "HS256"
    with pytest.raises(NotAuthenticated):
        provider.finish()


@pytest.mark.parametrize(
    "token",
    [
        {"error": "invalid_grant"},
        {"access_token": "at", "token_type": "Bearer"},
        {"access_token": "at", "token_type": "Bearer", "id_token": "not a token"},
        {"access_token": "at", "token_type": "Bearer", "id_token": "eyJhbGciOiJub25lIn0.e30."},
    ],
    ids=str,
)
def test_no_token_or_an_unsigned_one_is_refused(provider: Provider, token: dict[str, Any]) -> None:
    provider.token = token
    with pytest.raises(NotAuthenticated):
        provider.finish()


def test_what_the_token_lacks_is_asked_for(provider: Provider) -> None:
    provider.metadata["userinfo_endpoint"] = f"{ISSUER}/more"
    provider.more = {"sub": "7", "groups": ["a"], "email": "eve@x.org"}

    claims = provider.finish("groups")

    assert (claims["groups"], claims["email"]) == (["a"], "ada@x.org")
    provider.more["sub"] = "8"
    with pytest.raises(NotAuthenticated):
        provider.finish("groups")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_a_provider_that_is_not_what_it_seems_is_not_asked(
    provider: Provider, changes: dict[str, Any]
) -> None:
    provider.metadata |= changes
    with pytest.raises(Unavailable):
        provider.client().begin(BACK, PENDING)
    with pytest.raises(Unavailable):
        provider.finish()
    assert {request.url.path for request in provider.asked} == {"/.well-known/openid-configuration"}


def test_a_provider_that_is_away_is_said_so(provider: Provider) -> None:
    provider.status = 503
    with pytest.raises(Unavailable, match="does not answer"):
        provider.finish()
