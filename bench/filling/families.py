"""The kinds of VMs in a filled fleet: libvirt's XML of each, with 20 devices, told apart by a few facts."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

DEVICES = 20
"""Devices of every VM; PCIe root ports, of which libvirt keeps some in reserve, make up the number."""

IMAGES, TEMPLATES, ISOS = "/var/lib/libvirt/images", "/srv/templates", "/srv/isos"
DEBIAN, ROCKY, UBUNTU, WINDOWS, DESKTOP = "debian-12", "rocky-9", "ubuntu-24", "windows-2022", "desktop-12"
BASES = (DEBIAN, ROCKY, UBUNTU, WINDOWS, DESKTOP)
"""Images that disks are backed by, in each host's pool of templates."""

INSTALLERS = ("debian-12.5.0-netinst", "virtio-win-0.1.240", "desktop-12.5")
"""Images of CD-ROMs, in each host's pool of ISOs."""

CEPH_SECRET = "3c6f2a10-9d0b-4f53-8a6e-2b1c0d9e7f01"
MONITORS = "".join(f"<host name='10.20.0.{11 + one}' port='6789'/>" for one in range(3))
GPUS = range(0x41, 0x45)
"""Buses of the GPUs of each host."""


class Words(NamedTuple):
    """What differs from VM to VM in ways that leave everything as long as it is."""

    number: str
    """Six digits."""
    host: str
    """Eight characters."""
    rack: str
    """Four digits: two hosts are a rack, and the VMs of a cluster are in one."""
    cluster: str
    """Six digits; both VMs of a cluster have it."""
    uuid: str
    macs: Sequence[str]


class Shape(NamedTuple):
    """What else differs; VMs of one shape are alike but for their words."""

    family: str
    variant: int
    state: str
    uncached: bool
    """Whether the first disk has the cache mode `none`, which no other disk has."""
    emulated: bool
    """Whether the first interface is an `e1000e`, which no other interface is."""
    cloned: bool
    """Whether the first disk kept the serial number of another VM's."""


VARIANTS = 4
CLONED_SERIAL = "CLONED-000001"
FILES = {
    "web": {"": DEBIAN, "-logs": ""},
    "node": {"": UBUNTU, "-volumes": ""},
    "data": {"": ROCKY},
    "desk": {"": DESKTOP},
    "cuda": {"": UBUNTU, "-scratch": ""},
    "erp0": {"": DEBIAN, "-archive": ""},
    "edge": {"": DEBIAN},
    "wins": {"": WINDOWS, "-profiles": ""},
}
"""The families: what the names of their VMs' image files end in, each with the base that it lies over, if any."""

CLUSTERED = "data"
"""The family whose VMs share a disk, two and two."""


def name_of(family: str, number: str) -> str:
    """The name of a VM; those of a whole fleet are sorted by number, whatever their families."""
    return f"vm{number}-{family}"


def domain_xml(shape: Shape, words: Words) -> str:
    """The XML of a VM."""
    family = _FAMILIES[shape.family]
    devices = list(family.devices(shape, words))
    index = 1 + sum("<controller type='pci'" in one for one in devices)
    devices += [_port(index + one) for one in range(DEVICES - len(devices))]
    memory = family.memory << shape.variant
    return f"""<domain type='kvm' id='{7 + shape.variant}'><name>{name_of(shape.family, words.number)}</name>
<uuid>{words.uuid}</uuid><title>{family.title} {words.number}</title>
<metadata><libosinfo:libosinfo xmlns:libosinfo='http://libosinfo.org/xmlns/libvirt/domain/1.0'>
<libosinfo:os id='{family.system}'/></libosinfo:libosinfo></metadata>
<memory unit='KiB'>{memory}</memory><currentMemory unit='KiB'>{memory}</currentMemory>
<vcpu placement='static'>{family.vcpus * (1 + shape.variant)}</vcpu><iothreads>2</iothreads>
<resource><partition>/machine</partition></resource>
<os>{family.system_xml.format(name=name_of(shape.family, words.number))}</os>
<features><acpi/><apic/>{family.features}</features>{family.cpu}
<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='pit' tickpolicy='delay'/>
<timer name='hpet' present='no'/></clock>
<on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
<pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{"".join(devices)}</devices>
<seclabel type='dynamic' model='apparmor' relabel='yes'/></domain>"""


