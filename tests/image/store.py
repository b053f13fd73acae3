"""Images as buildah makes them of our recipe, on a base that Debian's packages make."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.meta.repository import ROOT

RECIPE = ROOT / "Dockerfile"
_TRUSTED = Path("/etc/ssl/certs")
_LEFT_OUT = ("usr/share/doc/*", "usr/share/man/*", "usr/share/locale/*", "var/*/apt/*")
"""What the base has of no use to a program; the published one lacks it too."""


@dataclass(frozen=True)
class Store:
    """A directory of images of our own: nobody else's are touched.

    The base that the recipe names is published by others. Where no registry can be reached it is
    made here, of the same Debian and with Debian's Python of the same version.
    """

    directory: Path

    @property
    def base(self) -> str:
        """The image that the recipe begins with."""
        (name,) = set(re.findall(r"^FROM (\S+)", RECIPE.read_text(), re.MULTILINE))
        return str(name)

    def need_base(self) -> None:
        """Have the base, made here if it is not there yet (some minutes)."""
        if not self._holds(self.base):
            with tempfile.TemporaryDirectory(dir=self.directory) as name:
                self._make_base(Path(name))

    def name(self, service: str) -> str:
        """How the image of a service is called."""
        return f"localhost/handraise-{service}"

    def build(self, service: str) -> str:
        """The image of a service, by the recipe; its name."""
        name = self.name(service)
        arguments = ["--format", "docker", "--layers", "--pull-never", "--file", str(RECIPE)]
        trusted = ["--volume", f"{_TRUSTED}:{_TRUSTED}:ro"]  # who stands between us and the index
        self._buildah(
            "build", *arguments, *trusted, "--build-arg", f"SERVICE={service}", "--tag", name,
            str(ROOT),
        )  # fmt: skip
        return name

    def configuration(self, image: str) -> Mapping[str, Any]:
        """What an image says of how it is run, in Docker's words."""
        told = json.loads(self._buildah("inspect", "--type", "image", image))
        return dict(told["Docker"]["config"])

    def megabytes(self, image: str) -> float:
        """What an image takes, its base with it."""
        with self.root(image) as root:
            used = _said(["du", "--summarize", "--block-size=1", str(root)])
        return int(used.split()[0]) / 1e6

    @contextmanager
    def root(self, image: str) -> Iterator[Path]:
        """The files of an image, for as long as the block lasts."""
        container = self._buildah("from", "--pull-never", image).strip()
        try:
            yield Path(self._buildah("mount", container).strip())
        finally:
            self._buildah("rm", container)

    def _holds(self, image: str) -> bool:
        asked = [*self._command(), "inspect", "--type", "image", image]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def _make_base(self, scratch: Path) -> None:
        version, suite = re.fullmatch(r"python:([\d.]+)-slim-(\w+)", self.base).groups()  # type: ignore[union-attr]
        root, archive = scratch / "root", scratch / "root.tar"
        packages = "--include=python3,python3-venv,ca-certificates"
        _said(["debootstrap", "--variant=minbase", packages, suite, str(root)])
        for pattern in _LEFT_OUT:
            for path in root.glob(pattern):
                linked = path.is_symlink() or not path.is_dir()
                path.unlink() if linked else shutil.rmtree(path)
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        told = _said(["chroot", str(root), "python", "--version"])
        assert told.startswith(f"Python {version}."), f"{self.base} is wanted, {suite} has {told}"
        _said(["tar", "--create", "--file", str(archive), "--directory", str(root), "."])
        container = self._buildah("from", "scratch").strip()
        self._buildah("add", "--quiet", container, str(archive), "/")
        self._buildah("commit", "--quiet", "--rm", container, f"docker.io/library/{self.base}")

    def _buildah(self, verb: str, *words: str) -> str:
        isolated = ["--isolation", "chroot"] if verb in {"build", "from"} else []
        return _said([*self._command(), verb, *isolated, *words])

    def _command(self) -> list[str]:
        where = ["--root", str(self.directory / "images"), "--runroot", str(self.directory / "run")]
        return ["buildah", *where]


def _said(command: list[str]) -> str:
    """What a command prints; one that fails is told with its last words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"image: {' '.join(command)}\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout
