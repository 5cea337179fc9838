"""What the next start changes: nothing of what libvirt filled in, everything that somebody changed."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import libvirt
import pytest

import schema
from schema.changes.pending import pending
from schema.changes.runtime import ANY_DEVICE, RUNTIME, RUNTIME_OF_DOMAIN
from schema.changes.told import place
from schema.element import Document
from tests.hypervisor import QEMU, UNPRIVILEGED, Libvirtd, missing, scsi_disk_xml
from tests.privileged import privileged_libvirtd
from tests.schema.changes.mutations import definitions, written
from tests.shared import needs_corpus

CONFIG, LIVE = libvirt.VIR_DOMAIN_AFFECT_CONFIG, libvirt.VIR_DOMAIN_AFFECT_LIVE

# --- a real guest ---------------------------------------------------------------------------------------------------

GUEST = """
<domain type='qemu'>
  <name>pending</name>
  <memory unit='MiB'>128</memory>
  <vcpu current='1'>4</vcpu>
  <cpu mode='host-model'><topology sockets='1' dies='1' cores='4' threads='1'/></cpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>
  <features><acpi/></features>
  <clock offset='variable' adjustment='7'/>
  <devices>
    <emulator>{emulator}</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='{top}'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/><source file='{plain}'/><target dev='sda' bus='scsi'/>
    </disk>
    <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/><readonly/></disk>
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <controller type='usb' index='0' model='qemu-xhci'/>
    <controller type='virtio-serial' index='0'/>
    <interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>
    <interface type='user'>
      <mac address='52:54:00:00:00:02'/><model type='e1000'/><link state='down'/><alias name='ua-mine'/>
    </interface>
    <serial type='pty'><target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <console type='pty'><target type='virtio' port='1'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='pty'><target type='virtio' name='org.example.0'/></channel>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' autoport='yes' websocket='-1'/>
    <video><model type='vga'/></video>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <watchdog model='i6300esb' action='reset'/>
  </devices>
