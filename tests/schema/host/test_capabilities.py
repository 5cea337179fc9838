"""What is computed for the capabilities of a host, and what they are called."""

from typing import Any

import pytest

import schema
from schema.host.host_cpu import PagePool, PageSize
from schema.host.host_resctrl import HostCacheBank, HostCacheControl
from schema.resource import called
from tests.schema.asking import computed

HOST = """<capabilities><host>
  <uuid>6f1c0000-0000-4000-8000-000000000001</uuid>
  <cpu><arch>x86_64</arch><microcode version='4294967295'/><pages unit='KiB' size='2048'/></cpu>
  <power_management/>
  <topology><cells num='1'><cell id='0'>
    <memory unit='KiB'>32498112</memory>
    <pages unit='KiB' size='4'>6813808</pages><pages unit='KiB' size='2048'>16</pages>
    <cpus num='2'>
      <cpu id='0' socket_id='0' die_id='0' cluster_id='0' core_id='0' siblings='0-1'/>
      <cpu id='1' socket_id='0' die_id='0' cluster_id='0' core_id='0' siblings='0-1'/>
    </cpus>
  </cell></cells></topology>
  <cache><bank id='0' level='3' type='both' size='15' unit='MiB' cpus='0-1'>
    <control granularity='768' min='1536' unit='KiB' type='code' maxAllocs='8'/>
  </bank></cache>
</host>
<guest><os_type>hvm</os_type><arch name='i686'><wordsize>32</wordsize><domain type='kvm'/></arch></guest>
</capabilities>"""
"""A small host; its microcode is what a host sees that is itself a VM."""


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        (HOST, "6f1c0000-0000-4000-8000-000000000001"),
        ("<capabilities><host><cpu><arch>s390x</arch></cpu></host></capabilities>", "s390x"),
        ("<capabilities/>", None),
    ],
)
def test_a_host_is_called_by_its_uuid_or_architecture(xml: str, name: str | None) -> None:
    assert called(schema.resource_from_xml(xml)) == name


def test_power_management_without_any_way_to_sleep_is_not_unknown() -> None:
    assert schema.resource_from_xml(HOST)["powerManagement"] == {}
    assert "powerManagement" not in schema.resource_from_xml("<capabilities><host/></capabilities>")


def test_numbers_of_the_cpu_and_its_place() -> None:
    host = schema.resource_from_xml(HOST)
    assert host["cpu"]["microcodeVersion"] == 4294967295
    (cell,) = host["topology"]["cells"]
    assert (host["topology"]["cellCount"], cell["cpuCount"]) == (1, 2)
    assert cell["cpus"][1] == {"id": 1, "socketId": 0, "dieId": 0, "clusterId": 0, "coreId": 0, "siblings": "0-1"}


def test_a_guest_and_its_architecture_are_one() -> None:
    assert schema.resource_from_xml(HOST)["guests"] == [
        {"osType": "hvm", "arch": "i686", "wordSize": 32, "domains": [{"type": "kvm"}]}
    ]


def test_sizes_of_pages_and_caches_in_bytes() -> None:
    host = schema.resource_from_xml(HOST)
    small, huge = host["topology"]["cells"][0]["pages"]
    (bank,) = host["cache"]["banks"]
    assert computed(PageSize, "page_bytes", host["cpu"]["pages"][0]) == 2097152
    assert computed(PagePool, "page_bytes", huge) == 2097152
    assert computed(PagePool, "bytes", small) == 6813808 * 4096
    assert computed(HostCacheBank, "bytes", bank) == 15 * 2**20
    assert computed(HostCacheControl, "granularity_bytes", bank["controls"][0]) == 768 * 1024


@pytest.mark.parametrize("pool", [{}, {"size": 4}, {"size": 4, "unit": "barrels", "count": 1}])
def test_pages_of_unknown_size_or_number_have_no_bytes(pool: Any) -> None:
    assert computed(PagePool, "bytes", pool) is None
