"""Where a disk's data lives, in one line."""

import pytest

import schema
from schema.disk_source import location_text

NVME = "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>"


@pytest.mark.parametrize(
    ("kind", "source", "location"),
    [
        ("file", "<source file='/a.qcow2'/>", "/a.qcow2"),
        ("file", "<source startupPolicy='optional'/>", None),
        ("block", "<source dev='/dev/vg/a'/>", "/dev/vg/a"),
        ("dir", "<source dir='/srv/files'/>", "/srv/files"),
        ("vhostuser", "<source type='unix' path='/run/vhost.sock'/>", "/run/vhost.sock"),
        ("vhostvdpa", "<source dev='/dev/vhost-vdpa-0'/>", "/dev/vhost-vdpa-0"),
        ("ctl", "<source dev='/dev/cam/ctl'/>", "/dev/cam/ctl"),
        ("volume", "<source pool='default' volume='a.qcow2'/>", "default/a.qcow2"),
        ("nvme", f"<source type='pci' namespace='2'>{NVME}</source>", "nvme://0000:01:00.0/2"),
        ("nvme", "<source type='pci' namespace='2'/>", None),
        ("network", "<source protocol='nbd'><host name='nbd1'/></source>", "nbd://nbd1"),
        (
            "network",
            "<source protocol='https' name='/iso/a.iso'><host name='www' port='443'/></source>",
            "https://www:443/iso/a.iso",
        ),
        ("network", "<source protocol='rbd' name='pool/image'/>", "rbd:///pool/image"),
        (
            "network",
            "<source protocol='nbd' name='a'><host transport='unix' socket='/run/nbd'/></source>",
            "nbd+unix:///a?socket=/run/nbd",
        ),
        (
            "network",
            "<source protocol='nbd'><host transport='unix' socket='/run/nbd'/></source>",
            "nbd+unix:///?socket=/run/nbd",
        ),
        (
            "network",
            "<source protocol='gluster' name='v/a'><host transport='rdma' name='g1'/><host name='g2'/></source>",
            "gluster+rdma://g1,g2/v/a",
        ),
        ("network", "<source/>", None),
        ("later", "<source dev='/dev/later'/>", None),
    ],
)
def test_the_location_of_a_source(kind: str, source: str, location: str | None) -> None:
    definition = schema.domain_from_xml(f"<domain><devices><disk type='{kind}'>{source}</disk></devices></domain>")
    (disk,) = definition["devices"]["disks"]
    assert location_text(disk["source"]) == location


def test_a_namespace_is_read_in_either_base() -> None:
    definition = schema.domain_from_xml(
        "<domain><devices><disk type='nvme'><source namespace='0x10'/></disk>"
        "<disk type='nvme'><source namespace='4294967295'/></disk></devices></domain>"
    )
    assert [disk["source"]["namespace"] for disk in definition["devices"]["disks"]] == [16, 4294967295]
