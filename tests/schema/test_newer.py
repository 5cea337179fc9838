"""What libvirt's releases after 11.3 brought, what its schema forgets, and what only a running domain shows."""

import pytest

import schema
from schema.devices import DEVICES
from tests.conftest import Say
from tests.schema.claims import claimed
from tests.shared import difference

NEWER = """<domain type='kvm' xmlns:vmware='http://libvirt.org/schemas/domain/vmware/1.0'>
  <name>newer</name>
  <uuid>6f1c0000-0000-4000-8000-000000000001</uuid>
  <hwuuid>6f1c0000-0000-4000-8000-000000000002</hwuuid>
  <memory unit='KiB'>4194304</memory>
  <vcpu>8</vcpu>
  <iothreadids><iothread id='1'><poll max='32768' weight='5'/></iothread></iothreadids>
  <cputune>
    <memorytune vcpus='0-3' id='vcpus_0-3'><node id='0' bandwidth='60'/></memorytune>
    <energytune vcpus='0-3' id='vcpus_0-3'><monitor vcpus='0-3' id='energy'/></energytune>
  </cputune>
  <iommufd enabled='yes' fdgroup='iommu'/>
  <os>
    <type arch='aarch64' machine='virt-10.0'>hvm</type>
    <varstore path='/var/lib/libvirt/qemu/varstore/newer.json' template='/usr/share/qemu/vars.json'/>
  </os>
  <features><acpi/><virtualization state='on'/></features>
  <devices>
    <disk type='ctl' device='disk'>
      <driver name='bhyve'><statistics>
        <statistic interval='1'/><statistic interval='10'/>
        <latency-histogram type='read'><bin start='0'/><bin start='1000'/></latency-histogram>
      </statistics></driver>
      <source dev='/dev/cam/ctl'/>
      <blockio discard_granularity='0'/>
      <target dev='sda' bus='scsi' dpofua='off'/>
    </disk>
    <disk type='block' device='lun'>
      <source dev='/dev/sdc'><reservations managed='yes' migration='yes'/></source>
      <target dev='sdb' bus='scsi'/>
    </disk>
    <controller type='nvme' index='0'><serial>NVME-1</serial></controller>
    <filesystem type='volume' accessmode='passthrough'>
      <source pool='containers' volume='root'/><target dir='/'/>
    </filesystem>
    <interface type='user'><backend type='passt' hostname='alice' fqdn='alice.example.com'/>
      <ip family='ipv4' address='192.0.2.9'/><route gateway='192.0.2.1'/>
    </interface>
    <interface type='hostdev'><driver name='vfio' iommufd='yes'/>
      <source network='vfs' portgroup='fast' portid='6f1c0000-0000-4000-8000-000000000003'>
        <address type='usb' bus='0' port='2'/>
      </source>
    </interface>
    <interface type='bridge'>
      <source bridge='br0' macTableManager='kernel' network='lan' portgroup='fast'
              portid='6f1c0000-0000-4000-8000-000000000004'/>
    </interface>
    <interface type='network'>
      <source network='lan' bridge='virbr0' macTableManager='libvirt' mode='bridge'/>
    </interface>
    <interface type='direct'>
      <source dev='eth0' mode='bridge' bridge='br0' network='lan' portgroup='fast'
              portid='6f1c0000-0000-4000-8000-000000000005'/>
    </interface>
    <graphics type='vnc' wait='yes'/>
    <graphics type='vnc'><listen type='pigeon' address='loft'/></graphics>
    <graphics type='spice'><listen type='network' network='lan' address='192.0.2.1'/></graphics>
    <video><model type='virtio' device='virtio-vga' edid='off'/></video>
    <video><model/></video>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <driver name='vfio' iommufd='yes'/>
      <source startupPolicy='optional'><address domain='0x0000' bus='0x06' slot='0x02' function='0x0'/></source>
      <acpi nodeset='0-1'/>
    </hostdev>
    <hostdev mode='subsystem' type='usb'>
      <source startupPolicy='optional'><address bus='1' port='2.3'/></source>
    </hostdev>
    <memory model='virtio-mem'><driver iommu='on' ats='on' packed='off' page_per_vq='on'/>
      <target><size unit='KiB'>1048576</size><address base='0x100000000'/></target>
    </memory>
    <iommu model='amd'><driver passthrough='on' xtsup='on' pciBus='0'><granule size='64' unit='KiB'/></driver></iommu>
    <iommu model='smmuv3'>
      <driver accel='on' ats='on' ril='on' ssidsize='16' oas='44' cmdqv='on'><granule mode='host'/></driver>
    </iommu>
    <rng model='virtio'><backend model='dice'/></rng>
    <tpm model='tpm-crb'><backend type='abacus'/></tpm>
    <input type='tablet' bus='usb'><address type='pigeonhole'/></input>
  </devices>
  <sysinfo type='tea-leaves'/>
  <launchSecurity type='tdx'>
    <policy>0x0000000010000001</policy>
    <mrConfigId>id</mrConfigId><mrOwner>owner</mrOwner><mrOwnerConfig>config</mrOwnerConfig>
    <quoteGenerationService path='/var/run/qgs.socket'/>
  </launchSecurity>
  <vmware:moref>vm-61951</vmware:moref>
</domain>"""
"""Each item once, and words that nobody declared where a family may grow."""

