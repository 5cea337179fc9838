"""What domain capabilities are called, and the shapes of their CPU modes."""

import pytest

import schema
from schema.host.feature_support import SgxSection
from schema.resource import called
from tests.schema.asking import computed

CAPABILITIES = """<domainCapabilities>
  <path>/usr/bin/qemu-system-x86_64</path><domain>kvm</domain><machine>pc-q35-7.2</machine><arch>x86_64</arch>
  <vcpu max='288'/><iothreads supported='yes'/>
  <os supported='yes'><enum name='firmware'/>
    <loader supported='yes'><value>/usr/share/OVMF/OVMF_CODE.fd</value>
      <enum name='type'><value>rom</value><value>pflash</value></enum></loader></os>
  <cpu>
    <mode name='maximum' supported='yes'><enum name='maximumMigratable'><value>on</value></enum></mode>
    <mode name='host-model' supported='yes'><model fallback='forbid'>EPYC</model><vendor>AMD</vendor></mode>
    <mode name='custom' supported='yes'>
      <model usable='yes' vendor='AMD' canonical='EPYC-v1'>EPYC</model>
      <model usable='no' vendor='Intel'>Broadwell</model>
      <blockers model='Broadwell'><feature name='hle'/><feature name='rtm'/></blockers>
    </mode>
    <mode name='telepathy' supported='no'/>
  </cpu>
</domainCapabilities>"""


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        (CAPABILITIES, "x86_64 pc-q35-7.2 kvm"),
        ("<domainCapabilities><domain>bhyve</domain><arch>x86_64</arch></domainCapabilities>", "x86_64 bhyve"),
        ("<domainCapabilities/>", None),
    ],
)
def test_the_name_says_what_it_is_about(xml: str, name: str | None) -> None:
    assert called(schema.resource_from_xml(xml)) == name


def test_a_cpu_mode_decides_what_is_said_of_it() -> None:
    document = schema.resource_from_xml(CAPABILITIES)
    maximum, host_model, custom, unheard_of = document["cpu"]["modes"]
    assert maximum["enums"] == [{"name": "maximumMigratable", "values": ["on"]}]
    assert host_model["model"] == {"name": "EPYC", "fallback": "forbid"}
    assert [model["name"] for model in custom["models"]] == ["EPYC", "Broadwell"]
    assert custom["blockers"] == [{"model": "Broadwell", "features": [{"name": "hle"}, {"name": "rtm"}]}]
    assert unheard_of == {"kind": "other", "name": "telepathy", "supported": False}


def test_a_setting_without_words_is_still_reported() -> None:
    os = schema.resource_from_xml(CAPABILITIES)["os"]
    assert os["enums"] == [{"name": "firmware"}]
    assert os["loader"] == {
        "supported": True,
        "enums": [{"name": "type", "values": ["rom", "pflash"]}],
        "paths": ["/usr/share/OVMF/OVMF_CODE.fd"],
    }


def test_memory_for_enclaves_in_bytes() -> None:
    assert computed(SgxSection, "bytes", {"node": 0, "size": 262144, "unit": "KiB"}) == 2**28


def test_later_releases_tell_the_defaults_of_enlightenments() -> None:
    document = schema.resource_from_xml(
        "<domainCapabilities><features><tdx supported='no'/><hyperv supported='yes'><defaults>"
        "<spinlocks>4095</spinlocks><tlbflush_extended>off</tlbflush_extended><vendor_id>Linux KVM Hv</vendor_id>"
        "</defaults></hyperv></features></domainCapabilities>"
    )
    assert schema.untyped(document) == []
    assert document["featureSupport"] == {
        "tdx": False,
        "hyperv": {
            "supported": True,
            "defaults": {"spinlocks": 4095, "tlbflushExtended": False, "vendorId": "Linux KVM Hv"},
        },
    }
