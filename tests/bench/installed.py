"""What a package brings into an environment: `installed.py NAME` prints how much, and how many packages that is."""

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path


def collect(name: str, found: dict[str, int]) -> None:
    """Adds a package and all that it needs; what is for extras or for other systems is not there."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found:
        return
    try:
        package = Distribution.from_name(name)
    except PackageNotFoundError:
        return
    files = [Path(str(package.locate_file(file))) for file in package.files or ()]
    found[key] = sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".pyc")
    for requirement in package.requires or ():
        if "extra ==" not in requirement and (needed := re.match(r"[\w.-]+", requirement)):
            collect(needed[0], found)


def main() -> None:
    """Reads the command line."""
    found: dict[str, int] = {}
    collect(sys.argv[1], found)
    print(json.dumps({"mb": sum(found.values()) / 1e6, "packages": len(found)}))


main()
