"""What goes wrong around the program: it says so in one sentence, and goes on where it can."""

import asyncio
import json
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.store.mongod import process_started
from tests.conftest import Say
from tests.e2e.client import Client, Json, client
from tests.e2e.conftest import Serve
from tests.e2e.program import COMMAND, ROOT, environment, files_host, run, until
from tests.hypervisor import Libvirtd, guest_xml

HOSTS = "{ hosts { name state since error vms { nodes { name state } } } }"
CHANGES = "subscription { changes(filter: { subjects: [VM] }) { ... on Change { name operation vm { state } } } }"
NO_MONGODB = "MongoDB does not answer; try again in a moment."


def put(directory: Path, name: str) -> None:
    (directory / f"{name}.xml").write_text(f"<domain type='kvm'><name>{name}</name></domain>")


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    """A directory with one document."""
    directory = tmp_path / "dumps"
    directory.mkdir()
    put(directory, "first")
    return directory


class Asking:
    """Asks the same question all the time and keeps every answer."""

    def __init__(self, api: Client) -> None:
        self._api = api
        self.answers: list[Json] = []

    async def ask(self) -> None:
        while True:
            self.answers.append(await self._api.execute("{ vms { totalCount } }"))
            await asyncio.sleep(0.05)

    @property
    def errors(self) -> set[str]:
        return {error["message"] for answer in self.answers for error in answer.get("errors", ())}


@asynccontextmanager
async def asking(api: Client) -> AsyncIterator[Asking]:
    questions = Asking(api)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(questions.ask())
        yield questions
        task.cancel()


async def test_mongod_is_killed_and_comes_back(embedded: Serve, dumps: Path, say: Say) -> None:
    async with embedded("--host", files_host("dumps", dumps)) as program, client(program.address) as api:
        await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 1)
        async with api.subscribe(CHANGES) as changes, asking(api) as questions:
            killed = program.mongod_pid
            os.kill(killed, signal.SIGKILL)
            put(dumps, "meanwhile")
            arrived = await changes.until(lambda event: event["name"] == "meanwhile", seconds=30)
            assert arrived["operation"] == "ADDED", "the subscription goes on where it was"
            await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 2)
            put(dumps, "afterwards")
            await changes.until(lambda event: event["name"] == "afterwards")
        assert program.mongod_pid != killed
        assert questions.errors <= {NO_MONGODB}
        assert (await api.http.get("/readyz")).json() == {"status": "ready"}
        assert "Traceback" not in program.said
    say(f"mongod was killed: {len(questions.answers)} queries meanwhile, errors: {questions.errors or 'none'}")


async def test_mongod_stays_away(embedded: Serve, dumps: Path, tmp_path: Path) -> None:
    data = tmp_path / "data" / "mongodb" / "data"
    async with embedded("--host", files_host("dumps", dumps)) as program, client(program.address) as api:
        await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 1)
        data.rename(data.with_name("aside"))
        os.kill(program.mongod_pid, signal.SIGKILL)
        answer = await api.execute("{ vms { nodes { name } } }")
        assert [error["message"] for error in answer["errors"]] == [NO_MONGODB]
        ready = await api.http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        assert ready.json()["reason"]
        assert (await api.http.get("/healthz")).status_code == 200
        assert (await api.http.get("/graphiql")).status_code == 200
        put(dumps, "meanwhile")
        data.with_name("aside").rename(data)
        await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 2, seconds=60)
        assert "Traceback" not in program.said
    assert program.mongods() == []


async def test_libvirtd_is_killed_and_restarted(own_daemon: Libvirtd, embedded: Serve, dumps: Path) -> None:
    connection = await asyncio.to_thread(own_daemon.connect)
    connection.createXML(guest_xml("survivor"))
    connection.close()
    options = ("--host", f"kvm={own_daemon.uri}", "--host", files_host("dumps", dumps), "--reconnect-seconds", "1")
    async with embedded(*options) as program, client(program.address) as api:
        await api.until(HOSTS, lambda data: names(data, "kvm") == ["survivor"])
        async with api.subscribe(CHANGES) as changes:
            before = datetime.now(UTC)
            own_daemon.kill()
            lost = host(await api.until(HOSTS, lambda data: host(data, "kvm")["state"] == "DISCONNECTED"), "kvm")
            assert before <= datetime.fromisoformat(lost["since"]) <= datetime.now(UTC)
            assert is_a_sentence(lost["error"])
            assert lost["vms"]["nodes"] == [{"name": "survivor", "state": "RUNNING"}], "as last seen"
            put(dumps, "other-host")
            await changes.until(lambda event: event["name"] == "other-host")

            await asyncio.to_thread(own_daemon.start)
            back = await api.until(HOSTS, lambda data: host(data, "kvm")["state"] == "CONNECTED")
            assert host(back, "kvm")["error"] is None
            assert names(back, "kvm") == ["survivor"]
            connection = await asyncio.to_thread(own_daemon.connect)
            connection.lookupByName("survivor").destroy()
            connection.close()
            ended = await changes.until(lambda event: event["name"] == "survivor" and event["operation"] == "REMOVED")
            assert ended["vm"] is None
        assert "Traceback" not in program.said


