import pytest

import schema
from tests.schema.devices import described

CERTIFICATES = """<smartcard mode='host-certificates'>
  <certificate>cert1</certificate><certificate>cert2</certificate><certificate>cert3</certificate>
  <database>/etc/pki/nssdb/</database>
</smartcard>"""


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<smartcard/>", "smartcard"),
        ("<smartcard mode='host'/>", "host smartcard"),
        (CERTIFICATES, "host-certificates smartcard, cert1, cert2, cert3, /etc/pki/nssdb/"),
        ("<smartcard mode='passthrough' type='spicevmc'/>", "passthrough smartcard, spicevmc"),
        (
            "<smartcard mode='passthrough' type='unix'><source mode='bind' path='/run/card.sock'/></smartcard>",
            "passthrough smartcard, unix bind /run/card.sock",
        ),
    ],
)
def test_summary(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_each_mode_is_typed_whole() -> None:
    definition = schema.domain_from_xml(
        f"""<domain><devices>{CERTIFICATES}
          <smartcard mode='passthrough' type='tcp'>
            <source mode='bind' host='127.0.0.1' service='2001'/>
            <protocol type='raw'/><log file='/var/log/card' append='on'/>
            <target type='virtio' port='0'><model name='pci-serial'/></target>
            <acpi index='1' nodeset='0'/><alias name='smartcard0'/>
            <address type='ccid' controller='0' slot='0'/>
          </smartcard></devices></domain>"""
    )
    by_certificates, passed_on = schema.devices_of(definition)
    assert by_certificates["certificates"] == ["cert1", "cert2", "cert3"]
    assert by_certificates["database"] == "/etc/pki/nssdb/"
    assert passed_on["sources"] == [{"mode": "bind", "host": "127.0.0.1", "service": "2001"}]
    assert passed_on["address"] == {"kind": "ccid", "controller": 0, "slot": 0}
    assert schema.untyped(definition) == []
