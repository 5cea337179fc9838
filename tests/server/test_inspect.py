"""`virtgraph inspect`, run as people and scripts run it."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

import schema
from server.cli import app
from server.inspect.report import Report
from server.inspect.tree import LONGEST
from tests.conftest import Say
from tests.shared import CORPUS, needs_corpus

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "server" / "sample" / "domains"
DOCUMENTS = len(list(SAMPLE.glob("*.xml")))
COMMAND = (sys.executable, "-m", "server", "inspect")

GUEST = """<domain type='kvm'><name>web-1</name><uuid>6cafc16b-d6ed-5d4a-bfd9-eb8594042922</uuid>
<memory>4194304</memory><vcpu current='2'>4</vcpu>
<os firmware='efi'><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>
<devices>
<interface type='network'><mac address='52:54:00:00:00:01'/><source network='dmz'/><model type='virtio'/>
<alias name='net0'/><address type='pci' domain='0' bus='1' slot='0' function='0'/></interface>
<disk type='file'><source file='/a.qcow2'/><target dev='vda' bus='virtio'/><address type='virtio-mmio'/></disk>
<disk type='file'><target dev='sda' bus='sata'/>
<address type='drive' controller='0' bus='0' target='0' unit='1'/></disk>
</devices></domain>"""
SHOWN = """\
web-1  kvm  6cafc16b-d6ed-5d4a-bfd9-eb8594042922  standard input
├── 4 GiB memory, 2 of 4 vCPUs, x86_64 pc-q35-9.0, firmware efi
├── disk
│   ├── vda, virtio disk, /a.qcow2  virtio-mmio
│   └── sda, sata disk  drive 0:0:0:1
├── interface
│   └── 52:54:00:00:00:01, virtio NIC, network dmz  pci 0000:01:00.0  net0
└── the XML comes back exactly
"""
ODD = "<domain><name>odd</name><devices><oracle model='delphi'/><disk news='1'/></devices></domain>"


def run(*arguments: str, stdin: str = "", columns: int = 40) -> tuple[int, str, str]:
    environment = {"COLUMNS": str(columns), "TERM": "dumb"}
    found = CliRunner().invoke(app, ["inspect", *arguments], input=stdin, env=environment)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.stdout, found.stderr


def written(directory: Path, name: str | bytes, xml: str = GUEST) -> str:
    path = directory / os.fsdecode(name)
    path.write_text(xml, encoding="utf-8")
    return str(path)


def many(directory: Path) -> None:
    for number in range(10):
        written(directory, f"{number}.xml")
    written(directory, "odd.xml", ODD)


def test_a_document_is_shown_as_a_tree() -> None:
    assert run("-", stdin=GUEST) == (0, SHOWN, "")


def test_what_is_piped_in_is_read_when_nothing_is_named() -> None:
    assert run(stdin=GUEST) == (0, SHOWN, "")


def test_unknown_pieces_are_shown_with_path_and_value(tmp_path: Path) -> None:
    code, out, _ = run(written(tmp_path, "a.xml", ODD))
    assert code == 0
    assert "not known to virtgraph, kept in `extra`: 2\n" in out
    assert 'domain/devices/oracle: <oracle model="delphi"/>\n' in out
    assert "domain/devices/disk/@news: '1'\n" in out
    assert "exactly" in out


def test_names_in_namespaces_are_shown_with_them() -> None:
    xml = "<domain xmlns:t='http://libvirt.org/schemas/domain/test/1.0' xmlns:o='urn:o' o:a='1'><t:runstate/></domain>"
    _, out, _ = run(stdin=xml)
    assert "domain/@{urn:o}a: '1'\n" in out
    assert "domain/test:runstate: <t:runstate" in out


def test_an_empty_domain_has_a_tree_too() -> None:
    code, out, _ = run(stdin="<domain/>")
    assert code == 0
    assert out == "(without a name)  standard input\n└── the XML comes back exactly\n"


@pytest.mark.parametrize(
    ("xml", "facts"),
    [
        ("<memory unit='GiB'>2</memory><currentMemory unit='MiB'>512</currentMemory>", "512 MiB of 2 GiB memory"),
        ("<memory unit='furlong'>2</memory>", "2 furlong memory"),
        ("<vcpu>1</vcpu><os><type>exe</type></os>", "1 vCPU, exe"),
        ("<os firmware='efi'><loader>/OVMF.fd</loader></os>", "firmware efi /OVMF.fd"),
    ],
)
def test_the_main_facts_of_a_domain(xml: str, facts: str) -> None:
    _, out, _ = run(stdin=f"<domain>{xml}</domain>")
    assert out.splitlines()[1] == f"├── {facts}"


def garble(monkeypatch: pytest.MonkeyPatch, one: str, other: str) -> None:
    """Make the codec write something else than it read, which it never does by itself."""
    write = schema.domain_to_xml
    monkeypatch.setattr(schema, "domain_to_xml", lambda definition: write(definition).replace(one, other))


def test_a_document_that_does_not_come_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    garble(monkeypatch, "/a.qcow2", "/b.qcow2")
    code, out, _ = run(stdin=GUEST)
    assert code == 1
    difference = "domain/devices/disk[1]/source/@file: '/a.qcow2' became '/b.qcow2'"
    assert out.splitlines()[-1] == f"└── the XML does not come back exactly: {difference}"
    found = json.loads(run("--json", stdin=GUEST)[1])
    assert (found["exact"], found["difference"]) == (False, difference)


def test_a_secret_that_does_not_come_back_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    garble(monkeypatch, "hush", "hush-hush")
    code, out, _ = run(stdin="<domain><devices><graphics passwd='hush'/></devices></domain>")
    assert code == 1
    assert "domain/devices/graphics/@passwd: the value, a secret, changed" in out
    assert "hush" not in out


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_secrets_are_not_shown(option: list[str]) -> None:
    xml = """<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><os><initenv name='A'>hush</initenv></os>
    <devices><graphics type='vnc' passwd='hush'/><disk type='network'><source protocol='https'>
    <cookies><cookie name='c'>hush</cookie></cookies></source></disk><odd><graphics passwd='hush'/></odd></devices>
    <qemu:commandline><qemu:env name='A' value='hush'/></qemu:commandline></domain>"""
    code, out, errors = run(*option, stdin=xml)
    assert (code, errors) == (0, "")
    assert "vnc graphics" in out
    assert "***" in out
    assert "hush" not in out


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_hostile_content_is_shown_literally(option: list[str]) -> None:
    xml = (
        "<domain type='[red]kvm'><name>&#x9b;31m[bold]x&#x202e;&#10;y :smile:</name>"
        "<odd a='&#x9b;2J[/]'/><devices><disk><alias name='[link=x]&#13;'/><target dev='&#x85;'/></disk></devices>"
        "</domain>"
    )
    code, out, _ = run(*option, stdin=xml)
    assert code == 0
    assert [one for one in out if not one.isprintable() and one != "\n"] == []
    assert "[bold]x" in out
    assert "[red]kvm" in out
    assert ":smile:" in out
    if not option:
        assert r"\x9b31m[bold]x\u202e\ny :smile:  [red]kvm" in out
        assert r"[link=x]\r" in out


def test_long_pieces_are_cut_in_the_tree_alone() -> None:
    long = "x" * 10 * LONGEST
    xml = f"<domain><odd a='{long}'/></domain>"
    _, out, _ = run(stdin=xml)
    assert "more characters" in out
    assert len(out) < 2 * LONGEST
    assert long in run("--json", stdin=xml)[1]


def test_a_directory_stands_for_its_documents(tmp_path: Path) -> None:
    for name in ("b.xml", "a.xml", ".hidden.xml", "c.txt"):
        written(tmp_path, name, f"<domain><name>{name}</name></domain>")
    (tmp_path / "d.xml").mkdir()
    os.mkfifo(tmp_path / "e.xml")
    code, out, errors = run(str(tmp_path))
    assert (code, errors) == (0, "")
    assert [line.split()[0] for line in out.splitlines() if "xml" in line] == ["a.xml", "b.xml"]
    assert out.endswith("\n\n2 documents, exact 2, with unknown pieces 0, unreadable 0\n")


def test_of_many_documents_only_the_remarkable_are_shown(tmp_path: Path) -> None:
    many(tmp_path)
    code, out, _ = run(str(tmp_path))
    assert code == 0
    assert "web-1" not in out
    assert "odd" in out.splitlines()[0]
    assert out.splitlines()[-1] == "11 documents, exact 11, with unknown pieces 1, unreadable 0"
    assert run(str(tmp_path), "--all")[1].count("web-1") == 10
    (tmp_path / "9.xml").unlink()
    assert run(str(tmp_path))[1].count("web-1") == 9


def test_programs_get_an_object_per_line(tmp_path: Path) -> None:
    many(tmp_path)
    code, out, errors = run("--json", str(tmp_path))
    assert code == 0
    assert errors == "11 documents, exact 11, with unknown pieces 1, unreadable 0\n"
    found = [json.loads(line) for line in out.splitlines()]
    assert len(found) == 11
    first, last = found[0], found[-1]
    assert first["devices"][-1] == {
        "id": "interface/52:54:00:00:00:01",
        "kind": "INTERFACE",
        "summary": "52:54:00:00:00:01, virtio NIC, network dmz",
        "address": "pci 0000:01:00.0",
        "alias": "net0",
    }
    del first["devices"]
    assert first == {
        "file": str(tmp_path / "0.xml"),
        "name": "web-1",
        "uuid": "6cafc16b-d6ed-5d4a-bfd9-eb8594042922",
        "type": "kvm",
        "exact": True,
        "difference": None,
        "unknown": [],
    }
    assert last["unknown"] == [
        {"path": "domain/devices/oracle", "value": None, "xml": '<oracle model="delphi"/>'},
        {"path": "domain/devices/disk/@news", "value": "1", "xml": None},
    ]


def test_what_cannot_be_read_is_told_in_a_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    chain = "<backingStore>" * 1500 + "</backingStore>" * 1500
    wrong = {
        str(tmp_path / "missing.xml"): "No such file or directory.",
        str(empty): "the directory holds no *.xml file.",
        written(tmp_path, "blank.xml", " \n"): "there is no XML in it.",
        written(tmp_path, "open.xml", "<domain>"): "the XML is malformed: no element found: line 1, column 8.",
        written(tmp_path, "net.xml", "<network/>"): "the root element is <network>, not <domain>.",
        written(tmp_path, "type.xml", "<!DOCTYPE d><domain/>"): "the XML is refused: a document type declaration "
        "is not allowed.",
        written(
            tmp_path, "chain.xml", f"<domain><devices><disk>{chain}</disk></devices></domain>"
        ): "<backingStore> stands in itself more than 200 times.",
        written(tmp_path, "large.xml", f"<domain>{' ' * 9 * 2**20}</domain>"): "the XML is larger than 8 MiB.",
    }
    code, out, errors = run(*wrong, "-", stdin=GUEST)
    assert code == 1
    assert sorted(errors.splitlines()) == sorted(f"{file}: {reason}" for file, reason in wrong.items())
    assert out == f"{SHOWN}\n9 documents, exact 1, with unknown pieces 0, unreadable 8\n"


@contextmanager
def locked(path: str) -> Iterator[None]:
    """A file that this process may not read; root may read all, so it stops being root."""
    Path(path).chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


def test_a_file_that_may_not_be_read_is_told_too(tmp_path: Path) -> None:
    path = written(tmp_path, "a.xml")
    assert run(path)[0] == 0
    with locked(path):
        code, out, errors = run(path, "-", stdin=GUEST)
    assert (code, errors) == (1, f"{path}: Permission denied.\n")
    assert out.startswith(SHOWN)


def test_names_that_are_not_utf8_are_shown_all_the_same(tmp_path: Path) -> None:
    good, bad = written(tmp_path, b"a\xff\x1b.xml"), written(tmp_path, b"b\xff\x1b.xml", "")
    code, out, errors = run(good, bad)
    assert code == 1
    assert rf"{tmp_path}/a\xff\x1b.xml" in out
    assert errors == rf"{tmp_path}/b\xff\x1b.xml: there is no XML in it." + "\n"
    assert json.loads(run("--json", good)[1])["file"] == f"{tmp_path}/a\\xff\x1b.xml"


def test_standard_input_counts_once_and_may_be_empty() -> None:
    assert run("-", "-", stdin=GUEST) == (0, SHOWN, "")
    assert run() == (1, "", "standard input: there is no XML in it.\n")


def test_standard_input_may_be_closed() -> None:
    command = f'exec "{sys.executable}" -m server inspect - <&-'
    found = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (1, "", "standard input: it is closed.\n")


def test_a_file_called_dash_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "-")
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("./-")
    assert code == 0
    assert out == SHOWN.replace("standard input", "./-")


def test_help_has_an_example() -> None:
    code, out, _ = run("--help", columns=100)
    assert code == 0
    assert "virsh dumpxml web-1 | virtgraph inspect" in out


def started(*arguments: str, stdin: int = subprocess.DEVNULL, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONUNBUFFERED": ""}
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, env=environment, stdin=stdin, stdout=stdout, stderr=stderr
    )


def said(terminal: int) -> bytes:
    """Everything that is written to a terminal until its last writer ends."""
    found = b""
    while True:
        try:
            found += os.read(terminal, 65536)
        except OSError:
            os.close(terminal)
            return found


def test_on_a_terminal_something_must_be_named() -> None:
    ours, theirs = pty.openpty()
    process = started(stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    assert b"virsh dumpxml VM | virtgraph inspect" in said(ours)
    assert process.wait() == 2


def test_on_a_terminal_a_bar_comes_and_goes() -> None:
    ours, theirs = pty.openpty()
    process = started(str(SAMPLE), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    bar = said(ours)
    assert process.wait() == 0
    assert b"Inspecting" in bar
    assert bar.endswith(b"\x1b[?25h\r\x1b[1A\x1b[2K")
    assert process.stdout is not None
    out = process.stdout.read()
    process.stdout.close()
    assert b"\x1b" not in out
    assert b"Inspecting" not in out
    assert out.splitlines()[-1].startswith(f"{DOCUMENTS} documents, exact {DOCUMENTS}, ".encode())


def test_documents_and_bar_share_a_terminal() -> None:
    ours, theirs = pty.openpty()
    process = started("--all", str(SAMPLE), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    both = said(ours)
    assert process.wait() == 0
    assert both.count(b"Inspecting") > DOCUMENTS
    for line in both.split(b"\n"):
        assert b"Inspecting" not in line or "──".encode() not in line, line
    assert f"{DOCUMENTS} documents".encode() in both


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_closed_pipe_is_no_mistake(option: list[str]) -> None:
    process = started("--all", *option, str(SAMPLE), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_a_full_disk_is_told_in_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        process = started(str(SAMPLE), stdout=full.fileno(), stderr=subprocess.PIPE)
        errors = process.communicate()[1]
    assert process.returncode == 1
    assert errors == b"virtgraph: the output cannot be written: No space left on device.\n"


def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    pipe = tmp_path / "never.xml"
    os.mkfifo(pipe)
    process = started(str(pipe), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pipe.open("wb"):  # opens as soon as the command does
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (130, b"", b"")


def test_the_report_is_of_one_document() -> None:
    definition = schema.domain_from_xml(ODD)
    assert Report("a", definition, None, ()).unremarkable
    assert not Report("a", definition, "x: 'a' became 'b'", ()).unremarkable


@needs_corpus
def test_every_document_of_libvirts_own_tests_comes_back_exactly(say: Say) -> None:
    code, out, errors = run(str(CORPUS / "domain"))
    say(out.splitlines()[-1])
    assert (code, errors) == (0, "")
    assert out.splitlines()[-1].startswith("2106 documents, exact 2106, with unknown pieces ")
    assert out.count("the XML comes back exactly") == out.count("kept in `extra`") > 0
