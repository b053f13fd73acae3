"""The append-only file of the embedded Redis: whether it is whole, and what to do if it is not.

Redis refuses to start on a damaged file. We look for ourselves, because the program that comes
with a server for this does not always read what that server writes, or does not come at all.
The file has no checksums: damage to its form is found, a changed byte inside a document is not.
Whoever reads that document finds it, or takes it for what was sent.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shared.errors import Malformed

_FOLDER, _MANIFEST = "appendonlydir", "appendonly.aof.manifest"
_SNAPSHOT = (b"REDIS", b"VALKEY")
_CHECK_SECONDS = 60.0


@dataclass(frozen=True)
class Condition:
    """How the file stands.

    Attributes:
        whole: whether Redis starts on it.
        found: what was seen, for people.
        cure: what to do; empty if it is whole.
    """

    whole: bool
    found: str
    cure: str = ""


def inspect(server: Path, data: Path) -> Condition | None:
    """Look at a file that no server is writing to; None if there is none.

    Args:
        server: the server program that is to read it.
        data: the server's directory.
    """
    folder = data.resolve() / _FOLDER
    if not (folder / _MANIFEST).exists():
        return None
    try:
        base, *increments = (folder / name for name in _parts(folder / _MANIFEST))
        if _is_snapshot(base):
            _check_snapshot(server, base)
        else:
            increments.insert(0, base)
        places = [(file, *_read_up_to(file)) for file in increments]
    except (Malformed, ValueError, OSError) as error:
        return Condition(False, f"{folder} is damaged: {error}", anew(data))
    for file, good, torn in places:
        size = file.stat().st_size
        if good == size:
            continue
        if torn and file == places[-1][0]:  # as a crash leaves it
            return Condition(True, f"{file.name} ends in the middle; Redis cuts that off")
        cut = f"`truncate --size={good} {file}` keeps what stands before it; or {anew(data)}"
        return Condition(False, f"{file.name} is damaged after byte {good} of {size}", cut)
    return Condition(True, f"{folder} is whole")


def anew(data: Path) -> str:
    """How to go on without the file, and what that costs."""
    return (
        f"`mv {data} {data}.damaged` begins anew. Then start again: what review has recorded is "
        "sent again by itself (decisions older than an hour by `handraise republish`); only what "
        "upstream wrote into Redis itself, and is not routed yet, upstream must send again"
    )


def _parts(manifest: Path) -> Iterator[str]:
    """The files that are read one after the other: the base, then what came after it."""
    lines = manifest.read_text().splitlines()
    for line in lines:
        _, name, _, _, _, kind = line.split(" ")
        if kind in {"b", "i"}:
            yield name


def _is_snapshot(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(6).startswith(_SNAPSHOT)


def _check_snapshot(server: Path, file: Path) -> None:
    """A server program checks snapshots when it is called by another name."""
    done = subprocess.run(  # noqa: S603 - a server program that we found
        [server.name.replace("-server", "-check-rdb"), str(file)],
        executable=str(server),
        capture_output=True,
        timeout=_CHECK_SECONDS,
        check=False,
    )
    if done.returncode:
        raise Malformed(f"{server} cannot read {file.name}")


def _read_up_to(file: Path) -> tuple[int, bool]:
    """Up to which byte there are whole commands, and whether what follows just ends too early."""
    good = 0
    with file.open("rb") as content:
        try:
            while _read_command(content):
                good = content.tell()
        except EOFError:
            return good, True
        except ValueError:
            return good, False
    return good, False


def _read_command(content: BinaryIO) -> bool:
    """Pass over one command or note; False at the end."""
    first = content.readline()
    if not first:
        return False
    if first.startswith(b"#"):
        return True
    for _ in range(_number(first, b"*")):
        size = _number(content.readline(), b"$")
        word = content.read(size + 2)
        if len(word) < size + 2:
            raise EOFError
        if not word.endswith(b"\r\n"):
            raise ValueError(word[-2:])
    return True


def _number(line: bytes, sign: bytes) -> int:
    if not line.endswith(b"\n"):
        raise EOFError
    if not line.startswith(sign) or not line.endswith(b"\r\n") or not line[1:-2].isdigit():
        raise ValueError(line)
    return int(line[1:-2])
