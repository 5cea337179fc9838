"""Storage pools: the shapes of their source, their namespaces, their names."""

import pytest

import schema
from schema.resource import called

RBD = """
<pool type='rbd' xmlns:ceph='http://libvirt.org/schemas/storagepool/rbd/1.0'>
  <source>
    <name>images</name>
    <host name='mon-1' port='6789'/>
    <host name='mon-2'/>
    <auth type='ceph' username='libvirt'><secret usage='ceph-libvirt'/></auth>
  </source>
  <refresh><volume allocation='capacity'/></refresh>
  <ceph:config_opts><ceph:option name='client_mount_timeout' value='45'/></ceph:config_opts>
</pool>
"""


def test_a_ceph_pool() -> None:
    pool = schema.resource_from_xml(RBD)
    assert pool == {
        "kind": "STORAGE_POOL",
        "type": "rbd",
        "source": {
            "kind": "rbd",
            "name": "images",
            "hosts": [{"name": "mon-1", "port": 6789}, {"name": "mon-2"}],
            "auth": {"type": "ceph", "username": "libvirt", "secret": {"usage": "ceph-libvirt"}},
        },
        "refreshedAllocation": "capacity",
        "rbdOptions": [{"name": "client_mount_timeout", "value": "45"}],
    }
    assert "rbd:option" in schema.resource_to_xml(pool)


def test_the_options_of_another_namespace_are_no_options_of_mount() -> None:
    pool = schema.resource_from_xml("<pool type='fs'><mount_opts><option name='sync'/></mount_opts></pool>")
    assert "mountOptions" not in pool
    assert schema.untyped(pool) == ["pool/mount_opts"]


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        ("<pool type='logical'><name>images</name><source><name>vg0</name></source></pool>", "images"),
        ("<pool type='logical'><source><name>vg0</name></source></pool>", "vg0"),
        ("<pool type='mpath'><source/></pool>", None),
    ],
)
def test_a_pool_without_a_name_is_called_as_its_source(xml: str, name: str | None) -> None:
    assert called(schema.resource_from_xml(xml)) == name


def test_a_pool_of_an_unknown_type_keeps_its_source() -> None:
    pool = schema.resource_from_xml("<pool type='tape'><name>t</name><source><reel number='3'/></source></pool>")
    assert (pool["type"], pool["source"]["kind"]) == ("tape", "other")
    assert schema.untyped(pool) == ["pool/source/reel"]
    assert "<reel number='3'/>" in schema.resource_to_xml(pool).replace('"', "'")
