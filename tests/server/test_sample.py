"""The sample fleet, opened by libvirt's own test driver."""

import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import libvirt
import pytest
from lxml import etree

from schema import domain_from_xml, domain_to_xml, untyped
from schema.comparison import first_difference
from schema.devices import DEVICES
from server import sample
from server.collector.files import resource_kind
from server.collector.hosts import parse_hosts
from server.sample import fleet_uri, sample_hosts
from tests.hypervisor import missing

SAMPLE = Path(sample.__file__).parent
INSTALLER = "/srv/isos/debian-12.5.0-amd64-netinst.iso"
GOLDEN = "/srv/templates/debian-12-golden.qcow2"
DELETED = "/srv/templates/debian-11-golden.qcow2"
"""The template that the disk of ci-runner-0 lies over, which is gone."""
SCHEMAS = Path("/usr/share/libvirt/schemas")
TEST_DRIVER = "{http://libvirt.org/schemas/domain/test/1.0}"
MONITORS = " and ".join(f"source/host[@name='10.20.0.{n}'][@port='6789']" for n in (11, 12, 13))

Fleet = dict[str, etree._Element]


@pytest.fixture(scope="module")
def host() -> Iterator[libvirt.virConnect]:
    connection = libvirt.open(fleet_uri())
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def fleet(host: libvirt.virConnect) -> Fleet:
    return {domain.name(): etree.fromstring(domain.XMLDesc()) for domain in host.listAllDomains()}


def found(fleet: Fleet, path: str) -> set[str]:
    return {name for name, domain in fleet.items() if domain.xpath(path)}


def values(fleet: Fleet, path: str) -> list[str]:
    return [str(value) for domain in fleet.values() for value in domain.xpath(path)]


def files_in(folder: str) -> set[str]:
    return {file.stem for file in (SAMPLE / folder).glob("*.xml")}


def test_every_file_is_in_the_fleet_under_its_own_name(host: libvirt.virConnect, fleet: Fleet) -> None:
    assert set(fleet) == files_in("domains")
    assert len(fleet) >= 42
    assert {network.name() for network in host.listAllNetworks()} == files_in("networks")
    assert {pool.name() for pool in host.listAllStoragePools()} == files_in("pools")
    assert {interface.name() for interface in host.listAllInterfaces()} == files_in("interfaces")
    assert {device.name() for device in host.listAllDevices()} == files_in("devices")


def test_most_run_and_some_do_not(host: libvirt.virConnect) -> None:
    states = Counter(domain.state()[0] for domain in host.listAllDomains())
    assert states[libvirt.VIR_DOMAIN_RUNNING] >= 40
    assert states[libvirt.VIR_DOMAIN_SHUTOFF] >= 3
    assert states[libvirt.VIR_DOMAIN_PAUSED] >= 2
    assert [domain.name() for domain in host.listAllDomains() if not domain.isPersistent()] == ["install-test"]


def test_identities_are_fixed_and_unique(host: libvirt.virConnect) -> None:
    written = {file.stem: etree.parse(file).findtext("uuid") for file in (SAMPLE / "domains").glob("*.xml")}
    assert {domain.name(): domain.UUIDString() for domain in host.listAllDomains()} == written
    assert len(set(written.values())) == len(written)


def said(domain: etree._Element) -> Counter[tuple[str, str]]:
    """Every element with its text and every attribute with its value, by path; the test driver's own words left out."""
    facts: Counter[tuple[str, str]] = Counter()

    def read(element: etree._Element, above: str) -> None:
        if isinstance(element.tag, str) and not element.tag.startswith(TEST_DRIVER):
            path = f"{above}/{element.tag}"
            facts[path, (element.text or "").strip()] += 1
            facts.update((f"{path}/@{name}", value) for name, value in element.attrib.items())
            for child in element:
                read(child, path)

    read(domain, "")
    return facts


