"""Fetch the scripts and style sheets that the offline map carries, and check or renew their checksums.

Run from the repository: ``python scripts/fetch_assets.py`` fetches every package of the manifest with ``npm pack`` and
compares each file with its checksum; with ``--renew`` it writes the checksums of what was fetched into the manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "src" / "mangluoi" / "maps" / "assets"


def fetch(package: str, into: Path) -> tarfile.TarFile:
    """Fetch a package (``name@version``) with npm and open it."""
    subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, stdout=subprocess.DEVNULL)
    return tarfile.open(next(into.glob("*.tgz")))


def main() -> int:
    """Fetch, compare, and write the files that fit their checksum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="write the checksums of what was fetched")
    renew = parser.parse_args().renew
    manifest = ASSETS / "manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    wrong = 0
    for package in tomllib.loads(text)["package"]:
        with tempfile.TemporaryDirectory() as folder, fetch(package["npm"], Path(folder)) as archive:
            for file in package["file"]:
                stream = archive.extractfile(f"package/{file['inside']}")
                if stream is None:
                    raise FileNotFoundError(f"{package['npm']} holds no {file['inside']}")
                content = stream.read()
                found = hashlib.sha256(content).hexdigest()
                if found != file["sha256"] and renew:
                    text = re.sub(
                        rf'(path = "{re.escape(file["path"])}".*?sha256 = ")[^"]*', rf"\g<1>{found}", text, flags=re.S
                    )
                elif found != file["sha256"]:
                    print(f"{file['path']}: {found} instead of {file['sha256']}", file=sys.stderr)
                    wrong += 1
                    continue
                target = ASSETS / file["path"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    if renew:
        manifest.write_text(text, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
