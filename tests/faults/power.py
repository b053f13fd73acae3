"""What a disk holds when the power fails: what was synchronised, and by chance some of the rest.

The writes of a process are recorded as system calls, and its files are made again from them up to
any moment. Directories are taken to be durable at once: SQLite synchronises them itself.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SAYS = {"sendto", "sendmsg", "write", "writev"}
SYNCS = {"fsync", "fdatasync"}
_CALLS = ",".join(sorted({"pwrite64", "ftruncate", "unlink"} | SAYS | SYNCS))
_LONGEST = 1 << 20
_LINE = re.compile(r"(\d+) +(?:<\.\.\. \w+ resumed>)?(.*)")
_CALL = re.compile(r'(\w+)\((?:\d+<(?P<fd>[^>]*)>|"(?P<name>[^"]*)")(?:, )?(?P<rest>.*)')
_PAYLOAD = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"(\d+)\)?(?: += \d+)?$")
_UNFINISHED = " <unfinished ...>"


def recorder(log: Path) -> tuple[str, ...]:
    """The command that starts a program and records it; it stays the parent's child."""
    options = ["-D", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", str(_LONGEST)]
    return ("strace", *options, "-e", "signal=none", "-e", f"trace={_CALLS}", "-o", str(log))


@dataclass(frozen=True, slots=True)
class Call:
    """A system call, as far as it concerns files and answers.

    Attributes:
        begins: whether this is its beginning; a call has both, in their order among all others.
    """

    name: str
    begins: bool
    path: str
    data: bytes
    place: int


def calls(log: Path) -> Iterator[Call]:
    """What was recorded, in order."""
    unfinished: dict[str, str] = {}
    with log.open() as lines:
        for line in lines:
            found = _LINE.match(line)
            if found is None or "= -1" in line:
                continue
            thread, text = found[1], found[2].rstrip()
            if text.endswith(_UNFINISHED):
                unfinished[thread] = text.removesuffix(_UNFINISHED)
                yield from _read(unfinished[thread], (True,))
            elif "resumed>" in line:
                yield from _read(unfinished.pop(thread, ""), (False,))
            else:
                yield from _read(text, (True, False))


def _read(text: str, parts: Sequence[bool]) -> Iterator[Call]:
    found = _CALL.match(text)
    if found is None:
        return
    name, rest = found[1], found["rest"]
    data = b"".join(_bytes(part) for part in _PAYLOAD.findall(rest))
    place = _PLACE.search(rest)
    path = _bytes(found["fd"] or found["name"] or "").decode()
    for begins in parts:
        yield Call(name, begins, path, data, int(place[1]) if place else 0)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


@dataclass
class File:
    """A file as the disk has it, and what the disk has been told and not synchronised.

    Attributes:
        syncing: how much of `told` each fsync under way found.
    """

    durable: bytearray = field(default_factory=bytearray)
    told: list[Call] = field(default_factory=list)
    syncing: int = 0

    def sync(self) -> None:
        """What was told before the fsync began is durable."""
        for call in self.told[: self.syncing]:
            apply(self.durable, call)
        del self.told[: self.syncing]

    def after_power_cut(self, chance: random.Random | None) -> bytes:
        """Nothing that was not synchronised; with chance, some of it."""
        content = bytearray(self.durable)
        for call in self.told:
            if chance is not None and chance.random() < 0.5:
                apply(content, call)
        return bytes(content)


def apply(content: bytearray, call: Call) -> None:
    """Do to a file's content what a call did to the file."""
    if call.name == "ftruncate":
        content[call.place :] = b""
        content.extend(bytes(call.place - len(content)))
        return
    content.extend(bytes(max(0, call.place - len(content))))
    content[call.place : call.place + len(call.data)] = call.data


@dataclass
class Disk:
    """The files of one directory whose names begin alike.

    Attributes:
        lies: it says that it has synchronised, and has not.
    """

    start: str
    lies: bool = False
    files: dict[str, File] = field(default_factory=dict)

    def follow(self, call: Call) -> bool:
        """Take a call in. True if more is durable than before."""
        if not call.path.startswith(self.start) or call.path.endswith("-shm"):
            return False
        if call.name == "unlink":
            self.files.pop(call.path, None)
            return False
        file = self.files.setdefault(call.path, File())
        if call.name not in SYNCS:
            if not call.begins:
                file.told.append(call)
            return False
        if call.begins:
            file.syncing = len(file.told)
        elif not self.lies:
            file.sync()
        return not call.begins

    def leave(self, directory: Path, chance: random.Random | None) -> None:
        """Write down what is there after a power cut now."""
        for old in directory.iterdir():
            old.unlink()
        for path, file in self.files.items():
            (directory / Path(path).name).write_bytes(file.after_power_cut(chance))