def test_libvirt_keeps_all_that_is_written(fleet: Fleet) -> None:
    written = {file.stem: said(etree.parse(file).getroot()) for file in (SAMPLE / "domains").glob("*.xml")}
    assert min(map(len, written.values())) > 40
    assert {name: lost for name, facts in written.items() if (lost := facts - said(fleet[name]))} == {}


def test_every_machine_is_valid(fleet: Fleet) -> None:
    if not SCHEMAS.is_dir():
        missing(str(SCHEMAS))
    schema = etree.RelaxNG(etree.parse(SCHEMAS / "domain.rng"))
    assert {name: str(schema.error_log) for name, domain in fleet.items() if not schema.validate(domain)} == {}


def test_every_part_of_every_machine_has_a_field(fleet: Fleet) -> None:
    for name, domain in fleet.items():
        assert '"extra"' not in json.dumps(domain_from_xml(etree.tostring(domain))), name


def test_kinds_of_machines(fleet: Fleet) -> None:
    machines = {re.sub(r"-[\d.]+$", "", machine) for machine in values(fleet, "os/type/@machine")}
    assert machines >= {"pc-q35", "pc-i440fx", "virt", "s390-ccw-virtio", "pseries", "microvm"}
    architectures = set(values(fleet, "os/type/@arch"))
    assert architectures == {"x86_64", "i686", "aarch64", "s390x", "ppc64le", "riscv64"}
    assert set(values(fleet, "@type")) == {"kvm", "qemu"}


def test_kinds_of_devices(fleet: Fleet) -> None:
    kinds = {device.tag for domain in fleet.values() for device in domain.iterfind("devices/*")} - {"emulator"}
    assert DEVICES.keys() - kinds == {"crypto", "pstore"}, "kinds that the oldest test driver in use does not know"