def _pci(bus: int, slot: int = 0, function: int = 0) -> str:
    return f"<address type='pci' domain='0x0000' bus='0x{bus:02x}' slot='0x{slot:02x}' function='0x{function:x}'/>"


def _first_disk(shape: Shape, words: Words, target: str = "vda", bus: str = "virtio") -> str:
    serial = CLONED_SERIAL if shape.cloned else f"SN-{words.number}-R"
    return _image(shape, words, "", target, bus, cache="none" if shape.uncached else "writeback", serial=serial)


def _image(shape: Shape, words: Words, suffix: str, target: str, bus: str, *, cache: str, serial: str) -> str:
    """A disk in an image file of its own, over a base that others share where the family has one."""
    name, base = name_of(shape.family, words.number), FILES[shape.family][suffix]
    number = ord(target[-1]) - ord("a")
    backing = (
        f"<backingStore type='file' index='{number + 10}'><format type='qcow2'/>"
        f"<source file='{TEMPLATES}/{base}.qcow2'/><backingStore/></backingStore>"
    )
    drive = f"<address type='drive' controller='0' bus='0' target='0' unit='{number}'/>"
    address = _pci(3 + number) if bus == "virtio" else drive
    return f"""<disk type='file' device='disk'>
<driver name='qemu' type='qcow2' cache='{cache}' io='{"native" if cache == "none" else "threads"}' discard='unmap'/>
<source file='{IMAGES}/{name}{suffix}.qcow2' index='{number + 1}'/>{backing if base else "<backingStore/>"}
<target dev='{target}' bus='{bus}'/><serial>{serial}</serial>{"<boot order='1'/>" if base else ""}
<alias name='{bus}-disk{number}'/>{address}</disk>"""


def _more_disk(shape: Shape, words: Words, target: str, bus: str = "virtio") -> str:
    suffix = list(FILES[shape.family])[1]
    return _image(shape, words, suffix, target, bus, cache="writethrough", serial=f"SN-{words.number}-D")


def _cdrom(image: str, bus: str = "sata") -> str:
    target = "hda" if bus == "ide" else "sda"
    source = f"<source file='{ISOS}/{image}.iso'/>" if image else ""
    return f"""<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>{source}
<target dev='{target}' bus='{bus}'/><readonly/><alias name='{bus}0-0-0'/>
<address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>"""


def _nic(shape: Shape, words: Words, number: int, source: str, more: str = "") -> str:
    model = "e1000e" if shape.emulated and number == 0 else "virtio"
    kind, _, name = source.partition(":")
    return f"""<interface type='{kind}'><mac address='{words.macs[number]}'/><source {kind}='{name}'/>
<target dev='tap{words.number}-{number}'/><model type='{model}'/>{more}<alias name='net{number}'/>
{_pci(9 + number)}</interface>"""


def _virtual_function(words: Words, number: int, function: int) -> str:
    slot, low = divmod(function, 8)
    return f"""<interface type='hostdev' managed='yes'><mac address='{words.macs[number]}'/>
<driver name='vfio'/><source><address type='pci' domain='0x0000' bus='0x81' slot='0x{2 + slot:02x}' function='0x{low}'/>
</source><vlan><tag id='{120 + function}'/></vlan><alias name='hostdev{number}'/>{_pci(9 + number)}</interface>"""


def _controller(kind: str, model: str = "", address: str = "") -> str:
    chosen = f" model='{model}'" if model else ""
    return f"<controller type='{kind}' index='0'{chosen}>{address}</controller>"


def _port(index: int) -> str:
    return f"""<controller type='pci' index='{index}' model='pcie-root-port'>
<target chassis='{index}' port='0x{index + 7:x}'/>{_pci(0, 1 + index // 8, index % 8)}</controller>"""


