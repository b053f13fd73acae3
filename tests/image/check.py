"""`./run image`: our images are built, and run as the composition says, without an engine.

The base image is made of Debian's packages where it is not there yet. Redis has the users, and
each service the secrets, that `deploy/secrets.sh` makes; PostgreSQL is this machine's.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from tests.image.composition import Composition, composed
from tests.image.container import Container, running
from tests.image.store import Store
from tests.loop import close_the_loop
from tests.servers import free_port

TOOLS = ("buildah", "debootstrap", "runc")
"""Each in Debian's package of that name."""
ORDER = ("retrainer", "scorer", "review")
"""As they depend on each other."""
_REST_SECONDS = 5


def main() -> None:
    """Exit 0 if every image was built, may do no more than it should, and the loop has closed."""
    parser = argparse.ArgumentParser(prog="./run image", description=__doc__)
    kept = Path.home() / ".cache" / "handraise" / "images"
    parser.add_argument("--store", type=Path, default=kept, help="where images are kept")
    given = parser.parse_args()
    _need_tools()
    given.store.mkdir(parents=True, exist_ok=True)
    store = Store(given.store)
    columns = _built(store)
    with tempfile.TemporaryDirectory(prefix="handraise-image-") as name:
        Path(name).chmod(0o755)  # PostgreSQL is not root
        columns |= _run(store, Path(name))
    table = Table("image", *columns)
    for service in ORDER:
        table.add_row(service, *(column[service] for column in columns.values()))
    Console(width=110).print(table)


def _built(store: Store) -> dict[str, dict[str, str]]:
    """What building takes."""
    _said("the base image")
    store.need_base()
    sizes, seconds = {}, {}
    for service in ORDER:
        _said(f"the image of {service}")
        begun = time.monotonic()
        image = store.build(service)
        seconds[service] = f"{time.monotonic() - begun:.0f} s"
        sizes[service] = f"{store.megabytes(image):.0f} MB"
    return {"size": sizes, "built in": seconds}


def _run(store: Store, directory: Path) -> dict[str, dict[str, str]]:
    """What running shows."""
    with composed(directory) as composition, ExitStack() as stack:
        there, ready = {}, {}
        for service in ORDER:
            _said(f"{service}, out of its image")
            begun = time.monotonic()
            there[service] = stack.enter_context(_started(store, service, composition))
            ready[service] = f"{time.monotonic() - begun:.1f} s"
        time.sleep(_REST_SECONDS)
        rest = _memory(there)
        faults = {service: container.faults() for service, container in there.items()}
        _said("the loop")
        _close(there, composition)
        after = _memory(there)
        ends = {service: there[service].stop() for service in reversed(ORDER)}
    if any(faults.values()) or any(ends.values()):
        raise SystemExit(f"image: may do what it should not: {faults}; exit codes: {ends}")
    return {"ready in": ready, "at rest": rest, "after the loop": after}


def _memory(there: Mapping[str, Container]) -> dict[str, str]:
    return {name: f"{container.megabytes():.0f} MB" for name, container in there.items()}


@contextmanager
def _started(store: Store, service: str, composition: Composition) -> Iterator[Container]:
    port, image = free_port(), store.name(service)
    environment = {"HANDRAISE_HOST": "127.0.0.1", f"HANDRAISE_{service.upper()}_PORT": str(port)}
    with (
        store.root(image) as root,
        running(
            composition.directory / service,
            root,
            store.configuration(image),
            composition.services[service],
            composition.mounts(service),
            environment,
            port,
        ) as container,
    ):
        yield container


def _close(there: Mapping[str, Container], composition: Composition) -> None:
    token = composition.secret("admin_token").read_text().strip()
    upstream = (composition.directory / "secrets" / "redis_upstream.url").read_text().strip()
    with httpx.Client(
        base_url=f"http://127.0.0.1:{there['review'].port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ) as api:
        close_the_loop(api, upstream, f"http://127.0.0.1:{there['scorer'].port}/metrics")


def _need_tools() -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise SystemExit(
            f"image: missing: {', '.join(missing)}: apt-get install {' '.join(missing)}"
        )
    if os.geteuid() != 0:
        raise SystemExit("image: makes and mounts file systems, which takes root")


def _said(what: str) -> None:
    sys.stderr.write(f"image: {what} ...\n")


if __name__ == "__main__":
    main()
