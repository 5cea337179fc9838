"""The documentation says what there is."""

import re
from pathlib import Path

from typer.testing import CliRunner

from server.cli import app
from server.settings import Settings

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
OPTIONS = {"hosts": "--host", "allowed_origins": "--allowed-origin"}


def option(name: str) -> str:
    return OPTIONS.get(name, f"--{name.replace('_', '-')}")


def test_every_setting_is_an_option_a_variable_and_documented() -> None:
    serve_help = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "300", "TERM": "dumb"}).stdout
    for name, field in Settings.model_fields.items():
        row = next((line for line in README.splitlines() if f"`VIRTGRAPH_{name.upper()}`" in line), "")
        assert f"`{option(name)}`" in row, f"README lacks the setting {name}"
        assert option(name) in serve_help
        assert field.description


def test_defaults_in_the_readme_are_true() -> None:
    for name, field in Settings.model_fields.items():
        (row,) = (line for line in README.splitlines() if f"`VIRTGRAPH_{name.upper()}`" in line)
        default = row.strip("| ").split("|")[-1].strip().strip("`")
        if field.default in (None, []):
            assert default == "none", name
        elif name != "data_directory":
            assert default == str(field.default), name


def test_the_readme_names_no_setting_that_is_gone() -> None:
    named = set(re.findall(r"VIRTGRAPH_([A-Z_]+)", README))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_collector_takes_the_settings_that_it_uses() -> None:
    said = CliRunner().invoke(app, ["collect", "--help"], env={"COLUMNS": "300", "TERM": "dumb"}).stdout
    answering = {"listen", "port", "data_directory", "allowed_origins", "query_seconds", "oplog_megabytes"}
    answering |= {"subscriber_queue", "trusted_documents", "trusted_only", "persisted_queries"}
    for name in Settings.model_fields:
        assert (option(name) in said) == (name not in answering), name


def test_links_in_the_readme_lead_somewhere() -> None:
    root = Path(__file__).parent.parent.parent
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (root / link).exists(), link