_AGENT = """<channel type='unix'><source mode='bind' path='/run/libvirt/qemu/channel/agent.0'/>
<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>
<address type='virtio-serial' controller='0' bus='0' port='1'/></channel>"""
_CONSOLE = "<console type='pty'><target type='serial' port='0'/></console>"
_BALLOON = f"<memballoon model='virtio'><stats period='10'/>{_pci(0x18)}</memballoon>"
_RANDOM = f"<rng model='virtio'><backend model='random'>/dev/urandom</backend>{_pci(0x19)}</rng>"
_WATCHDOG = "<watchdog model='itco' action='reset'/>"
_ROOT = _controller("pci", "pcie-root")
_USB = _controller("usb", "qemu-xhci", _pci(2))
_SATA = _controller("sata", address=_pci(0, 0x1F, 2))
_SERIAL = _controller("virtio-serial", address=_pci(1))
_TABLET = "<input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>"
_VNC = """<graphics type='vnc' autoport='yes' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/>
</graphics>"""
_SPICE = """<graphics type='spice' autoport='yes' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/>
<image compression='auto_glz'/><clipboard copypaste='yes'/></graphics>"""
_AUDIO = "<audio id='1' type='spice'/>"
_SOUND = f"<sound model='ich9'>{_pci(0, 0x1B)}</sound>"
_SPICE_AGENT = """<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/>
<address type='virtio-serial' controller='0' bus='0' port='2'/></channel>"""
_TPM = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"


def _video(model: str) -> str:
    return f"<video><model type='{model}' heads='1' primary='yes'/>{_pci(0, 1)}</video>"


def _redirection(port: int) -> str:
    return f"<redirdev bus='usb' type='spicevmc'><address type='usb' bus='0' port='{port}'/></redirdev>"


_Q35 = (_ROOT, _USB, _SATA, _SERIAL, _CONSOLE, _AGENT, _BALLOON, _RANDOM)


def _web(shape: Shape, words: Words) -> Iterator[str]:
    yield from (_first_disk(shape, words), _more_disk(shape, words, "vdb"), _cdrom(""))
    yield _nic(shape, words, 0, "network:servers", "<filterref filter='clean-traffic'/>")
    yield from (_nic(shape, words, 1, "network:storage", "<mtu size='9000'/>"), *_Q35, _WATCHDOG)


def _node(shape: Shape, words: Words) -> Iterator[str]:
    yield from (_first_disk(shape, words), _more_disk(shape, words, "vdb"))
    yield from (_nic(shape, words, 0, "bridge:br0"), _nic(shape, words, 1, "network:storage", "<mtu size='9000'/>"))
    yield from (*_Q35, f"<vsock model='virtio'><cid auto='yes' address='{shape.variant + 3}'/>{_pci(0x1A)}</vsock>")


def _data(shape: Shape, words: Words) -> Iterator[str]:
    yield _first_disk(shape, words)
    yield f"""<disk type='network' device='disk'><driver name='qemu' type='raw' cache='directsync' io='threads'/>
<auth username='libvirt'><secret type='ceph' uuid='{CEPH_SECRET}'/></auth>
<source protocol='rbd' name='rack{words.rack}/cluster-{words.cluster}'>{MONITORS}</source>
<target dev='vdb' bus='virtio'/><shareable/><serial>CL-{words.cluster}</serial><alias name='virtio-disk1'/>
{_pci(4)}</disk>"""
    yield from (
        _nic(shape, words, 0, "network:servers"),
        _nic(shape, words, 1, "network:storage", "<mtu size='9000'/>"),
    )
    yield from (*_Q35, "<panic model='isa'/>", _WATCHDOG)


def _desk(shape: Shape, words: Words) -> Iterator[str]:
    yield from (_first_disk(shape, words), _cdrom("desktop-12.5"), _nic(shape, words, 0, "network:desktops"))
    yield from (_ROOT, _USB, _SATA, _SERIAL, _AGENT, _SPICE_AGENT, _TABLET, _SPICE, _AUDIO, _SOUND, _video("qxl"))
    yield from (_redirection(2), _redirection(3), _BALLOON, _RANDOM)


def _cuda(shape: Shape, words: Words) -> Iterator[str]:
    yield from (_first_disk(shape, words), _more_disk(shape, words, "vdb"))
    yield from (_nic(shape, words, 0, "network:servers"), _virtual_function(words, 1, 4 + shape.variant))
    for function in range(2):
        yield f"""<hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/>
<source><address domain='0x0000' bus='0x{GPUS[shape.variant]:02x}' slot='0x00' function='0x{function}'/></source>
<alias name='hostdev{function + 2}'/>{_pci(0x14, 0, function)}</hostdev>"""
    yield from _Q35