@pytest.mark.parametrize(
    ("least", "path"),
    [
        pytest.param(8, "os/nvram", id="UEFI with nvram"),
        pytest.param(1, "os/loader[@secure='yes']", id="Secure Boot"),
        pytest.param(1, "features/hyperv/relaxed and devices/tpm/backend[@version='2.0']", id="Windows 11"),
        pytest.param(3, "devices/disk/source[contains(@file, 'virtio-win')]", id="virtio-win ISO"),
        pytest.param(8, f"devices/disk[@device='cdrom']/source[@file='{INSTALLER}']", id="shared installer ISO"),
        pytest.param(6, f"devices/disk/backingStore/source[@file='{GOLDEN}']", id="overlays of the golden image"),
        pytest.param(2, f"devices/disk/backingStore/backingStore/source[@file='{GOLDEN}']", id="overlays two deep"),
        pytest.param(2, "devices/disk[shareable]/source[contains(@dev, 'wwn-')]", id="shared cluster disk"),
        pytest.param(2, "devices/lease/key[. = 'erp-primary']", id="shared lease"),
        pytest.param(6, f"devices/disk[source/@protocol='rbd'][{MONITORS}]", id="RBD on one monitor list"),
        pytest.param(2, "devices/disk/source[@protocol='iscsi']", id="iSCSI"),
        pytest.param(1, "devices/disk/source[@protocol='nbd']", id="NBD"),
        pytest.param(5, "devices/disk[@type='volume']", id="disks from pools"),
        pytest.param(1, "devices/disk[@type='nvme']", id="NVMe"),
        pytest.param(2, "devices/disk/source/encryption", id="LUKS"),
        pytest.param(25, "devices/disk/driver[@cache='none']", id="cache none"),
        pytest.param(4, "devices/disk/driver[@cache='writeback']", id="cache writeback"),
        pytest.param(4, "devices/disk/driver[@cache='unsafe']", id="cache unsafe"),
        pytest.param(3, "devices/disk/driver[@cache='writethrough']", id="cache writethrough"),
        pytest.param(1, "devices/disk/driver[@cache='directsync']", id="cache directsync"),
        pytest.param(4, "devices/disk/target[@bus='scsi']", id="SCSI disks"),
        pytest.param(10, "devices/disk/target[@bus='sata']", id="SATA disks"),
        pytest.param(1, "devices/disk/target[@bus='usb']", id="USB disks"),
        pytest.param(2, "devices/disk[@device='disk']/target[@bus='ide']", id="IDE disks"),
        pytest.param(1, "devices/disk[@device='floppy']", id="floppies"),
        pytest.param(1, "devices/disk/driver/@iothread and cputune/iothreadpin", id="pinned iothreads"),
        pytest.param(2, "cpu/numa/cell[@id='1']", id="NUMA"),
        pytest.param(5, "memoryBacking/hugepages", id="huge pages"),
        pytest.param(4, "cputune/vcpupin", id="pinned vCPUs"),
        pytest.param(2, "devices/hostdev[@type='pci']/source/address[@bus='0x41'][@function='0x0']", id="one GPU, two"),
        pytest.param(2, "count(devices/hostdev[@type='pci']) = 2", id="GPU and audio functions"),
        pytest.param(2, "devices/hostdev[@type='mdev']", id="mediated devices"),
        pytest.param(2, "devices/hostdev[@type='usb']/source/vendor", id="USB by vendor"),
        pytest.param(1, "devices/hostdev[@type='usb']/source/address", id="USB by place"),
        pytest.param(1, "devices/hostdev[@type='scsi']", id="SCSI passthrough"),
        pytest.param(1, "count(devices/interface[@type='hostdev']) = 2", id="SR-IOV"),
        pytest.param(1, "devices/interface/teaming/@persistent = devices/interface/alias/@name", id="teaming"),
        pytest.param(2, "devices/interface[@type='vhostuser']", id="vhost-user"),
        pytest.param(2, "devices/interface/virtualport[@type='openvswitch']", id="Open vSwitch"),
        pytest.param(3, "devices/interface/vlan/tag", id="VLANs"),
        pytest.param(1, "devices/interface/bandwidth", id="bandwidth"),
        pytest.param(4, "devices/interface/filterref", id="network filters"),
        pytest.param(1, "devices/interface[@type='direct']", id="macvtap"),
        pytest.param(4, "devices/interface/source/@portgroup", id="portgroups"),
        pytest.param(3, "devices/filesystem/driver[@type='virtiofs']", id="virtiofs"),
        pytest.param(2, "devices/filesystem/source[@dir='/srv/ci/cache']", id="shared directory"),
        pytest.param(4, "devices/vsock/cid/@address", id="vsock"),
        pytest.param(2, "devices/shmem[@name='sim-state']", id="shared memory"),
        pytest.param(4, "devices/rng", id="random numbers"),
        pytest.param(4, "devices/watchdog", id="watchdogs"),
        pytest.param(15, "devices/memballoon[@model='virtio']", id="balloons"),
        pytest.param(
            3, "devices/graphics[@type='spice'] and devices/channel[@type='spicevmc']", id="SPICE with the agent"
        ),
        pytest.param(3, "devices/redirdev[@bus='usb']", id="USB redirection"),
        pytest.param(5, "devices/graphics[@type='vnc']", id="VNC"),
        pytest.param(3, "devices/serial[@type='tcp']", id="serial over TCP"),
        pytest.param(3, "devices/serial[@type='unix']", id="serial over a socket"),
        pytest.param(20, "devices/serial[@type='pty']", id="serial on a pty"),
        pytest.param(1, "devices/*/log", id="logged console"),
        pytest.param(3, "devices/panic", id="panic"),
        pytest.param(4, "devices/sound", id="sound"),
        pytest.param(5, "devices/input[@type='tablet']", id="tablets"),
        pytest.param(2, "devices/memory[@model='dimm']", id="dimm"),
        pytest.param(1, "devices/memory[@model='nvdimm']", id="nvdimm"),
        pytest.param(8, "metadata/*[local-name()='libosinfo']", id="libosinfo"),
        pytest.param(8, "metadata/*[namespace-uri()='http://fleet.example/xmlns/ops/1.0']", id="own metadata"),
        pytest.param(50, "title", id="titles"),
        pytest.param(4, "description", id="descriptions"),
        pytest.param(2, "launchSecurity[@type='sev']/policy", id="encrypted memory"),
        pytest.param(1, "launchSecurity[@type='sev']/policy[. = '0x0007']", id="encrypted registers (SEV-ES)"),
        pytest.param(1, "devices/memory[@model='virtio-mem']/target/requested", id="virtio-mem"),
        pytest.param(5, "devices/tpm", id="TPM"),
        pytest.param(3, "devices/tpm/backend[@type='emulator'][@version='2.0']", id="emulated TPM"),
        pytest.param(1, "devices/tpm/backend[@type='passthrough']", id="TPM of the host"),
        pytest.param(1, "devices/tpm/backend[@type='external']", id="TPM of another process"),
        pytest.param(3, "devices/iommu", id="IOMMU"),
        pytest.param(1, "devices/iommu[@model='smmuv3']", id="IOMMU of Arm"),
        pytest.param(1, "devices/nvram", id="NVRAM of pseries"),
        pytest.param(1, "devices/panic[@model='hyperv']", id="panic of Windows"),
        pytest.param(2, "devices/smartcard", id="smart cards"),
        pytest.param(1, "devices/smartcard[@mode='host']", id="smart card of the host"),
        pytest.param(1, "devices/graphics[@type='egl-headless']", id="drawing without a window"),
        pytest.param(1, "devices/audio[@type='alsa']/output/settings", id="sound of the host"),
        pytest.param(1, "devices/filesystem[@accessmode='mapped']", id="9p"),
        pytest.param(1, "devices/filesystem/binary/sandbox", id="virtiofs in a sandbox"),
        pytest.param(2, "features/hyperv/tlbflush", id="enlightenments"),
        pytest.param(1, "os[@firmware='efi']/firmware/feature[@name='secure-boot']", id="firmware chosen by features"),
        pytest.param(1, "cputune/quota", id="CPU bandwidth"),
        pytest.param(1, "cputune/cachetune/cache", id="share of the cache"),
        pytest.param(1, "memtune/hard_limit", id="memory limit"),
        pytest.param(1, "blkiotune/device", id="limits per block device"),
        pytest.param(2, "devices/disk/iotune", id="limits per disk"),
        pytest.param(2, "on_lockfailure[. = 'poweroff']", id="lost locks"),
        pytest.param(1, "genid", id="generation ID"),
        pytest.param(1, "keywrap/cipher", id="wrapped keys"),
        pytest.param(1, "perf/event", id="counters"),
        pytest.param(1, "resource/partition", id="cgroup"),
        pytest.param(1, "seclabel", id="security labels"),
        pytest.param(1, "sysinfo[@type='smbios']/oemStrings/entry", id="SMBIOS"),
        pytest.param(1, "sysinfo[@type='fwcfg']/entry/@file", id="fw_cfg"),
    ],
)
def test_scenarios(fleet: Fleet, least: int, path: str) -> None:
    machines = found(fleet, path)
    assert len(machines) >= least, sorted(machines)


