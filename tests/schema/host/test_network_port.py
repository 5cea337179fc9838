"""`schema.host.network_port` and `schema.host.nwfilter_binding`: what a running VM's interface got on the host."""

import pytest

import schema
from schema.element import Document
from schema.resource import called

OWNER = "<owner><name>web</name><uuid>d54df46f-1ab5-4a22-8618-4560ef5fac2c</uuid></owner>"


@pytest.mark.parametrize(
    ("xml", "plug"),
    [
        ("<plug type='network' bridge='virbr0'/>", {"kind": "network", "bridge": "virbr0"}),
        ("<plug type='bridge' bridge='br0'/>", {"kind": "bridge", "bridge": "br0"}),
        ("<plug type='direct' dev='eth0' mode='vepa'/>", {"kind": "direct", "dev": "eth0", "mode": "vepa"}),
        (
            "<plug type='hostdev-pci' managed='yes'><address bus='0x02' function='0x4'/></plug>",
            {"kind": "hostdev-pci", "managed": True, "address": {"bus": 2, "function": 4}},
        ),
        ("<plug type='wormhole'/>", {"kind": "other", "type": "wormhole"}),
    ],
)
def test_a_plug_has_the_shape_of_its_type(xml: str, plug: Document) -> None:
    port = schema.resource_from_xml(f"<networkport><uuid>5d74</uuid>{OWNER}<group>web1</group>{xml}</networkport>")
    assert port["plug"] == plug
    assert port["owner"]["name"] == "web"
    assert port["portgroup"] == "web1"
    assert called(port) == "5d74"
    assert schema.resource_from_xml(schema.resource_to_xml(port)) == port


def test_a_binding_is_called_by_its_device() -> None:
    binding = schema.resource_from_xml(
        f"<filterbinding>{OWNER}<portdev name='vnet0'/><filterref filter='clean-traffic'>"
        "<parameter name='IP' value='10.0.0.2'/><parameter name='IP' value='10.0.0.3'/></filterref></filterbinding>"
    )
    assert called(binding) == "vnet0"
    assert [one["value"] for one in binding["filterref"]["parameters"]] == ["10.0.0.2", "10.0.0.3"]
    assert called({"kind": "NWFILTER_BINDING"}) is None
