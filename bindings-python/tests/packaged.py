"""What must be in a wheel, and what must not: `python packaged.py WHEEL` says what is wrong with one.

Then it breaks the wheel in every way it knows, one at a time: each must be noticed.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.metadata import ExceptionGroup, Metadata  # Python has the group since 3.11
from packaging.utils import parse_wheel_filename

SOURCES = Path(__file__).parent.parent / "python"
MOST_BYTES = 9_300_000
"""Of all files together, as installed; what is downloaded is less than half of that. AWS-LC takes 1.1 MB of it."""
NATIVE = re.compile(r"kernel_client/_native(\.abi3|\.cpython-\d+t-[a-z0-9_-]+)?\.(so|pyd)")
TAGS = re.compile(
    r"(cp31\d-abi3|cp314-cp314t)-((manylinux\d+_\w+\.)?(many|musl)linux_\d+_\d+_\w+|macosx_\d+_\d+_\w+|win_\w+)"
)
PATHS = re.compile(rb"(?:/home/|/root/|/Users/|[A-Z]:\\Users\\|/\.cargo/|/\.rustup/|/registry/src/)[\w./\\-]*")
"""How the folders of people who build, and those of their tools, begin."""


@dataclass(frozen=True)
class Wheel:
    """A wheel in memory."""

    name: str
    files: dict[str, bytes]

    @classmethod
    def read(cls, path: Path) -> Wheel:
        """The wheel in a file."""
        with zipfile.ZipFile(path) as archive:
            return cls(path.name, {name: archive.read(name) for name in archive.namelist()})

    @property
    def info(self) -> str:
        """The folder of what describes it."""
        return "-".join(self.name.split("-")[:2]) + ".dist-info/"

    @property
    def native(self) -> str:
        """The name of the extension module, or of none."""
        return next(filter(NATIVE.fullmatch, self.files), "")

    def changed(self, name: str, change: Callable[[bytes], bytes]) -> Wheel:
        """With other contents in one file, or with one more file; the record tells of it."""
        return recorded(replace(self, files={**self.files, name: change(self.files.get(name, b""))}))

    def without(self, name: str) -> Wheel:
        """With one file less; the record does not tell of it."""
        return recorded(replace(self, files={other: text for other, text in self.files.items() if other != name}))


def digest(contents: bytes) -> str:
    """The hash of a file as a record writes it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()


def recorded(wheel: Wheel) -> Wheel:
    """With a record that fits."""
    name = wheel.info + "RECORD"
    files = {other: contents for other, contents in wheel.files.items() if other != name}
    text = io.StringIO()
    rows = [(other, digest(contents), str(len(contents))) for other, contents in files.items()]
    csv.writer(text, lineterminator="\n").writerows([*rows, (name, "", "")])
    return replace(wheel, files={**files, name: text.getvalue().encode()})


def expected(wheel: Wheel) -> set[str]:
    """All the names that must be there: the package's sources, the extension module, the description."""
    sources = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*")
        if path.suffix in {".py", ".pyi"} or path.name == "py.typed"
    }
    described = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    return sources | {wheel.native} | {wheel.info + name for name in described}


def problems(wheel: Wheel) -> Iterator[str]:
    """Everything that is wrong with a wheel, each with the rule's name first."""
    needed, there = expected(wheel), set(wheel.files)
    yield from (f"files: {name or 'the extension module'} is missing" for name in sorted(needed - there))
    yield from (f"files: {name} does not belong there" for name in sorted(there - needed))
    size = sum(map(len, wheel.files.values()))
    if size > MOST_BYTES:
        yield f"size: {size} bytes are more than {MOST_BYTES}"
    for name, contents in wheel.files.items():
        if found := sorted(set(PATHS.findall(contents))):
            yield f"paths: {name} names {len(found)} of a machine, as {found[0].decode()}"
    yield from record(wheel)
    yield from metadata(wheel)
    yield from tags(wheel)
    if wheel.files.get(wheel.native, b"").startswith(b"\x7fELF"):
        yield from library(wheel)


def record(wheel: Wheel) -> Iterator[str]:
    """The record tells the size and the hash of each file but itself."""
    own = wheel.info + "RECORD"
    told = {row[0]: row[1:] for row in csv.reader(io.StringIO(wheel.files.get(own, b"").decode())) if row}
    for name, contents in wheel.files.items():
        if told.pop(name, None) != (["", ""] if name == own else [digest(contents), str(len(contents))]):
            yield f"record: it is wrong about {name}"
    yield from (f"record: it tells of {name}" for name in told)


def metadata(wheel: Wheel) -> Iterator[str]:
    """The description is valid, and says what an installer and a lawyer must know."""
    try:
        told = Metadata.from_email(wheel.files.get(wheel.info + "METADATA", b""))
    except ExceptionGroup as error:
        yield from (f"metadata: {problem}" for problem in error.exceptions)
        return
    for name, value, wanted in [
        ("Name", told.name, "kernel-client"),
        ("Version", str(told.version), str(parse_wheel_filename(wheel.name)[1])),
        ("Requires-Python", str(told.requires_python), ">=3.10"),
        ("Requires-Dist", told.requires_dist, None),
        ("License-Expression", told.license_expression, "Apache-2.0"),
        ("License-File", told.license_files, ["LICENSE"]),
        ("Description-Content-Type", str(told.description_content_type).partition(";")[0], "text/markdown"),
    ]:
        if value != wanted:
            yield f"metadata: {name} is {value!r}, not {wanted!r}"
    if not (told.description or "").startswith("# kernel-client"):
        yield "metadata: the description is not the readme"


