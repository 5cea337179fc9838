"""`schema.host.interface`: the host's own network interfaces."""

import schema
from schema.resource import called
from tests.shared import difference

BRIDGE = """
<interface type='bridge' name='br0'>
  <start mode='onboot'/>
  <protocol family='ipv4'><dhcp/><ip address='10.0.0.2' prefix='8'/><route gateway='10.0.0.1'/></protocol>
  <protocol family='ipv6'><autoconf/></protocol>
  <bridge stp='on' delay='0.50'>
    <interface type='bond' name='bond0'>
      <bond mode='active-backup'>
        <miimon freq='100'/>
        <interface type='ethernet' name='eth0'><link speed='1000' state='up'/></interface>
      </bond>
    </interface>
    <interface type='vlan' name='eth1.42'><vlan tag='42'><interface name='eth1'/></vlan></interface>
  </bridge>
</interface>
"""


def test_interfaces_stand_in_the_one_that_is_built_on_them() -> None:
    bridge = schema.resource_from_xml(BRIDGE)
    bond, vlan = bridge["bridge"]["interfaces"]
    assert bond["bond"]["interfaces"] == [{"type": "ethernet", "name": "eth0", "linkSpeed": 1000, "linkState": "up"}]
    assert vlan == {"type": "vlan", "name": "eth1.42", "vlan": {"tag": 42, "interface": "eth1"}}
    assert bridge["bridge"]["delay"] == 0.5
    assert bridge["startMode"] == "onboot"
    assert bridge["protocols"] == [
        {"family": "ipv4", "dhcp": {}, "ips": [{"address": "10.0.0.2", "prefix": 8}], "gateway": "10.0.0.1"},
        {"family": "ipv6", "autoconf": True},
    ]
    assert called(bridge) == "br0"
    assert difference(BRIDGE, schema.resource_to_xml(bridge)) is None