def test_two_machines_share_a_mac_address_by_mistake(fleet: Fleet) -> None:
    owners = defaultdict(set)
    for name, domain in fleet.items():
        for mac in domain.xpath("devices/interface/mac/@address"):
            owners[mac].add(name)
    assert [names for names in owners.values() if len(names) > 1] == [{"web-2", "web-3"}]


def test_only_one_of_the_machines_that_name_a_pci_function_runs(host: libvirt.virConnect, fleet: Fleet) -> None:
    path = "devices/hostdev[@type='pci']/source/address[@bus='0x41'][@slot='0x00'][@function='0x0']"
    owners = found(fleet, path)
    assert len(owners) == 2
    assert sum(host.lookupByName(name).isActive() for name in owners) == 1


def test_every_network_and_volume_that_a_machine_names_exists(host: libvirt.virConnect, fleet: Fleet) -> None:
    for name, group in {
        (str(source.get("network")), source.get("portgroup"))
        for domain in fleet.values()
        for source in domain.iterfind("devices/interface/source[@network]")
    }:
        network = etree.fromstring(host.networkLookupByName(name).XMLDesc())
        assert group is None or group in network.xpath("portgroup/@name")
    for domain in fleet.values():
        for source in domain.iterfind("devices/disk/source[@pool]"):
            volume = host.storagePoolLookupByName(source.get("pool")).storageVolLookupByName(source.get("volume"))
            assert volume.info()[1] > 0