def tags(wheel: Wheel) -> Iterator[str]:
    """It says for which interpreters and machines it is, twice the same, and as an index takes it."""
    tag = wheel.name.removesuffix(".whl").split("-", 2)[2]
    if not TAGS.fullmatch(tag):
        yield f"tags: an index does not take {tag}"
    told = re.findall(rb"^Tag: (.+)$", wheel.files.get(wheel.info + "WHEEL", b""), re.MULTILINE)
    if {str(tag) for tag in parse_wheel_filename(wheel.name)[3]} != {tag.decode() for tag in told}:
        yield f"tags: the file WHEEL says {told}, the name of the wheel {tag}"


def library(wheel: Wheel) -> Iterator[str]:
    """The extension module is stripped, and runs with the C library that the tag promises."""
    contents = wheel.files[wheel.native]
    left = [name for name in sections(contents) if name.startswith((".debug", ".zdebug", ".symtab"))]
    yield from (f"debug: {wheel.native} has the section {name}" for name in left)
    if promised := re.search(r"manylinux_(\d+)_(\d+)_", wheel.name):
        wanted = max((int(major), int(minor)) for major, minor in re.findall(rb"\0GLIBC_(\d+)\.(\d+)", contents))
        if wanted > (int(promised[1]), int(promised[2])):
            yield f"glibc: {wheel.native} needs {wanted[0]}.{wanted[1]}"
        # The C library ends a thread by unwinding it with this one: another one in the library crashes the process.
        if b"\0libgcc_s.so.1\0" not in contents:
            yield f"unwinder: {wheel.native} brings one of its own"


def sections(elf: bytes) -> list[str]:
    """The names of the sections of a 64-bit library, lowest byte first."""
    (start,) = struct.unpack_from("<Q", elf, 0x28)
    size, count, names = struct.unpack_from("<HHH", elf, 0x3A)
    (strings,) = struct.unpack_from("<Q", elf, start + names * size + 0x18)
    found: list[str] = []
    for section in range(count):
        at = strings + struct.unpack_from("<I", elf, start + section * size)[0]
        found.append(elf[at : elf.index(b"\0", at)].decode())
    return found


def breakages(wheel: Wheel) -> Iterator[tuple[str, Wheel]]:
    """The wheel broken in every way, each with the rule that must notice."""
    info = wheel.info
    for name in [info + "licenses/LICENSE", "kernel_client/py.typed", "kernel_client/_native.pyi", wheel.native]:
        yield "files", wheel.without(name)
    for name in ["tests/test_it.py", "kernel_client/__pycache__/it.pyc", "kernel_client/_native.abi3.so.dwp"]:
        yield "files", wheel.changed(name, appended(b"more"))
    yield "size", wheel.changed(wheel.native, appended(bytes(MOST_BYTES)))
    for path in [b"/home/me/kernel/core/src/lib.rs", rb"C:\Users\me\lib.rs", b"/opt/.cargo/registry/src/it/lib.rs"]:
        yield "paths", wheel.changed(wheel.native, appended(path))
    broken = recorded(wheel)
    yield "record", replace(broken, files={**broken.files, "kernel_client/__init__.py": b"pass"})
    yield "record", replace(broken, files={**broken.files, info + "RECORD": b""})
    for old, new in [
        (b"Name: kernel-client", b"Name: kernel"),
        (b"Version: 0", b"Version: 9"),
        (b"Requires-Python: >=3.10", b"Requires-Python: >=3.9"),
        (b"Requires-Python: >=3.10", b"Requires-Python: >=3.10\nRequires-Dist: httpx"),
        (b"License-Expression: Apache-2.0", b"License-Expression: MIT"),
        (b"License-Expression: Apache-2.0", b"License-Expression: nobody knows"),
        (b"License-File: LICENSE", b"License-File: COPYING"),
        (b"text/markdown", b"text/plain"),
        (b"\n\n# kernel-client", b"\n\n# Kernel"),
    ]:
        yield "metadata", wheel.changed(info + "METADATA", replaced(old, new))
    yield "tags", wheel.changed(info + "WHEEL", replaced(b"Tag: cp3", b"Tag: cp2"))
    yield "tags", replace(wheel, name=re.sub(r"-[^-]+$", "-linux_x86_64.whl", wheel.name))
    if "manylinux" in wheel.name:
        yield "glibc", replace(wheel, name=re.sub(r"manylinux_\d+_\d+", "manylinux_2_5", wheel.name))
        yield "debug", wheel.changed(wheel.native, with_section)
        yield "unwinder", wheel.changed(wheel.native, replaced(b"\0libgcc_s.so.1\0", b"\0libgcc_x.so.1\0"))


def appended(more: bytes) -> Callable[[bytes], bytes]:
    """Adds to a file's end."""
    return lambda contents: contents + more


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replaces the first of something in a file."""
    return lambda contents: contents.replace(old, new, 1)


def with_section(elf: bytes) -> bytes:
    """A library whose last section of code is called as one with what a debugger reads."""
    name = b".eh_frame_hdr\0"
    assert elf.count(name) == 1
    return elf.replace(name, b".debug_frames\0")


def main(path: str) -> int:
    """Says what is wrong."""
    wheel = Wheel.read(Path(path))
    wrong = list(problems(wheel))
    print("\n".join(wrong) or f"{wheel.name}: {len(wheel.files)} files, {sum(map(len, wheel.files.values()))} bytes")
    known = set(wrong)
    broken = list(breakages(wheel))
    for rule, other in broken:
        if not any(problem.startswith(f"{rule}: ") for problem in set(problems(other)) - known):
            wrong.append(f"a breakage that the rule `{rule}` must notice was not noticed")
            print(wrong[-1])
    print(f"broken in {len(broken)} ways, each must be noticed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
