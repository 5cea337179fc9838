"""What is shipped and how it is started: wheel, pins, scripts, image and compose file."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
TOOLS = Path(sys.executable).parent
SCRIPTS = sorted(path.name for path in (ROOT / "scripts").iterdir())


def run(*command: str | Path, directory: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """One command, with what it printed."""
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120, check=False)


def pins() -> dict[str, str]:
    """Version by canonical name, from constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    written = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in written}


def needed(requirement: Requirement, seen: set[str]) -> None:
    """Add the canonical names of all a requirement needs on this interpreter, itself included."""
    extras = requirement.extras or {""}
    if requirement.marker and not requirement.marker.evaluate():
        return
    name = canonicalize_name(requirement.name)
    key = f"{name}[{','.join(sorted(extras))}]"
    if key in seen:
        return
    seen.add(key)
    for text in importlib.metadata.requires(name) or []:
        dependency = Requirement(text)
        if dependency.marker is None or any(dependency.marker.evaluate({"extra": extra}) for extra in extras):
            dependency.marker = None
            needed(dependency, seen)


def declared() -> list[Requirement]:
    """Every dependency pyproject.toml names, those of the extras too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    return [Requirement(text) for text in texts]


def test_every_dependency_is_pinned_and_installed_as_pinned() -> None:
    seen: set[str] = set()
    for requirement in declared():
        needed(requirement, seen)
    names = {key.partition("[")[0] for key in seen}
    assert len(names) > 40
    pinned = pins()
    assert names - pinned.keys() == set()
    different = {
        name: (pinned[name], version) for name in names if (version := importlib.metadata.version(name)) != pinned[name]
    }
    assert different == {}


def test_the_wheel_holds_the_pages_and_nothing_it_should_not(tmp_path: Path) -> None:
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert not wheel.name.endswith("-any.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert f"server/execution/writer{sysconfig.get_config_var('EXT_SUFFIX')}" in names
    assert {
        f"server/pages/assets/{name}" for name in ("graphiql.js", "react.js", "react-dom.js", "explorer.js")
    } <= names
    assert {"server/pages/static/graphiql.html", "server/pages/examples/device-tree.graphql"} <= names
    sample = {str(path.relative_to(ROOT)) for path in (ROOT / "server" / "sample").rglob("*.xml")}
    assert "server/sample/dumps/bench-next.xml" in sample
    assert sample <= names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"schema", "loaders", "server"}


def test_the_source_distribution_builds_without_npm(tmp_path: Path) -> None:
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path)
    assert built.returncode == 0, built.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    assert run("tar", "-xzf", archive, "-C", tmp_path).returncode == 0
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert not list((source / "server" / "execution").glob("*.so"))
    compiler = tmp_path / "compiler"
    compiler.mkdir()
    for tool in ("gcc", "as", "ld"):
        (compiler / tool).symlink_to(str(shutil.which(tool)))
    rebuilt = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=source,
        env={"PATH": str(compiler)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert rebuilt.returncode == 0, rebuilt.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert "server/pages/assets/graphiql.js" in zipfile.ZipFile(wheel).namelist()


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_answer_help(script: str) -> None:
    answer = run(ROOT / "scripts" / script, "--help")
    assert answer.returncode == 0, answer.stderr
    assert f"scripts/{script}" in answer.stdout


def test_there_are_five_scripts() -> None:
    assert SCRIPTS == ["bench", "check", "install", "serve", "test"]


@pytest.mark.parametrize("arguments", [["--for"], ["--for", "fun"], ["serve"]])
def test_install_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    answer = run(ROOT / "scripts" / "install", *arguments)
    assert answer.returncode == 2
    assert "scripts/install [--for serve|test]" in answer.stderr


def compose() -> Any:
    """The compose file, as YAML with its anchors resolved."""
    return YAML(typ="safe").load(ROOT / "docker-compose.yml")


def test_the_compose_file_is_valid() -> None:
    checked = run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_nothing_is_published_beyond_loopback_and_no_password_has_a_default() -> None:
    services = compose()["services"]
    assert set(services) == {"mongodb", "api", "collector"}
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:27017:27017"]
    text = (ROOT / "docker-compose.yml").read_text()
    passwords = re.findall(r"\$\{VIRTGRAPH_MONGODB_PASSWORD(.)(.)", text)
    assert len(passwords) == 2
    assert set(passwords) == {(":", "?")}


@pytest.mark.parametrize("name", ["api", "collector"])
def test_our_services_are_confined(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["network_mode"] == "host"
    assert service["restart"] == "unless-stopped"
    assert service["depends_on"]["mongodb"]["condition"] == "service_healthy"


def test_the_dockerfile_is_clean_and_ships_no_mongodb() -> None:
    linted = run(TOOLS / "hadolint", ROOT / "Dockerfile")
    assert linted.returncode == 0, linted.stdout + linted.stderr
    text = (ROOT / "Dockerfile").read_text()
    assert "embedded" not in text
    assert re.search(r"^USER [1-9]\d*$", text, re.MULTILINE)