</domain>"""


class Guest(NamedTuple):
    """A running domain and the daemon that runs it."""

    domain: Any
    daemon: Libvirtd


def _chain(daemon: Libvirtd) -> str:
    """An image with two others below it."""
    if not shutil.which("qemu-img"):
        missing("qemu-img")
    below, kind = daemon.image("pending-base.img"), "raw"
    for name in ("pending-middle.qcow2", "pending-top.qcow2"):
        above = below.with_name(name)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", below, "-F", kind, above], check=True)
        shutil.chown(above, UNPRIVILEGED) if above.owner() == "root" else None
        below, kind = above, "qcow2"
    return str(below)


@pytest.fixture
def guest(daemon: Libvirtd) -> Iterator[Guest]:
    connection = daemon.connect()
    images = {"top": _chain(daemon), "plain": daemon.image("pending.img")}
    domain = connection.defineXML(GUEST.format(emulator=QEMU, **images))
    domain.create()
    yield Guest(domain, daemon)
    domain.destroy()
    domain.undefine()
    connection.close()


def definitions_of(domain: Any) -> tuple[Document, Document]:
    """The definition in force and the persistent one, as the store has them."""
    live = schema.domain_from_xml(domain.XMLDesc())
    persistent = schema.domain_from_xml(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    schema.keep_identity(live, persistent)
    return live, persistent


def told(difference: Document) -> list[tuple[str, ...]]:
    """What a difference tells, in short."""
    changed: list[tuple[str, ...]] = [(change["path"],) for change in difference["changes"]]
    for device in difference["devices"]:
        changed += [(device["device"], device["operation"], change["path"]) for change in device["changes"]]
    return sorted(changed)


def test_a_guest_that_was_just_started_has_nothing_pending(guest: Guest) -> None:
    live, persistent = definitions_of(guest.domain)
    found = schema.difference(live, persistent)
    assert found is not None
    assert len(told(found)) > 30
    assert told(pending(live, persistent)) == []


def test_what_is_changed_for_the_next_start_is_pending_and_nothing_else(guest: Guest) -> None:
    domain = guest.domain
    image = guest.daemon.image("pending-hot.img")
    domain.setMemoryFlags(256 * 1024, CONFIG | libvirt.VIR_DOMAIN_MEM_MAXIMUM)
    domain.setVcpusFlags(3, CONFIG)
    domain.attachDeviceFlags(scsi_disk_xml(image, "sdc"), CONFIG)
    card = "<mac address='52:54:00:00:00:01'/><model type='virtio'/><link state='down'/>"
    domain.updateDeviceFlags(f"<interface type='user'>{card}</interface>", CONFIG)
    live, persistent = definitions_of(domain)
    assert told(pending(live, persistent)) == [
        ("disk/sdc", "ADDED", ""),
        ("domain.memory.value",),
        ("domain.vcpu.current",),
        ("interface/52:54:00:00:00:01", "CHANGED", "link"),
    ]


def test_what_was_plugged_in_for_this_run_only_goes_with_the_next_start(guest: Guest) -> None:
    guest.domain.attachDeviceFlags(scsi_disk_xml(guest.daemon.image("pending-live.img"), "sdd"), LIVE)
    assert told(pending(*definitions_of(guest.domain))) == [("disk/sdd", "REMOVED", "")]


NETWORKS = (
    "<network><name>nat</name><bridge name='virbr77'/><ip address='10.9.8.1' netmask='255.255.255.0'/></network>",
    "<network><name>bridged</name><forward mode='bridge'/><bridge name='virbr77'/></network>",
)


def test_what_networks_give_to_cards_is_not_pending() -> None:
    cards = "".join(
        f"<interface type='network'><mac address='52:54:00:00:01:0{number}'/><source network='{network}'/></interface>"
        for number, network in enumerate(("nat", "bridged"))
    )
    xml = (
        "<domain type='qemu'><name>cards</name><memory unit='MiB'>64</memory>"
        "<os><type arch='x86_64' machine='q35'>hvm</type></os>"
        "<cpu mode='custom' match='exact'><model>qemu64</model><feature policy='disable' name='svm'/></cpu>"
        f"<devices><emulator>{QEMU}</emulator>{cards}"
        "<interface type='bridge'><mac address='52:54:00:00:01:09'/><source bridge='virbr77'/></interface>"
        "<graphics type='vnc'><listen type='network' network='nat'/></graphics></devices></domain>"
    )
    with privileged_libvirtd() as daemon:
        connection = daemon.connect()
        networks = [connection.networkCreateXML(network) for network in NETWORKS]
        domain = connection.defineXML(xml)
        domain.create()
        live, persistent = definitions_of(domain)
        domain.destroy()
        domain.undefine()
        for network in networks:
            network.destroy()
        connection.close()
    assert "vnet" in written(live)
    assert {card["type"] for card in live["devices"]["interfaces"]} == {"network", "bridge"}
    assert "partition" in written(live)
    assert told(pending(live, persistent)) == []
    card = persistent["devices"]["interfaces"][1]
    card["source"] = {"kind": "network", "network": "other"}
    assert ("interface/52:54:00:00:01:01", "CHANGED", "source.network") in told(pending(live, persistent))


# --- the table ------------------------------------------------------------------------------------------------------


def test_every_place_of_the_table_is_declared() -> None:
    """A path that no declaration knows would never be met."""
    roots = {kind.lower(): [rule.path for rule in (*ANY_DEVICE, *rules)] for kind, rules in RUNTIME.items()}
    roots["domain"] = [f"domain.{rule.path}" for rule in RUNTIME_OF_DOMAIN]
    for root, paths in roots.items():
        for path in paths:
            *steps, last = [step for step in path.split(".") if step != "*"]
            owner = place(root, tuple(steps))
            assert any(last in table.keys or last == "kind" for _, table in owner.tables), (root, path)


def vm(*devices: Document, **domain: Any) -> Document:
    arrays: Document = {}
    for device in devices:
        array = next(array for array, kind in schema.DEVICE_KINDS.items() if kind == device["kind"])
        arrays.setdefault(array, []).append(device)
    return {"name": "web", "domain": domain, "devices": arrays}


def graphics(**fields: Any) -> Document:
    return vm({"id": "graphics/vnc", "kind": "GRAPHICS", "type": "vnc", **fields})


def card(**fields: Any) -> Document:
    return vm({"id": "interface/1", "kind": "INTERFACE", "mac": {"address": "1"}, **fields})


def disk(**fields: Any) -> Document:
    return vm({"id": "disk/vda", "kind": "DISK", "target": {"dev": "vda"}, **fields})


def labels(*found: Document) -> Document:
    return vm(securityLabels=list(found))


DAC = {"type": "dynamic", "model": "dac", "relabel": True, "label": "+0:+0", "imageLabel": "+0:+0"}
STATIC = {"type": "static", "model": "selinux", "label": "a"}
LAN = {"kind": "network", "network": "lan"}
A, B = {"kind": "file", "file": "/a"}, {"kind": "file", "file": "/b"}


@pytest.mark.parametrize(
    ("live", "persistent", "paths"),
    [
        (graphics(port=5901, autoport=True), graphics(port=-1, autoport=True), []),
        (graphics(port=5901, autoport=True), graphics(autoport=True), []),
        (graphics(port=5901, autoport=False), graphics(port=5902, autoport=False), ["port"]),
        (graphics(port=5901, autoport=True), graphics(port=5902, autoport=False), ["port", "autoport"]),
        (graphics(listens=[{"kind": "socket", "socket": "/run/x"}]), graphics(listens=[{"kind": "socket"}]), []),
        (graphics(listens=[{"kind": "address", "address": "::1"}]), graphics(), []),
        (
            graphics(listens=[{"kind": "address", "address": "::1"}]),
            graphics(listens=[{"kind": "address", "address": "::"}]),
            ["listens.0.address"],
        ),
        (graphics(password="a"), graphics(password="b"), ["password"]),
        (card(alias="net0"), card(), []),
        (card(alias="net0"), card(alias="ua-lan"), ["alias"]),
        (card(alias="ua-lan"), card(), ["alias"]),
        (card(target={"dev": "vnet7"}), card(), []),
        (card(target={"dev": "vnet7"}), card(target={"dev": "lan0"}), ["target.dev"]),
        (card(target={"dev": "lan0"}), card(), ["target"]),
        (card(address={"kind": "pci", "bus": 1}), card(), []),
        (card(address={"kind": "pci", "bus": 1, "slot": 0}), card(address={"kind": "pci", "bus": 2}), ["address.bus"]),
        (
            card(type="hostdev", managed=True, source={"kind": "hostdev", "address": {}}, driver={"name": "vfio"}),
            card(type="network", source=LAN),
            [],
        ),
        (card(type="bridge", source={"kind": "bridge", "bridge": "br0"}), card(type="network", source=LAN),
         ["type", "source.kind", "source.bridge", "source.network"]),
        (card(type="bridge", source={**LAN, "kind": "bridge", "bridge": "br0", "portgroup": "a"}),
         card(type="network", source={**LAN, "portgroup": "b"}), ["source.portgroup"]),
        (disk(source={**A, "index": 2}, backingStores=[{"index": 3, "source": B}, {}]), disk(source=A), []),
        (disk(source=A, backingStores=[{"source": {**B, "index": 3}}, {}]),
         disk(source=A, backingStores=[{"source": B}]), []),
        (disk(source=A, backingStores=[{"source": A}, {}]), disk(source=A, backingStores=[{"source": B}]),
         ["backingStores"]),
        (disk(source={**A, "index": 2}), disk(source=B), ["source.file"]),
        (disk(source={**A, "index": 2}), disk(), ["source"]),
        (disk(mirror={"source": A}), disk(), []),
        (disk(driver={"name": "qemu"}), disk(driver={"name": "qemu", "type": "raw"}), []),
        (disk(driver={"name": "qemu"}, source=A), disk(driver={"name": "qemu", "type": "raw"}, source=A),
         ["driver.type"]),
        (disk(address={"kind": "pci", "slot": 10}),
         disk(address={"kind": "pci", "slot": 10, "spelling": {"slot": "0xA"}}), []),
        (labels(DAC), vm(), []),
        (labels(DAC, STATIC), labels(STATIC), []),
        (labels(DAC, STATIC), labels({**STATIC, "label": "b"}), ["domain.securityLabels"]),
        (labels(STATIC), vm(), ["domain.securityLabels"]),
        (labels({**DAC, "baseLabel": "a"}), labels({"type": "dynamic", "model": "dac", "relabel": True}),
         [f"domain.securityLabels.0.{name}" for name in ("baseLabel", "label", "imageLabel")]),
        (vm(id=4, resource={"partition": "/machine"}), vm(), []),
        (vm(resource={"partition": "/a"}), vm(resource={"partition": "/b"}), ["domain.resource.partition"]),
        (vm(cpu={"mode": "custom", "features": [{"name": "a"}, {"name": "b"}]}),
         vm(cpu={"mode": "custom", "features": [{"name": "a"}]}), []),
        (vm(cpu={"mode": "custom", "features": [{"name": "a"}]}),
         vm(cpu={"mode": "custom", "features": [{"name": "c"}]}), ["domain.cpu.features.0.name"]),
        (vm(cpu={"mode": "custom", "model": {"name": "EPYC"}, "topology": {"cores": 1}}),
         vm(cpu={"mode": "host-model", "topology": {"cores": 2}}), ["domain.cpu.topology.cores"]),
        (vm(clock={"offset": "variable", "adjustment": "5"}), vm(clock={"offset": "variable", "adjustment": "0"}), []),
        (vm(clock={"offset": "utc"}), vm(clock={"offset": "localtime"}), ["domain.clock.offset"]),
        (vm(os={"firmware": "efi", "loader": {"path": "/x"}, "nvram": {"path": "/y"}}), vm(os={"firmware": "efi"}), []),
        (vm(os={"loader": {"path": "/x"}}), vm(os={}), ["domain.os.loader"]),
    ],
)  # fmt: skip
def test_only_what_libvirt_filled_in_is_left_out(live: Document, persistent: Document, paths: list[str]) -> None:
    texts = written(live), written(persistent)
    found = pending({**live, "state": "RUNNING"}, persistent)
    assert texts == (written(live), written(persistent))
    changes = [*found["changes"], *(change for device in found["devices"] for change in device["changes"])]
    assert sorted(change["path"] for change in changes) == sorted(paths)


def test_devices_go_by_what_they_are_and_not_by_ids_that_came_apart() -> None:
    """Each of the two definitions keeps ids of its own from reading to reading."""
    live = vm({"id": "disk/#1", "kind": "DISK", "target": {"dev": "vda"}, "serial": "x"})
    persistent = vm(
        {"id": "disk/#7", "kind": "DISK", "target": {"dev": "vda"}, "serial": "y"},
        {"id": "disk/#1", "kind": "DISK", "target": {"dev": "vdb"}},
    )
    assert told(pending(live, persistent)) == [("disk/#1", "ADDED", ""), ("disk/#1", "CHANGED", "serial")]


@needs_corpus
def test_no_pair_of_definitions_is_too_odd() -> None:
    rng = random.Random(8)
    for _ in range(600):
        live, persistent = rng.choice(definitions()), rng.choice(definitions())
        texts = written(live), written(persistent)
        pending(live, persistent)
        assert texts == (written(live), written(persistent))
        assert told(pending(live, live)) == []
