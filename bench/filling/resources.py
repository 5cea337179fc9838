"""What each host of a filled fleet has beside its VMs: pools, volumes, networks, bridges, devices, filters, secrets."""

from collections.abc import Iterator

import schema
from bench.filling.families import BASES, CEPH_SECRET, GPUS, IMAGES, INSTALLERS, ISOS, MONITORS, TEMPLATES
from server.collector.inventory import ResourceObservation
from server.collector.scopes import KIND_OF

CLUSTERS = "clusters"
_POOLS = ("images", "templates", "isos", CLUSTERS)
_NETWORKS = ("servers", "storage", "desktops")
_ACTIVE = {"active": True, "persistent": True, "autostart": True}
_DIRECTORIES = {"images": IMAGES, "templates": TEMPLATES, "isos": ISOS}
_GIB = 1 << 30


def host_uuid(sort: int, host: str) -> str:
    """The UUID of the one thing of a sort that a host has, told apart by the host's last four characters."""
    return f"6b1f{sort:04x}-7c2d-4e5f-8a9b-0000{host[-4:].encode().hex()}"


def pool_uuid(pool: str, host: str) -> str:
    """The UUID of a host's pool."""
    return host_uuid(_POOLS.index(pool), host)


def scopes(host: str, rack: str) -> Iterator[tuple[str, list[ResourceObservation]]]:
    """Everything but the volumes of VMs, scope by scope as the collector reads them."""
    yield (
        "pools",
        [
            ResourceObservation(KIND_OF["pools"], pool_uuid(pool, host), _pool(pool, host, rack), _ACTIVE)
            for pool in _POOLS
        ],
    )
    bases = [volume("templates", f"{base}.qcow2", "qcow2", host, rack) for base in BASES]
    yield f"volumes/{pool_uuid('templates', host)}", bases
    isos = [volume("isos", f"{one}.iso", "raw", host, rack) for one in INSTALLERS]
    yield f"volumes/{pool_uuid('isos', host)}", isos
    yield (
        "networks",
        [
            ResourceObservation(KIND_OF["networks"], uuid, _network(network, uuid), {**_ACTIVE, "leases": []})
            for number, network in enumerate(_NETWORKS)
            for uuid in (host_uuid(0x10 + number, host),)
        ],
    )
    yield "interfaces", [_interface(bridge, nic) for bridge, nic in (("br0", "eno1"), ("br-storage", "eno2"))]
    yield "node-devices", list(_node_devices(host))
    yield "nwfilters", [_filter(host)]
    yield "secrets", [_secret()]


def volume(pool: str, name: str, form: str, host: str, rack: str, base: str = "") -> ResourceObservation:
    """A volume, with what is told of its pool."""
    at = f"{_DIRECTORIES.get(pool, f'rack{rack}')}/{name}"
    kind = "network" if pool == CLUSTERS else "file"
    backing = (
        f"<backingStore><path>{TEMPLATES}/{base}.qcow2</path><format type='qcow2'/></backingStore>" if base else ""
    )
    xml = f"""<volume type='{kind}'><name>{name}</name><key>{at}</key><capacity unit='bytes'>{40 * _GIB}</capacity>
<allocation unit='bytes'>{3 * _GIB}</allocation><target><path>{at}</path><format type='{form}'/>
<permissions><mode>0600</mode><owner>64055</owner><group>64055</group></permissions></target>{backing}</volume>"""
    described = schema.resource_from_xml(_pool(pool, host, rack))
    facts = {"pool": described["name"], "poolUuid": pool_uuid(pool, host), "poolType": described["type"]}
    told = {"poolSource": described.get("source"), "poolTarget": described.get("target", {}).get("path")}
    facts |= {fact: value for fact, value in told.items() if value}
    return ResourceObservation(KIND_OF["volumes"], f"{pool_uuid(pool, host)}/{name}", xml, facts)


def _pool(pool: str, host: str, rack: str) -> str:
    head = f"<name>{pool}</name><uuid>{pool_uuid(pool, host)}</uuid>"
    if pool == CLUSTERS:
        return f"""<pool type='rbd'>{head}<source>{MONITORS}<name>rack{rack}</name>
<auth type='ceph' username='libvirt'><secret uuid='{CEPH_SECRET}'/></auth></source></pool>"""
    return f"""<pool type='dir'>{head}<capacity unit='bytes'>{4000 * _GIB}</capacity>
<allocation unit='bytes'>{900 * _GIB}</allocation><available unit='bytes'>{3100 * _GIB}</available>
<target><path>{_DIRECTORIES[pool]}</path></target></pool>"""


