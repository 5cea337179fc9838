import pytest

import schema
from schema.domain.commandline import QemuCommandline
from tests.schema.asking import computed, stored

QEMU = "http://libvirt.org/schemas/domain/qemu/1.0"
COMMANDLINE = {
    "arguments": [{"value": "-device"}, {"value": "a b"}, {"value": "-device"}],
    "environment": [{"name": "NS", "value": "ns"}, {"name": "BAR"}],
}


@pytest.mark.parametrize(
    "commandline",
    [
        "<qemu:commandline><qemu:arg value='-device'/><qemu:arg value='a b'/><qemu:arg value='-device'/>"
        "<qemu:env name='NS' value='ns'/><qemu:env name='BAR'/></qemu:commandline>",
        f"<commandline xmlns='{QEMU}'><arg value='-device'/><env name='NS' value='ns'/><arg value='a b'/>"
        "<env name='BAR'/><arg value='-device'/></commandline>",
    ],
)
def test_arguments_stay_in_order_whatever_the_prefix(commandline: str) -> None:
    assert stored(commandline, f"xmlns:qemu='{QEMU}'") == {"qemuCommandline": COMMANDLINE}


def test_elements_are_written_in_their_namespace_and_attributes_in_none() -> None:
    written = schema.domain_to_xml({"domain": {"type": "kvm", "qemuCommandline": COMMANDLINE}})
    assert f"xmlns:qemu='{QEMU}'" in written.replace('"', "'")
    assert '<qemu:arg value="a b"/>' in written
    assert '<qemu:env name="NS" value="ns"/>' in written


def test_a_command_line_of_another_namespace_is_no_command_line_of_ours() -> None:
    (piece,) = stored("<commandline><arg value='-x'/></commandline>")["extra"]
    assert piece["name"] == "commandline"
    (piece,) = stored("<qemu:commandline qemu:value='1'/>", f"xmlns:qemu='{QEMU}'")["qemuCommandline"]["extra"]
    assert piece == {"name": "value", "namespace": QEMU, "value": "1"}


def test_a_command_line_in_one_line() -> None:
    assert computed(QemuCommandline, "line", COMMANDLINE) == "-device 'a b' -device"
    assert computed(QemuCommandline, "line", {}) == ""


def test_what_is_told_of_qemu() -> None:
    assert stored(
        "<qemu:capabilities><qemu:add capability='blockdev'/><qemu:del capability='drive'/></qemu:capabilities>"
        "<qemu:override><qemu:device alias='ua-disk'><qemu:frontend><qemu:property name='p' type='signed' value='-3'/>"
        "<qemu:property name='q' type='remove'/></qemu:frontend></qemu:device><qemu:device alias='net0'/>"
        "</qemu:override><qemu:deprecation behavior='crash'/>",
        f"xmlns:qemu='{QEMU}'",
    ) == {
        "qemuCapabilities": {"added": [{"capability": "blockdev"}], "removed": [{"capability": "drive"}]},
        "qemuOverrides": [
            {
                "alias": "ua-disk",
                "frontendProperties": [
                    {"name": "p", "type": "signed", "value": "-3"},
                    {"name": "q", "type": "remove"},
                ],
            },
            {"alias": "net0"},
        ],
        "qemuDeprecation": "crash",
    }


def test_what_is_empty_is_still_there() -> None:
    assert stored("<qemu:override/><qemu:commandline/>", f"xmlns:qemu='{QEMU}'") == {
        "qemuCommandline": {},
        "spelling": {"qemu:override/": ""},
    }


def test_the_other_hypervisors() -> None:
    lxc = "xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'"
    assert stored("<lxc:namespace><lxc:sharenet type='netns' value='red'/></lxc:namespace>", lxc) == {
        "lxcNamespace": {"sharenet": {"type": "netns", "value": "red"}}
    }
    for prefix in ("bhyve", "xen"):
        uri = f"xmlns:{prefix}='http://libvirt.org/schemas/domain/{prefix}/1.0'"
        xml = f"<{prefix}:commandline><{prefix}:arg value='-S'/></{prefix}:commandline>"
        assert stored(xml, uri) == {f"{prefix}Commandline": {"arguments": [{"value": "-S"}]}}
    vmware = "xmlns:vmware='http://libvirt.org/schemas/domain/vmware/1.0'"
    xml = "<vmware:datacenterpath>folder/dc</vmware:datacenterpath><vmware:moref>vm-61951</vmware:moref>"
    assert stored(xml, vmware) == {"vmwareDatacenterPath": "folder/dc", "vmwareMoref": "vm-61951"}