def _erp0(shape: Shape, words: Words) -> Iterator[str]:
    yield from (_first_disk(shape, words, "sda", "scsi"), _more_disk(shape, words, "sdb", "scsi"))
    yield from (_cdrom("debian-12.5.0-netinst", "ide"), _nic(shape, words, 0, "bridge:br0"))
    yield from (_controller("pci", "pci-root"), _controller("usb", "piix3-uhci", _pci(0, 1, 2)))
    yield from (_controller("ide", address=_pci(0, 1, 1)), _controller("scsi", "lsilogic", _pci(0, 4)))
    yield from ("<serial type='pty'><target port='0'/></serial>", _CONSOLE, "<input type='mouse' bus='ps2'/>")
    yield from ("<input type='keyboard' bus='ps2'/>", _TABLET, _VNC, "<audio id='1' type='none'/>", _video("cirrus"))
    yield from (f"<sound model='ac97'>{_pci(0, 5)}</sound>", f"<memballoon model='virtio'>{_pci(0, 6)}</memballoon>")
    yield from ("<parallel type='null'><target port='0'/></parallel>", "<panic model='isa'/>")


def _edge(shape: Shape, words: Words) -> Iterator[str]:
    yield _first_disk(shape, words)
    for number, source in enumerate(("network:servers", "network:desktops", "network:storage", "bridge:br0")):
        yield _nic(shape, words, number, source, "<driver name='vhost' queues='4'/>")
    yield from (_virtual_function(words, 4, shape.variant), _virtual_function(words, 5, 8 + shape.variant))
    yield from (*_Q35, _WATCHDOG)


def _wins(shape: Shape, words: Words) -> Iterator[str]:
    yield from (_first_disk(shape, words), _more_disk(shape, words, "vdb"), _cdrom("virtio-win-0.1.240"))
    yield from (_nic(shape, words, 0, "network:servers"), _ROOT, _USB, _SATA, _SERIAL, _AGENT, _TABLET, _VNC)
    yield from (_video("vga"), _TPM, "<audio id='1' type='none'/>", _BALLOON, _WATCHDOG)


class _Family(NamedTuple):
    title: str
    system: str
    system_xml: str
    vcpus: int
    memory: int
    """KiB of the first variant; each has twice that of the one before."""
    devices: Callable[[Shape, Words], Iterator[str]]
    features: str = ""
    cpu: str = "<cpu mode='host-model' check='partial'/>"


_BIOS = "<type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/>"
_EFI = """<type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
<loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>
<nvram template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'>/var/lib/libvirt/qemu/nvram/{name}_VARS.fd</nvram>"""
_I440FX = "<type arch='x86_64' machine='pc-i440fx-2.12'>hvm</type><boot dev='cdrom'/><boot dev='hd'/>"
_HYPERV = """<hyperv mode='custom'><relaxed state='on'/><vapic state='on'/>
<spinlocks state='on' retries='8191'/></hyperv><smm state='on'/>"""
_PASSTHROUGH = "<cpu mode='host-passthrough' check='none' migratable='on'><cache mode='passthrough'/></cpu>"
_OLD = "<cpu mode='custom' match='exact'><model fallback='allow'>Westmere</model></cpu>"
_OS = "http://{}".format

_FAMILIES = {
    "web": _Family("Web server", _OS("debian.org/debian/12"), _BIOS, 2, 2 << 20, _web),
    "node": _Family("Kubernetes worker", _OS("ubuntu.com/ubuntu/24.04"), _BIOS, 4, 8 << 20, _node),
    "data": _Family("Database of a pair", _OS("rockylinux.org/rocky/9"), _BIOS, 4, 16 << 20, _data, cpu=_PASSTHROUGH),
    "desk": _Family("Desktop", _OS("debian.org/debian/12"), _EFI, 2, 4 << 20, _desk),
    "cuda": _Family("Training", _OS("ubuntu.com/ubuntu/24.04"), _EFI, 8, 32 << 20, _cuda, cpu=_PASSTHROUGH),
    "erp0": _Family("Resource planning", _OS("debian.org/debian/9"), _I440FX, 1, 1 << 20, _erp0, cpu=_OLD),
    "edge": _Family("Network appliance", _OS("debian.org/debian/12"), _BIOS, 2, 4 << 20, _edge, cpu=_PASSTHROUGH),
    "wins": _Family("Terminal server", _OS("microsoft.com/win/2k22"), _EFI, 4, 8 << 20, _wins, _HYPERV),
}