def _network(name: str, uuid: str) -> str:
    head = f"<network><name>{name}</name><uuid>{uuid}</uuid>"
    if name == "desktops":
        return f"""{head}<forward mode='nat'/><bridge name='virbr0' stp='on' delay='0'/>
<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.100' end='192.168.122.254'/></dhcp>
</ip></network>"""
    bridge = "br-storage" if name == "storage" else "br0"
    return f"{head}<forward mode='bridge'/><bridge name='{bridge}'/></network>"


def _interface(bridge: str, nic: str) -> ResourceObservation:
    xml = f"""<interface type='bridge' name='{bridge}'><start mode='onboot'/>
<bridge stp='off' delay='0'><interface type='ethernet' name='{nic}'/></bridge></interface>"""
    return ResourceObservation(KIND_OF["interfaces"], bridge, xml, {"active": True})


def _node_devices(host: str) -> Iterator[ResourceObservation]:
    computer = f"""<device><name>computer</name><capability type='system'><product>Example Server 2</product><hardware>
<vendor>Example Instruments</vendor><serial>EX-{host}</serial><uuid>{host_uuid(0x20, host)}</uuid></hardware>
<firmware><vendor>Example Firmware</vendor><version>2.4</version></firmware></capability></device>"""
    yield _node_device("computer", computer)
    for bus in GPUS:
        for function, (sort, product) in enumerate((("030000", "GPU"), ("040300", "audio of a GPU"))):
            yield _pci(bus, 0, function, sort, 0xE041 + function, f"Example {product}", group=bus)
    yield _pci(0x81, 0, 0, "020000", 0xE180, "Example 25G NIC", group=0x81)
    physical = (
        "<capability type='phys_function'><address domain='0x0000' bus='0x81' slot='0x00' function='0x0'/></capability>"
    )
    for number in range(12):
        slot, function = 2 + number // 8, number % 8
        yield _pci(0x81, slot, function, "020000", 0xE181, "Example virtual function", group=90 + number, more=physical)


def _pci(
    bus: int, slot: int, function: int, sort: str, product_id: int, product: str, *, group: int, more: str = ""
) -> ResourceObservation:
    name = f"pci_0000_{bus:02x}_{slot:02x}_{function:x}"
    at = f"domain='0x0000' bus='0x{bus:02x}' slot='0x{slot:02x}' function='0x{function:x}'"
    xml = f"""<device><name>{name}</name><parent>computer</parent>
<path>/sys/devices/pci0000:{bus - 1:02x}/0000:{bus - 1:02x}:01.1/0000:{bus:02x}:{slot:02x}.{function:x}</path>
<driver><name>vfio-pci</name></driver><capability type='pci'><class>0x{sort}</class><domain>0</domain><bus>{bus}</bus>
<slot>{slot}</slot><function>{function}</function><product id='0x{product_id:04x}'>{product}</product>
<vendor id='0xfff0'>Example Silicon</vendor>{more}<iommuGroup number='{group}'><address {at}/></iommuGroup>
</capability></device>"""
    return _node_device(name, xml)


def _node_device(name: str, xml: str) -> ResourceObservation:
    return ResourceObservation(KIND_OF["node-devices"], name, xml, {"active": True, "persistent": True})


def _filter(host: str) -> ResourceObservation:
    uuid = host_uuid(0x30, host)
    xml = f"""<filter name='clean-traffic' chain='root'><uuid>{uuid}</uuid><filterref filter='no-mac-spoofing'/>
<filterref filter='no-ip-spoofing'/></filter>"""
    return ResourceObservation(KIND_OF["nwfilters"], uuid, xml)


def _secret() -> ResourceObservation:
    xml = f"""<secret ephemeral='no' private='yes'><uuid>{CEPH_SECRET}</uuid>
<usage type='ceph'><name>client.libvirt secret</name></usage></secret>"""
    return ResourceObservation(KIND_OF["secrets"], CEPH_SECRET, xml)
