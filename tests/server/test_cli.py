"""The command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from server import __version__, cli
from server.cli import app

SAMPLE = Path(__file__).parent.parent.parent / "server" / "sample" / "domains"


def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, arguments, env={"COLUMNS": "200", "TERM": "dumb", **environment})
    return found.exit_code, found.stdout, found.stderr


def test_help_lists_the_commands() -> None:
    code, out, _ = run("--help")
    assert code == 0
    for command in ("serve", "collect", "forget", "sdl", "inspect", "coverage"):
        assert command in out


def test_version() -> None:
    assert run("--version")[:2] == (0, f"virtgraph {__version__}\n")


COMMITTED = [("sdl", "SCHEMA_FILE"), ("mapping", "MAPPING_FILE")]


@pytest.mark.parametrize(("command", "committed"), COMMITTED)
def test_what_is_made_from_the_declarations_is_what_is_committed(command: str, committed: str) -> None:
    code, out, _ = run(command)
    assert code == 0
    assert out == getattr(cli, committed).read_text(encoding="utf-8")
    assert run(command, "--check")[0] == 0


@pytest.mark.parametrize(("command", "committed"), COMMITTED)
def test_a_stale_committed_file_is_found(
    command: str, committed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = tmp_path / "stale"
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(cli, committed, stale)
    assert run(command, "--check")[0] == 1
    stale.write_text("type Query { old: Int }\n", encoding="utf-8")
    code, _, errors = run(command, "--check")
    assert code == 1
    assert f"virtgraph {command} > stale" in errors


def test_coverage_prints_the_share(tmp_path: Path) -> None:
    code, out, _ = run("coverage", str(SAMPLE))
    assert code == 0
    assert "disk" in out
    assert "100.00%" in out
    broken = tmp_path / "broken.xml"
    broken.write_text("<domain>", encoding="utf-8")
    code, _, errors = run("coverage", str(broken), str(tmp_path / "missing.xml"), str(SAMPLE))
    assert code == 1
    assert "broken.xml: the XML is malformed" in errors
    assert "missing.xml: No such file or directory.\n" in errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "--listen", "0.0.0.0"], "no authentication yet"),
        (["serve", "--port", "70000"], "the setting port is wrong"),
        (["serve", "--oplog-megabytes", "64"], "the setting oplog_megabytes is wrong"),
        (["serve", "--lease-seconds", "0.1"], "the setting lease_seconds is wrong"),
        (["serve", "--history-days", "0"], "the setting history_days is wrong"),
        (["serve", "--subscriber-queue", "0"], "the setting subscriber_queue is wrong"),
        (["serve", "--host", "nonsense"], "nonsense"),
        (["serve", "--host", "test:///default", "--host", "test:///default"], "write name=URI"),
        (["serve", "--allowed-origin", "fleet.example"], "not a web origin"),
        (["serve", "--no-collector"], "set --mongodb-uri"),
        (["collect", "--host", "test:///default"], "set --mongodb-uri"),
        (["collect", "--mongodb-uri", "mongodb://127.0.0.1:1"], "name at least one host"),
        (["serve", "--mongodb-uri", "postgres://x"], "postgres://x"),
        (["serve", "--trusted-only"], "set --trusted-documents"),
        (["serve", "--trusted-only", "--trusted-documents", ".", "--persisted-queries"], "choose one of them"),
        (["serve", "--trusted-documents", "/nowhere"], "/nowhere: No such file or directory."),
        (["forget", "kvm-07"], "set --mongodb-uri"),
    ],
)
def test_a_wrong_start_ends_with_one_sentence(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    if arguments[0] == "serve":
        arguments = [*arguments, "--data-directory", str(tmp_path)]
    code, out, errors = run(*arguments)
    assert (code, out) == (1, "")
    assert errors.startswith("virtgraph: ")
    assert sentence in errors
    assert len(errors.strip().splitlines()) == 1


def test_settings_come_from_the_environment() -> None:
    code, _, errors = run("serve", VIRTGRAPH_LISTEN="192.0.2.1")
    assert code == 1
    assert "192.0.2.1" in errors
