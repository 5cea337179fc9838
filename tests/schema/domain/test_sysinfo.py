"""What the guest reads about its hardware: entries by name, and the two shapes."""

from typing import Any

import schema
from schema.domain.sysinfo import SmbiosBaseBoard, SmbiosSystem
from tests.schema.asking import computed
from tests.shared import difference

XML = """<domain>
  <sysinfo type='smbios'>
    <bios/>
    <system><entry name='serial'>A1</entry><entry name='serial'>B2</entry><entry name='family'/></system>
    <baseBoard><entry name='product'>20BE</entry></baseBoard>
    <baseBoard><entry name='product'>20BF</entry><entry name='colour'>red</entry></baseBoard>
    <oemStrings><entry>myapp:some data</entry><entry></entry></oemStrings>
  </sysinfo>
  <sysinfo type='fwcfg'>
    <entry name='opt/com.example/name'>example value</entry>
    <entry name='opt/com.example/config' file='/tmp/provision.ign'/>
  </sysinfo>
  <sysinfo type='acpi'><table/></sysinfo>
</domain>"""


def sysinfos() -> Any:
    definition = schema.domain_from_xml(XML)
    assert difference(XML, schema.domain_to_xml(definition)) is None
    return definition["domain"]["sysinfos"]


def test_each_type_has_its_shape() -> None:
    smbios, fwcfg, other = sysinfos()
    assert [smbios["kind"], fwcfg["kind"], other["kind"], other["type"]] == ["smbios", "fwcfg", "other", "acpi"]
    assert smbios["bios"] == {}
    assert smbios["oemStrings"] == ["myapp:some data", ""]
    assert fwcfg["entries"] == [
        {"name": "opt/com.example/name", "value": "example value"},
        {"name": "opt/com.example/config", "file": "/tmp/provision.ign"},
    ]


def test_an_entry_is_found_by_its_name() -> None:
    smbios, *_ = sysinfos()
    system = [computed(SmbiosSystem, name, smbios["system"]) for name in ("serial", "family", "uuid")]
    assert system == ["A1", None, None]
    assert [computed(SmbiosBaseBoard, "product", board) for board in smbios["baseBoards"]] == ["20BE", "20BF"]
