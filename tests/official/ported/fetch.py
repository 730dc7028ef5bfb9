"""The official package's sources, from the package index. They are no part of this repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parents[2] / "target" / "official"
PINNED = HERE / "sdist.txt"


def fetch() -> Path:
    """The unpacked sources; downloaded when they are not there yet, or not those that are pinned."""
    stamp = TARGET / "pinned"
    pinned = PINNED.read_text()
    if not stamp.exists() or stamp.read_text() != pinned:
        shutil.rmtree(TARGET, ignore_errors=True)
        TARGET.mkdir(parents=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        # pip compares the hash before it opens the archive.
        what = ["--no-deps", "--no-binary", "kernel", "--require-hashes", "--requirement", str(PINNED)]
        subprocess.run([*pip, *what, "--dest", str(TARGET)], check=True)
        (archive,) = TARGET.glob("*.tar.gz")
        with tarfile.open(archive) as files:
            files.extractall(TARGET, filter="data")
        stamp.write_text(pinned)
    (sources,) = (path for path in TARGET.iterdir() if path.is_dir())
    return sources
