"""Settings of the review service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator
from typing_extensions import override

from services.review.domain.identity import grants_of
from services.review.domain.rates import Rate, Rates
from shared.errors import Misconfigured
from shared.hardening import open_key, weak_database, weak_token
from shared.settings import CommonSettings

IMAGE_HOSTS = r"^(https://[a-z0-9.-]+(:[0-9]+)?( https://[a-z0-9.-]+(:[0-9]+)?)*)?$"
"""Origins, with a space between them."""


class Settings(CommonSettings):
    """The common settings, the review database and the doors for people."""

    review_port: int = Field(8080, description="Port of the HTTP API and the pages.")
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(
        16 * 2**20, description="Larger bodies of HTTP requests are refused (413)."
    )
    database_url: str | None = Field(
        None,
        description="PostgreSQL (postgresql://user:password@host/name) or SQLite (sqlite:///path); "
        "unset: a SQLite file in the data directory.",
    )
    database_url_file: Path | None = Field(
        None,
        description="A file that holds the address of the database, instead of the address itself.",
    )
    audit_key_file: Path | None = Field(
        None,
        description="Secret with which audits are drawn; unset: `secrets/audit.key` in the data "
        "directory, created when missing. All replicas need the same.",
    )
    ledger_key_file: Path | None = Field(
        None,
        description="Ed25519 key with which heads of the ledger are signed (32 bytes in hex); "
        "unset: `secrets/ledger.key` in the data directory, created when missing. All replicas "
        "need the same.",
    )
    admin_token_file: Path | None = Field(
        None,
        description="Token of the user `admin`; unset: `secrets/admin.token` in the data directory "
        "(`handraise up` creates it). An empty or absent file closes that door.",
    )
    public_url: str | None = Field(
        None,
        description="How people reach review, e.g. `https://handraise.example.org`, where a proxy "
        "with TLS stands in front: login links begin so, and with `https:` cookies are for TLS "
        "only.",
    )
    image_hosts: Annotated[str, Field(pattern=IMAGE_HOSTS)] = Field(
        "",
        description="Where pictures may lie that events name by address, such as "
        "`https://img.example.org https://cdn.example.org`; unset: nowhere, and only pictures that "
        "come within an event are shown.",
    )
    passwords: bool = Field(
        True, description="Whether people may log in with name and password; false: they may not."
    )
    oidc_issuer: str | None = Field(
        None,
        description="Address of a provider of identities (OpenID Connect) at which people log in; "
        "it must be what the provider calls itself.",
    )
    oidc_client_id: str | None = Field(
        None, description="What this installation is called at the provider."
    )
    oidc_client_secret_file: Path | None = Field(
        None, description="A file that holds this installation's secret there, if it has one."
    )
    oidc_scope: str = Field(
        "openid email profile", description="What the provider is asked to tell."
    )
    oidc_name_claim: str = Field(
        "email",
        description="The claim that is the user's name here; `email` must be verified there.",
    )
    oidc_role_claim: str | None = Field(
        None,
        description="The claim that HANDRAISE_OIDC_ROLES reads, e.g. `groups` or "
        "`realm_access.roles`; unset: people must be known here beforehand.",
    )
    oidc_roles: str = Field(
        "",
        description="Who gets which role: `VALUE=ROLE` or `VALUE=ROLE:PROJECT+PROJECT`, with "
        "commas between, e.g. `staff=reviewer:churn+loans, sre=ops`.",
    )
    rate_limit: Annotated[float, Field(ge=0)] = Field(
        200,
        description="Requests a second that one user may send to one replica; 0: any number.",
    )
    rate_limit_burst: Annotated[int, Field(ge=1)] = Field(
        400, description="Requests that one user may send at once before `rate_limit` holds."
    )
    stranger_rate_limit: Annotated[float, Field(ge=0)] = Field(
        20,
        description="Requests a second from one address without a token or session that we know; "
        "0: any number.",
    )
    stranger_rate_limit_burst: Annotated[int, Field(ge=1)] = Field(
        200,
        description="Requests that one address may send at once before `stranger_rate_limit` "
        "holds.",
    )
    idempotency_hours: Annotated[int, Field(ge=1, le=8784)] = Field(
        24, description="Hours for which a request with an Idempotency-Key may be sent again."
    )
    dead_letter_days: Annotated[int, Field(ge=1, le=36_500)] = Field(
        90, description="Days after which retried and dropped dead letters are deleted."
    )

    republish_minutes: Annotated[int, Field(ge=0, le=527_040)] = Field(
        60,
        description="When Redis has lost everything, the decisions and corrections of so many "
        "minutes are sent again.",
    )

    @property
    def rates(self) -> Rates:
        """How many requests a caller may send."""
        users = Rate(self.rate_limit, self.rate_limit_burst)
        strangers = Rate(self.stranger_rate_limit, self.stranger_rate_limit_burst)
        return Rates(
            users if users.per_second else None, strangers if strangers.per_second else None
        )

    @property
    def database(self) -> str:
        """The address of the review database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'review.db'}"

    @property
    def audit_key(self) -> Path:
        """The file of the audit key."""
        return self.audit_key_file or self.data_dir / "secrets" / "audit.key"

    @property
    def ledger_key(self) -> Path:
        """The file of the key that signs heads of the ledger."""
        return self.ledger_key_file or self.data_dir / "secrets" / "ledger.key"

    @property
    def admin_token(self) -> Path:
        """The file of the admin's token."""
        return self.admin_token_file or self.data_dir / "secrets" / "admin.token"

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise Misconfigured("HANDRAISE_OIDC_ISSUER needs HANDRAISE_OIDC_CLIENT_ID too")
        try:
            grants = grants_of(self.oidc_roles)
        except ValueError as error:
            raise Misconfigured(f"HANDRAISE_OIDC_ROLES: {error}") from error
        if bool(self.oidc_role_claim) != bool(grants):
            raise Misconfigured("HANDRAISE_OIDC_ROLE_CLAIM and HANDRAISE_OIDC_ROLES go together")
        return self

    @override
    def weaknesses(self) -> Iterator[str]:
        yield from super().weaknesses()
        found = [
            weak_database(self.database),
            weak_token(self.admin_token),
            open_key(self.audit_key),
            open_key(self.ledger_key),
        ]
        yield from (weakness for weakness in found if weakness)
