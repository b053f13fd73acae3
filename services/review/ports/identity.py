"""A provider of identities."""

from collections.abc import Collection
from typing import Protocol

from services.review.domain.identity import Claims, PendingLogin


class IdentityProvider(Protocol):
    """Says who somebody is (OpenID Connect, authorization code with PKCE)."""

    def begin(self, redirect_uri: str, pending: PendingLogin) -> str:
        """The provider's address to send a browser to.

        Raises:
            Unavailable: the provider does not answer.
        """
        ...

    def finish(
        self, redirect_uri: str, pending: PendingLogin, code: str, needed: Collection[str]
    ) -> Claims:
        """What the provider says about whoever came back with this code.

        Args:
            redirect_uri: where they came back to.
            pending: the login that was begun.
            code: what they brought along.
            needed: claims to ask for separately if the token lacks them.

        Raises:
            NotAuthenticated: the code or the token is not good.
            Unavailable: the provider does not answer.
        """
        ...
