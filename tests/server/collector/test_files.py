import asyncio
import os
import shutil
from pathlib import Path

import pytest

from server.collector.changes import CONFIRM_SECONDS
from server.collector.collector import Collector
from server.collector.files import LARGEST_FILE, resource_kind
from server.collector.hosts import Host
from server.collector.inventory import Cause, HostState, ResourceObservation
from server.collector.watch import BATCH, Pace
from tests.server.collector.recorder import Recorder

QUICK = Pace(reconnect_seconds=0.3)


def host(directory: Path) -> Host:
    return Host("dumps", directory.as_uri().replace("file://", "files://"))


async def test_every_dump_is_a_domain_as_it_stands(tmp_path: Path, recorder: Recorder) -> None:
    count = 2 * BATCH + 7
    for number in range(count):
        (tmp_path / f"vm {number}.xml").write_bytes(b"<domain><name>\xff%d</name></domain>" % number)
    (tmp_path / "notes.txt").write_text("no domain")
    (tmp_path / ".draft.xml").write_text("hidden")
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "inner.xml").write_text("<domain/>")
    progress: list[tuple[str, int, int]] = []
    collector = Collector([host(tmp_path)], recorder, QUICK, lambda *step: progress.append(step))
    async with collector:
        await recorder.until(lambda: bool(recorder.synchronized))
        seen = recorder.vms["dumps"]
        assert len(seen) == count
        assert seen["vm 7.xml"].xml == b"<domain><name>\xff7</name></domain>"
        assert seen["vm 7.xml"].state == "UNKNOWN"
        assert max(recorder.batches) == BATCH
        assert progress == [("dumps", BATCH, count), ("dumps", 2 * BATCH, count), ("dumps", count, count)]
        assert recorder.facts["dumps"].hypervisor == "files"
    assert recorder.states["dumps"] == [HostState.CONNECTING, HostState.CONNECTED, HostState.DISCONNECTED]
    assert recorder.reasons == ["The collector was stopped."]


async def test_changes_are_followed(tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "a.xml").write_text("one")
    async with Collector([host(tmp_path)], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized))
        vms = recorder.vms["dumps"]
        (tmp_path / "a.xml").write_text("two")
        (tmp_path / "b.xml").write_text("new")
        await recorder.until(lambda: "b.xml" in vms and vms["a.xml"].xml == b"two")
        (tmp_path / "b.xml").rename(tmp_path / "c.xml")
        (tmp_path / "a.xml").unlink()
        await recorder.until(lambda: set(vms) == {"c.xml"})


async def test_a_file_that_never_rests_is_read_now_and_then_and_at_the_end(tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "a.xml").write_text("first")
    async with Collector([host(tmp_path)], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized))
        for number in range(200):
            (tmp_path / "new").write_text(f"state {number}")
            (tmp_path / "new").rename(tmp_path / "a.xml")
            await asyncio.sleep(0.005)
        await recorder.until(lambda: recorder.vms["dumps"]["a.xml"].xml == b"state 199", 2)
        await asyncio.sleep(CONFIRM_SECONDS + 0.3)
        assert recorder.vms["dumps"]["a.xml"].xml == b"state 199"
        assert len(recorder.history) <= 30
        assert recorder.causes[0] == ("a.xml", Cause.RECONCILIATION)
        assert {cause for key, cause in recorder.causes[1:] if key == "a.xml"} == {Cause.EVENT}


async def test_files_that_went_while_nobody_watched_vanish(tmp_path: Path, recorder: Recorder) -> None:
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_text(name)
    async with Collector([host(tmp_path)], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized))
    (tmp_path / "a.xml").unlink()
    async with Collector([host(tmp_path)], recorder, QUICK):
        await recorder.until(lambda: len(recorder.synchronized) == 2)
    assert set(recorder.vms["dumps"]) == {"b.xml"}
    assert recorder.vanished == ["a.xml"]


async def test_unreadable_files_are_kept_with_the_reason(tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "fine.xml").write_text("<domain/>")
    (tmp_path / "huge.xml").write_bytes(b" " * (LARGEST_FILE + 1))
    (tmp_path / "loop.xml").symlink_to(tmp_path / "loop.xml")
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "directory.xml").mkdir()
    (tmp_path / os.fsdecode(b"caf\xe9.xml")).write_text("<domain/>")
    async with Collector([host(tmp_path)], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized))
        errors = {key: seen.error for key, seen in recorder.vms["dumps"].items()}
    assert errors == {
        "fine.xml": None,
        "caf\\xe9.xml": None,
        "huge.xml": "The file has more than 8 MiB.",
        "loop.xml": "The file cannot be read: Too many levels of symbolic links.",
        "pipe.xml": "This is not a regular file.",
    }
    assert recorder.vms["dumps"]["huge.xml"].xml == b""