def test_every_image_in_a_pool_directory_is_a_volume(host: libvirt.virConnect, fleet: Fleet) -> None:
    paths = values(fleet, "devices/disk//source/@file") + values(fleet, "devices/disk/source/@dev[contains(., '/vg-')]")
    in_pools = [path for path in paths if re.match(r"/var/lib/libvirt/images/|/srv/(isos|templates)/|/dev/vg-", path)]
    assert len(in_pools) > 60
    assert in_pools.count(DELETED) == 1
    for path in set(in_pools) - {DELETED}:
        assert host.storageVolLookupByPath(path).path() == path


def test_passed_through_devices_are_node_devices(host: libvirt.virConnect, fleet: Fleet) -> None:
    devices = {device.name() for device in host.listAllDevices()}
    sources = [
        source
        for domain in fleet.values()
        for source in domain.xpath("devices/*[self::hostdev or self::disk or self::interface]/source/address[@bus]")
        if source.get("domain")
    ]
    assert len(sources) >= 8
    for source in sources:
        name = "pci_{}_{}_{}_{}".format(*(source.get(part)[2:] for part in ("domain", "bus", "slot", "function")))
        assert name in devices
    missing = set(values(fleet, "devices/hostdev/source/address/@uuid"))
    missing -= {name.removeprefix("mdev_").replace("_", "-") for name in devices}
    assert missing == {"4b20d080-1b54-4048-85b3-a6a62d165c02"}  # the one vgpu-desk-2 still names


def test_only_private_and_documentation_addresses() -> None:
    for file in SAMPLE.rglob("*.xml"):
        for text in re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", file.read_text()):
            address = ipaddress.ip_address(text)
            documented = address in ipaddress.ip_network("233.252.0.0/24")  # multicast for documentation
            assert address.is_private or documented, f"{file.name}: {text}"


def test_comments_tell_what_each_machine_shows() -> None:
    for file in SAMPLE.rglob("*.xml"):
        if file.name != "fleet.xml":
            assert file.read_text().startswith("<!-- "), file.name


def test_dumps_come_back_exactly_and_have_fields() -> None:
    kinds: Counter[str | None] = Counter()
    for file in (SAMPLE / "dumps").glob("*.xml"):
        kind = resource_kind(file.read_bytes())
        kinds[kind] += 1
        if kind is None:
            definition = domain_from_xml(file.read_bytes())
            assert first_difference(file.read_bytes(), domain_to_xml(definition)) is None, file.name
            assert untyped(definition) == [], file.name
    assert kinds[None] >= 10
    assert len(kinds) >= 12


def test_the_hosts_of_the_sample() -> None:
    fleet, lab = parse_hosts(sample_hosts())
    assert (fleet.id, fleet.uri) == ("sample", fleet_uri())
    assert (lab.id, lab.directory) == ("lab", SAMPLE / "dumps")


def test_a_directory_with_awkward_characters(tmp_path: Path) -> None:
    package = tmp_path / "50% späße #1 ?" / "server"
    shutil.copytree(SAMPLE, package / "sample", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").touch()
    code = """if True:
        import libvirt
        from pathlib import Path
        from urllib.parse import unquote
        from server.sample import fleet_uri, sample_hosts
        print(libvirt.open(fleet_uri()).numOfNetworks())
        print(len(list(Path(unquote(sample_hosts()[1].removeprefix("lab=files://"))).glob("*.xml"))))
    """
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert list(map(int, run.stdout.split())) == [len(files_in("networks")), len(files_in("dumps"))]