UNHEARD_OF = "<domain type='kvm'><launchSecurity type='cloak'/></domain>"

PATHS = [
    "controller/@type",
    "controller/serial",
    "iommu/driver/@passthrough",
    "iommu/driver/@xtsup",
    "video/model/@type",
    "disk/blockio/@discard_granularity",
    "video/model/@edid",
    "interface/backend/@hostname",
    "interface/backend/@fqdn",
    "memory/driver/@iommu",
    "memory/driver/@ats",
    "memory/driver/@packed",
    "memory/driver/@page_per_vq",
    "disk/driver/statistics/statistic/@interval",
    "disk/target/@dpofua",
    "graphics/@wait",
    "iommu/driver/@pciBus",
    "disk/@type",
    "disk/source/@dev",
    "disk/driver/statistics/latency-histogram/@type",
    "disk/driver/statistics/latency-histogram/bin/@start",
    "disk/source/reservations/@migration",
    "hostdev/driver/@iommufd",
    "iommu/driver/granule/@size",
    "iommu/driver/granule/@unit",
    "iommu/driver/granule/@mode",
    "interface/route/@address",
    "filesystem/@type",
    "filesystem/source/@pool",
    "filesystem/source/@volume",
]
DOMAIN_PATHS = [
    "launchSecurity/mrConfigId",
    "launchSecurity/mrOwner",
    "launchSecurity/mrOwnerConfig",
    "launchSecurity/quoteGenerationService/@path",
    "hwuuid",
    "features/virtualization",
    "os/varstore/@path",
    "os/varstore/@template",
    "iommufd/@enabled",
    "iommufd/@fdgroup",
    "cputune/energytune/@vcpus",
    "cputune/energytune/monitor/@vcpus",
    "cputune/energytune/monitor/@id",
]


def test_every_newer_item_is_claimed(say: Say) -> None:
    paths = [f"domain/devices/{path}" for path in PATHS] + [f"domain/{path}" for path in DOMAIN_PATHS]
    unclaimed = [path for path in paths if not claimed(path)]
    say(f"newer than 11.3, or forgotten by its schema: {len(paths) - len(unclaimed)} of {len(paths)} claimed")
    assert unclaimed == []


def test_acpi_knows_nodes_on_every_device() -> None:
    assert [tag for tag in DEVICES if not claimed(f"domain/devices/{tag}/acpi/@nodeset")] == []


@pytest.mark.parametrize("xml", [NEWER, UNHEARD_OF])
def test_newer_items_are_typed_and_come_back(xml: str) -> None:
    definition = schema.domain_from_xml(xml)
    assert schema.untyped(definition) == []
    assert difference(xml, schema.domain_to_xml(definition)) is None