async def test_a_host_that_refuses_does_not_stop_the_others(embedded: Serve, dumps: Path, tmp_path: Path) -> None:
    options = (
        *("--host", f"refusing=qemu+unix:///session?socket={tmp_path}/no-such-socket"),
        *("--host", f"missing={files_host('x', tmp_path / 'nowhere').partition('=')[2]}"),
        *("--host", f"fleet=test://{tmp_path}/no-such-fleet.xml"),
        *("--host", files_host("dumps", dumps)),
    )
    async with embedded(*options) as program, client(program.address) as api:
        await api.until(HOSTS, lambda data: names(data, "dumps") == ["first"])
        data = await api.until(HOSTS, lambda data: sum(one["state"] == "DISCONNECTED" for one in data["hosts"]) == 3)
        assert host(data, "dumps")["state"] == "CONNECTED"
        for name in ("refusing", "missing", "fleet"):
            assert is_a_sentence(host(data, name)["error"]), host(data, name)
        assert "no-such-socket" in host(data, "refusing")["error"]
        # One line in the log for each, however often it is tried.
        for name in ("refusing", "missing", "fleet"):
            assert program.said.count(f"Host {name} is disconnected") == 1, program.said
        (tmp_path / "nowhere").mkdir()
        put(tmp_path / "nowhere", "late")
        await api.until(HOSTS, lambda data: names(data, "missing") == ["late"], seconds=60)
        assert "Traceback" not in program.said


async def test_a_second_server_on_the_same_data_is_refused(embedded: Serve, dumps: Path, tmp_path: Path) -> None:
    async with embedded("--host", files_host("dumps", dumps)) as program, client(program.address) as api:
        said = await refusal("serve", "--port", "0", "--data-directory", str(tmp_path / "data"))
        assert str(program.pid) in said
        await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 1)


async def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = await refusal("serve", "--port", str(port), "--data-directory", str(tmp_path / "data"))
    assert str(port) in said
    assert "--port" in said
    assert not (tmp_path / "data").exists(), "nothing was started in vain"


WRONG = {
    "no URI": (("--host", "somewhere"), "somewhere"),
    "unknown scheme": (("--host", "kvm:///system"), "kvm"),
    "unknown transport": (("--host", "qemu+http://h/system"), "http"),
    "no path": (("--host", "qemu://h"), "qemu"),
    "relative directory": (("--host", "files://dumps"), "files:///"),
    "password": (("--host", "qemu+tcp://me:secret@h/system"), "auth.conf"),
    "two of one name": (("--host", "a=test:///default", "--host", "a=qemu:///system"), "'a'"),
    "every address": (("--listen", "0.0.0.0"), "0.0.0.0"),
    "every IPv6 address": (("--listen", "::"), "::"),
    "an address of the network": (("--listen", "192.0.2.1"), "192.0.2.1"),
    "a name": (("--listen", "fleet.example"), "fleet.example"),
    "port": (("--port", "70000"), "port"),
    "origin": (("--allowed-origin", "everyone"), "everyone"),
    "MongoDB's address": (("--mongodb-uri", "http://localhost"), "mongodb"),
    "no collector, no MongoDB": (("--no-collector",), "--mongodb-uri"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_option_is_refused_in_one_sentence(case: str, tmp_path: Path) -> None:
    options, named = WRONG[case]
    port = () if case == "port" else ("--port", "0")
    said = await refusal("serve", *port, "--data-directory", str(tmp_path / "data"), *options)
    assert named in said
    assert "secret" not in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("wrong", [["collect"], ["collect", "--mongodb-uri", "mongodb://127.0.0.1"], ["forget", "x"]])
async def test_a_command_that_lacks_something_says_what(wrong: list[str]) -> None:
    assert "--" in await refusal(*wrong)


@pytest.mark.usefixtures("mongod_binary")
async def test_a_data_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = await refusal("serve", "--port", "0", "--data-directory", str(tmp_path / "file" / "data"))
    assert str(tmp_path / "file" / "data") in said

    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    # root is asked by nobody's leave: without its privileges it is held to the mode like anybody else.
    prefix: tuple[str, ...] = ()
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        assert setpriv
        prefix = (setpriv, "--bounding-set=-dac_override,-dac_read_search", "--")
    said = await refusal("serve", "--port", "0", "--data-directory", str(locked / "data"), prefix=prefix)
    assert str(locked / "data") in said
    assert "ermission denied" in said


async def test_it_can_be_ended_while_it_starts(mongod_binary: Path, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "serve", "--sample", "--port", "0", "--data-directory", str(tmp_path)),
        cwd=ROOT,
        env=environment(),
        stderr=asyncio.subprocess.PIPE,
    )
    record = tmp_path / "mongodb" / "mongod.json"
    await until(record.exists, "mongod is started")
    process.send_signal(signal.SIGINT)
    _, said = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0
    assert said.decode() == ""
    pid = json.loads(record.read_text())["pid"]
    assert process_started(pid) is None


def host(data: Json, name: str) -> Json:
    (found,) = (one for one in data["hosts"] if one["name"] == name)
    assert isinstance(found, dict)
    return found


def names(data: Json, of: str) -> list[str]:
    return [vm["name"] for vm in host(data, of)["vms"]["nodes"]]


def is_a_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text and "Traceback" not in text


async def refusal(*arguments: str, prefix: tuple[str, ...] = ()) -> str:
    """What the command says when it cannot start: one sentence on stderr and the exit code 1."""
    code, out, err = await run(*arguments, prefix=prefix)
    assert (code, out) == (1, ""), err
    (line,) = err.splitlines()
    assert line.startswith("virtgraph: ")
    assert is_a_sentence(line), line
    return line
