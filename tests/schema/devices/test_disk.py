import pytest

import schema
from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<disk/>", "disk"),
        (
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/images/a.qcow2'/>"
            "<target dev='vda' bus='virtio'/></disk>",
            "vda, virtio disk, qcow2, /images/a.qcow2",
        ),
        (
            "<disk type='block' device='lun'><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/><shareable/></disk>",
            "sda, scsi lun, /dev/sdb, shareable",
        ),
        (
            "<disk type='file' device='cdrom'><driver type='raw'/><target dev='sdb' bus='sata'/><readonly/></disk>",
            "sdb, sata cdrom, raw, empty",
        ),
        (
            "<disk type='file' device='floppy'><source file='/f.img'/><target dev='fda'/><readonly/></disk>",
            "fda, floppy, /f.img, read-only",
        ),
        (
            "<disk type='network'><driver type='raw'/><source protocol='rbd' name='libvirt/web-3'>"
            "<host name='ceph1' port='6789'/><host name='2001:db8::2'/></source><target dev='vdb' bus='virtio'/>"
            "<transient/></disk>",
            "vdb, virtio disk, raw, rbd://ceph1:6789,[2001:db8::2]/libvirt/web-3, transient",
        ),
    ],
)
def test_the_summary_of_a_disk(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_what_is_newer_than_the_corpus_is_declared() -> None:
    xml = """<domain><devices>
      <disk type='ctl' model='usb-bot'>
        <driver name='qemu'>
          <statistics>
            <statistic interval='1'/><statistic interval='10'/>
            <latency-histogram><bin start='0'/><bin start='1000'/></latency-histogram>
            <latency-histogram type='read'><bin start='0'/></latency-histogram>
          </statistics>
        </driver>
        <source dev='/dev/cam/ctl'><reservations managed='yes' migration='no'/></source>
        <target dev='nvme0n1' bus='nvme' dpofua='on'/>
        <blockio discard_granularity='0'/>
      </disk>
    </devices></domain>"""
    definition = schema.domain_from_xml(xml)
    assert schema.untyped(definition) == []
    (disk,) = definition["devices"]["disks"]
    assert disk["driver"]["statistics"] == [{"interval": 1}, {"interval": 10}]
    assert disk["driver"]["latencyHistograms"] == [
        {"bins": [{"start": 0}, {"start": 1000}]},
        {"type": "read", "bins": [{"start": 0}]},
    ]
    assert disk["source"] == {
        "kind": "ctl",
        "dev": "/dev/cam/ctl",
        "reservations": {"managed": True, "migration": False},
    }
    assert disk["target"] == {"dev": "nvme0n1", "bus": "nvme", "dpofua": True}
    assert disk["blockio"] == {"discardGranularity": 0}
