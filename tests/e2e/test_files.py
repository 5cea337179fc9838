"""A directory of documents is a host: `virtgraph serve --host files:///directory`."""

import asyncio
import os
import time
from pathlib import Path

from tests.conftest import Say
from tests.e2e.client import Json, Subscription, client
from tests.e2e.conftest import Serve
from tests.e2e.program import files_host
from tests.shared import CORPUS, corpus, difference, needs_corpus

CHANGES = """
subscription Changes {
  changes(filter: { subjects: [VM] }) {
    ... on Change { operation name hostName revision vm { sourceKey error disks { target { dev } } } }
  }
}
"""


def document(name: str, *targets: str) -> str:
    disks = "".join(
        f"<disk type='file' device='disk'><source file='/{dev}.img'/><target dev='{dev}' bus='virtio'/></disk>"
        for dev in targets
    )
    return f"<domain type='kvm'><name>{name}</name><devices>{disks}</devices></domain>"


def put(directory: Path, name: str, text: str) -> None:
    """Write a file as `virsh dumpxml` with a rename does: never half of it is seen."""
    (directory / f"{name}.part").write_text(text)
    (directory / f"{name}.part").rename(directory / name)


def targets(vm: Json) -> list[str]:
    return [disk["target"]["dev"] for disk in vm["disks"]]


async def test_the_api_follows_the_directory(embedded: Serve, tmp_path: Path) -> None:
    directory = tmp_path / "fleet with a space"
    directory.mkdir()
    put(directory, "one.xml", document("one", "vda"))
    put(directory, "two.xml", document("two", "vda"))
    async with (
        embedded("--host", files_host("dumps", directory)) as program,
        client(program.address) as api,
    ):
        await api.until("{ vms { totalCount } }", lambda data: data["vms"]["totalCount"] == 2)
        async with api.subscribe(CHANGES) as changes:
            put(directory, "three.xml", document("three", "vda"))
            added = await changes.until(lambda event: event["name"] == "three")
            assert (added["operation"], added["hostName"], added["revision"]) == ("ADDED", "dumps", 1)
            assert targets(added["vm"]) == ["vda"]

            put(directory, "one.xml", document("one", "vda", "vdb"))
            changed = await changes.until(lambda event: event["name"] == "one")
            assert (changed["operation"], changed["revision"]) == ("CHANGED", 2)
            assert targets(changed["vm"]) == ["vda", "vdb"]

            (directory / "two.xml").unlink()
            removed = await changes.until(lambda event: event["name"] == "two")
            assert (removed["operation"], removed["vm"]) == ("REMOVED", None)

            await written_in_place(directory, changes)
            os.utime(directory / "one.xml")
            await asyncio.sleep(1.5)
            put(directory, "last.xml", document("last"))
            await changes.until(lambda event: event["name"] == "last")
            assert [event["name"] for event in changes.seen].count("one") == 1, "a touched file is no change"

        vms = {vm["sourceKey"]: vm for vm in await api.vms("sourceKey name state disks { target { dev } }")}
        assert set(vms) == {"one.xml", "three.xml", "in-place.xml", "last.xml"}
        assert targets(vms["one.xml"]) == ["vda", "vdb"]
        assert {vm["state"] for vm in vms.values()} == {"UNKNOWN"}
        (host,) = (await api.query("{ hosts { name state hypervisor error } }"))["hosts"]
        assert host == {"name": "dumps", "state": "CONNECTED", "hypervisor": "files", "error": None}


async def written_in_place(directory: Path, changes: Subscription) -> None:
    """An editor that writes a file in two goes: half of it may be shown as unreadable, the end must be right."""
    text = document("in-place", "vdc")
    with (directory / "in-place.xml").open("w") as file:
        file.write(text[:40])
        file.flush()
        await asyncio.sleep(0.2)
        file.write(text[40:])
    seen = await changes.until(lambda event: event["vm"] is not None and event["vm"]["error"] is None)
    assert targets(seen["vm"]) == ["vdc"]


async def test_what_cannot_be_read_is_shown_with_its_reason(embedded: Serve, tmp_path: Path) -> None:
    bad = {
        "cut.xml": "<domain type='kvm'><name>cut</name><devices>",
        "oracle.xml": "<oracle><name>delphi</name></oracle>",
        "empty.xml": "",
        "doctype.xml": "<!DOCTYPE domain [<!ENTITY a 'b'>]><domain type='kvm'><name>&a;</name></domain>",
    }
    for name, text in bad.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.xml").write_bytes(b"<domain type='kvm'><name>\xe9\xff</name></domain>")
    (tmp_path / "good.xml").write_text(document("good", "vda"))
    (tmp_path / "notes.txt").write_text("no document")
    (tmp_path / "folder.xml").mkdir()
    async with embedded("--host", files_host("dumps", tmp_path)) as program, client(program.address) as api:
        await api.synchronized()
        vms = {vm["sourceKey"]: vm for vm in await api.vms("sourceKey name error xml devices { kind }")}
        assert set(vms) == {*bad, "latin.xml", "good.xml"}
        assert vms["good.xml"]["error"] is None
        assert [device["kind"] for device in vms["good.xml"]["devices"]] == ["DISK"]
        for name, text in bad.items():
            assert vms[name]["error"], name
            assert "\n" not in vms[name]["error"]
            assert (vms[name]["xml"] or "") == text
            assert vms[name]["devices"] == []
        assert vms["cut.xml"]["name"] == "cut"
        assert "oracle" in vms["oracle.xml"]["error"]
        assert "<name>" in vms["latin.xml"]["xml"]
        assert "Traceback" not in program.said

        async with api.subscribe(CHANGES) as changes:
            put(tmp_path, "cut.xml", document("mended", "vda"))
            mended = await changes.until(lambda event: event["vm"] and event["vm"]["sourceKey"] == "cut.xml")
            assert (mended["name"], mended["vm"]["error"], targets(mended["vm"])) == ("mended", None, ["vda"])
            put(tmp_path, "good.xml", "<domain>")
            broken = await changes.until(lambda event: event["vm"] and event["vm"]["sourceKey"] == "good.xml")
            assert broken["vm"]["error"]


@needs_corpus
async def test_every_document_of_libvirt_comes_back(embedded: Serve, say: Say) -> None:
    async with embedded("--host", files_host("corpus", CORPUS / "domain")) as program, client(program.address) as api:
        began = time.monotonic()
        await api.synchronized(seconds=120)
        stored_seconds = time.monotonic() - began
        assert (await api.query("{ vms { totalCount } }"))["vms"]["totalCount"] == 2106
        began = time.monotonic()
        vms = await api.vms("sourceKey name uuid error xml")
        read_seconds = time.monotonic() - began
    assert len(vms) == 2106
    served = {vm["sourceKey"]: vm for vm in vms}
    assert set(served) == {file.name for file in corpus()}
    differences = {
        file.name: found
        for file in corpus()
        if (found := difference(file.read_bytes(), served[file.name]["xml"].encode())) is not None
    }
    refused = [name for name, vm in served.items() if vm["error"]]
    say(
        f"libvirt's documents: {len(served)} served, {len(served) - len(differences)} come back the same; "
        f"stored {stored_seconds:.1f} s after the address was printed, all XML read in {read_seconds:.1f} s"
    )
    assert sum(vm["name"] == "QEMUGuest1" for vm in vms) == 1182
    assert refused == []
    assert differences == {}
