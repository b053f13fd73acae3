"""A real provider of identities as a process, and the people whom it knows."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.processes import until
from tests.servers import free_port

PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"email": "ada@x.org", "email_verified": True, "groups": ["staff", "chess"]},
    "ben": {"email": "ben@x.org", "email_verified": False, "groups": ["staff"]},
    "eve": {"email": "eve@x.org", "email_verified": True, "groups": ["chess"]},
    "root": {"email": "admin", "email_verified": True, "groups": ["staff"]},
}


@contextmanager
def provider() -> Iterator[str]:
    """Its address."""
    port = free_port()
    people = [
        ["--user-claims", json.dumps({"sub": sub, **claims})] for sub, claims in PEOPLE.items()
    ]
    words = [word for pair in people for word in pair]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)]
    with subprocess.Popen(
        [*command, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(f"{url}/.well-known/openid-configuration"))
        yield url
        process.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
