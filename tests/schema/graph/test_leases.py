"""DHCP leases of networks, which libvirt tells beside their XML."""

import strawberry

from schema.host.network import DhcpLease
from server.collector.inventory import ResourceObservation
from tests.schema.graph.api import Api

LEASE = {
    "mac": "52:54:00:00:00:01",
    "ipAddress": "192.168.1.9",
    "prefix": 24,
    "hostname": "web",
    "clientId": "01:52:54:00:00:00:01",
    "expiresAt": 4102444800,
}


async def test_every_field_of_a_lease_is_answered(api: Api) -> None:
    seen = ResourceObservation("NETWORK", "uuid", "<network><name>lab</name></network>", {"leases": [LEASE]})
    await api.inventory.host_connecting("kvm", "qemu:///system")
    await api.inventory.resources_observed("kvm", "networks", [seen])
    data = await api.data(
        "{ resources(kind: NETWORK) { nodes { ... on Network {"
        " dhcpLeases { macAddress ipAddress prefix hostname clientId expiresAt } } } } }"
    )
    told = LEASE | {"macAddress": LEASE["mac"], "expiresAt": "2100-01-01T00:00:00+00:00"}
    del told["mac"]
    (network,) = data["resources"]["nodes"]
    assert network["dhcpLeases"] == [told]
    definition = strawberry.types.get_object_definition(DhcpLease, strict=True)
    assert len(LEASE) == len(definition.fields), "all fields are asked for"
