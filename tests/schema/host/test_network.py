"""`schema.host.network`: virtual networks."""

from typing import Any

import pytest

import schema
from schema.host.network_ip import DhcpLeaseTime
from schema.resource import called
from tests.schema.asking import computed
from tests.shared import difference

OFFICE = """
<network xmlns:d='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>office</name>
  <forward mode='passthrough'><interface dev='eth1' connections='2'/></forward>
  <bridge delay='0'/>
  <portgroup name='guests' default='yes'><vlan><tag id='7'/></vlan></portgroup>
  <portgroup name='staff'/>
  <domain name='example.com' localOnly='yes'/>
  <dns><host ip='10.0.0.2'><hostname>a</hostname><hostname>b</hostname></host></dns>
  <ip address='10.0.0.1' prefix='8'><tftp root='/srv/tftp'/><dhcp/></ip>
  <d:options><d:option value='foo=bar'/></d:options>
</network>
"""


def test_a_network_is_one_document() -> None:
    network = schema.resource_from_xml(OFFICE)
    assert network == {
        "kind": "NETWORK",
        "name": "office",
        "forward": {"mode": "passthrough", "interfaces": [{"dev": "eth1", "connections": 2}]},
        "bridge": {"delay": 0.0},
        "portgroups": [{"name": "guests", "default": True, "vlan": {"tags": [{"id": 7}]}}, {"name": "staff"}],
        "dnsDomain": {"name": "example.com", "localOnly": True},
        "dns": {"hosts": [{"ip": "10.0.0.2", "hostnames": ["a", "b"]}]},
        "ips": [{"address": "10.0.0.1", "prefix": 8, "tftpRoot": "/srv/tftp", "dhcp": {}}],
        "dnsmasqOptions": [{"value": "foo=bar"}],
    }
    assert called(network) == "office"
    assert difference(OFFICE, schema.resource_to_xml(network)) is None


def test_options_of_dnsmasq_are_written_in_their_namespace() -> None:
    xml = schema.resource_to_xml({"kind": "NETWORK", "dnsmasqOptions": [{"value": "foo=bar"}]})
    assert 'xmlns:dnsmasq="http://libvirt.org/schemas/network/dnsmasq/1.0"' in xml
    assert '<dnsmasq:option value="foo=bar"/>' in xml


@pytest.mark.parametrize(
    ("lease", "seconds"),
    [
        ({"expiry": 2, "unit": "hours"}, 7200),
        ({"expiry": 120, "unit": "seconds"}, 120),
        ({"expiry": 3}, 180),
        ({"expiry": 0}, 0),
        ({"expiry": "18446744073709551615"}, 60 * (2**64 - 1)),
        ({}, None),
    ],
)
def test_a_lease_is_told_in_seconds(lease: dict[str, Any], seconds: int | None) -> None:
    assert computed(DhcpLeaseTime, "seconds", lease) == seconds