async def test_a_missing_directory_is_waited_for(tmp_path: Path, recorder: Recorder) -> None:
    directory = tmp_path / "later"
    async with Collector([host(directory)], recorder, QUICK):
        await recorder.until(lambda: recorder.state("dumps") is HostState.DISCONNECTED)
        assert recorder.reasons == [f"The directory {directory} cannot be read: No such file or directory."]
        directory.mkdir()
        (directory / "a.xml").write_text("<domain/>")
        await recorder.until(lambda: "a.xml" in recorder.vms.get("dumps", {}))
        assert recorder.state("dumps") is HostState.CONNECTED


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_lost_directory_is_said_and_its_domains_stay(
    tmp_path: Path, recorder: Recorder, replaced: bool
) -> None:
    directory = tmp_path / "dumps"
    directory.mkdir()
    (directory / "a.xml").write_text("<domain/>")
    async with Collector([host(directory)], recorder, QUICK):
        await recorder.until(lambda: bool(recorder.synchronized))
        if replaced:
            directory.rename(tmp_path / "aside")
            directory.mkdir()
            (directory / "b.xml").write_text("<domain/>")
            await recorder.until(lambda: set(recorder.vms["dumps"]) == {"b.xml"})
            assert HostState.DISCONNECTED in recorder.states["dumps"]
            assert recorder.reasons[0] == f"The directory {directory} was replaced."
        else:
            directory.rename(tmp_path / "aside")
            await recorder.until(lambda: recorder.state("dumps") is HostState.DISCONNECTED)
            assert set(recorder.vms["dumps"]) == {"a.xml"}
            shutil.move(tmp_path / "aside", directory)
            await recorder.until(lambda: recorder.state("dumps") is HostState.CONNECTED)


async def test_a_file_is_no_directory(tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "a.xml").write_text("<domain/>")
    async with Collector([host(tmp_path / "a.xml")], recorder, QUICK):
        await recorder.until(lambda: recorder.state("dumps") is HostState.DISCONNECTED)
        assert recorder.reasons == [f"The directory {tmp_path / 'a.xml'} cannot be read: Not a directory."]


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        (b"<secret/>", "SECRET"),
        ("<?xml version='1.0' encoding='utf-16'?><secret/>".encode("utf-16"), "SECRET"),
        (b"<!-- " + b"long " * 9000 + b"--><secret><uuid>", "SECRET"),
        (b"<domain><secret/></domain>", None),
        (b"<s:secret xmlns:s='urn:other'/>", None),
        (b"secret", None),
        (b"", None),
        (b"<!DOCTYPE secret [<!ENTITY a 'aaaa'>]><domain>&a;</domain>", None),
    ],
)
def test_the_root_element_tells_resources(xml: bytes, kind: str | None) -> None:
    assert resource_kind(xml) == kind


async def test_dumps_of_resources_are_no_domains(tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "web.xml").write_text("<domain/>")
    (tmp_path / "broken.xml").write_text("<secret")
    (tmp_path / "key.xml").write_text("<secret><uuid>1</uuid></secret>")
    async with Collector([host(tmp_path)], recorder, QUICK):
        resources = recorder.resources.setdefault("dumps", {})
        await recorder.until(lambda: "dumps" in resources)
        vms = recorder.vms["dumps"]
        assert set(vms) == {"web.xml", "broken.xml"}
        assert resources["dumps"] == {
            "key.xml": ResourceObservation("SECRET", "key.xml", b"<secret><uuid>1</uuid></secret>")
        }
        assert ("dumps", Cause.EVENT) not in recorder.causes
        (tmp_path / "web.xml").write_text("<secret/>")
        (tmp_path / "key.xml").write_text("<domain/>")
        await recorder.until(lambda: set(vms) == {"key.xml", "broken.xml"} and set(resources["dumps"]) == {"web.xml"})
        (tmp_path / "web.xml").unlink()
        await recorder.until(lambda: resources["dumps"] == {})
    causes = [cause for scope, cause in recorder.causes if scope == "dumps"]
    assert causes[0] is Cause.RECONCILIATION
    assert set(causes[1:]) == {Cause.EVENT}
