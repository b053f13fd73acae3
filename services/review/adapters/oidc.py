"""OpenID Connect by Authlib: discovery, authorization code with PKCE, signed identity tokens."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import BaseTransport, Client, HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from services.review.domain.identity import Claims, PendingLogin, find
from services.review.errors import NotAuthenticated
from shared.clock import Clock
from shared.errors import Misconfigured, Unavailable

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_DISCOVERY = "/.well-known/openid-configuration"
_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 5.0
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class OidcProvider:
    """Implements `ports.IdentityProvider`; the provider's keys are asked for with each login."""

    def __init__(
        self,
        issuer: str,
        client: tuple[str, str],
        scope: str,
        clock: Clock,
        transport: BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            issuer: the provider's address.
            client: our id there, and our secret (empty: none).
            scope: what we ask to be told.
            clock: judges when tokens expire.
            transport: another way to the provider than the network.

        Raises:
            Misconfigured: what the provider says could be changed on its way.
        """
        if not is_safe(issuer):
            raise Misconfigured("HANDRAISE_OIDC_ISSUER must begin with https://")
        self._issuer = issuer.rstrip("/")
        self._client = client
        self._scope = scope
        self._clock = clock
        self._transport = transport

    def begin(self, redirect_uri: str, pending: PendingLogin) -> str:
        """The provider's address to send a browser to."""
        with self._answering(), self._session(redirect_uri) as session:
            address, _ = session.create_authorization_url(
                self._metadata()["authorization_endpoint"],
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )
        return str(address)

    def finish(
        self, redirect_uri: str, pending: PendingLogin, code: str, needed: Collection[str]
    ) -> Claims:
        """What the provider says about whoever came back with this code."""
        with self._answering(), self._session(redirect_uri) as session:
            metadata = self._metadata()
            token = session.fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=pending.verifier
            )
            claims = self._claims(metadata, token, pending.nonce)
            if any(find(claims, name) is None for name in needed):
                return self._completed(session, metadata, claims)
        return claims

    def _claims(self, metadata: dict[str, Any], token: dict[str, Any], nonce: str) -> Claims:
        if not isinstance(token.get("id_token"), str):
            raise NotAuthenticated("the identity provider sent no identity token; begin again")
        keys = KeySet.import_key_set(cast("KeySetSerialization", self._get(metadata["jwks_uri"])))
        decoded = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS)
        client_id, _ = self._client
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": client_id},
            },
            params={"nonce": nonce, "client_id": client_id},
        )
        claims.validate(now=int(self._clock.now().timestamp()), leeway=_LEEWAY_SECONDS)
        return dict(claims)

    def _completed(self, session: OAuth2Client, metadata: dict[str, Any], claims: Claims) -> Claims:
        if "userinfo_endpoint" not in metadata:
            return claims
        more = session.get(metadata["userinfo_endpoint"]).raise_for_status().json()
        if more.get("sub") != claims["sub"]:
            raise NotAuthenticated("the identity provider speaks of two people; begin again")
        return {**more, **claims}

    def _metadata(self) -> dict[str, Any]:
        found = self._get(f"{self._issuer}{_DISCOVERY}")
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise Unavailable(
                f"{self._issuer} calls itself {found.get('issuer')!r}; "
                "HANDRAISE_OIDC_ISSUER must be exactly that"
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(str(found.get(name))):
                raise Unavailable(f"the {name} of {self._issuer} does not begin with https://")
        return found

    def _get(self, address: str) -> dict[str, Any]:
        with Client(transport=self._transport, timeout=_TIMEOUT_SECONDS) as client:
            found: dict[str, Any] = client.get(address).raise_for_status().json()
        return found

    def _session(self, redirect_uri: str) -> OAuth2Client:
        client_id, secret = self._client
        return OAuth2Client(
            client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=_TIMEOUT_SECONDS,
        )

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """What can go wrong there, in our words; codes and tokens are in none of them."""
        try:
            yield
        except (AuthlibBaseError, JoseError) as error:
            reason = getattr(error, "error", type(error).__name__)
            raise NotAuthenticated(f"the login did not succeed ({reason}); begin again") from error
        except (HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                f"the identity provider {self._issuer} does not answer as it should "
                f"({type(error).__name__})"
            ) from error


def is_safe(address: str) -> bool:
    """Whether nobody can change what comes from there; this machine itself may be plain.

    >>> is_safe("https://id.example.org"), is_safe("http://127.0.0.1:9400"), is_safe("http://id")
    (True, True, False)
    """
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
