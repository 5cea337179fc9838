import pytest

import schema
from tests.schema.devices import described

RULES = """<redirfilter>
  <usbdev class='0x08' vendor='0x15E1' product='8199' version='1.10' allow='yes'/>
  <usbdev class='-1' vendor='0x046d' product='-1' version='-1' allow='yes'/>
  <usbdev class='3' allow='no'/>
  <usbdev allow='no'/>
</redirfilter>"""


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        ("<redirfilter/>", "redirfilter"),
        ("<redirfilter><usbdev allow='yes'/></redirfilter>", "allow any"),
        (RULES, "allow class 08 15e1:2007 version 1.10, allow 046d:*, deny class 03, deny any"),
    ],
)
def test_summary(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_any_is_a_number_too() -> None:
    definition = schema.domain_from_xml(f"<domain><devices>{RULES}</devices></domain>")
    (redirfilter,) = schema.devices_of(definition)
    assert redirfilter["usbDevices"][1] == {
        "usbClass": -1,
        "vendor": 0x046D,
        "product": -1,
        "version": "-1",
        "allow": True,
    }
    assert schema.untyped(definition) == []
    del redirfilter["usbDevices"][0]["spelling"]
    redirfilter["usbDevices"][3]["usbClass"] = -1
    written = schema.domain_to_xml(definition)
    assert 'class="0x08" vendor="0x15e1" product="0x2007"' in written.replace("'", '"')
    assert written.count("-1") == 4
