"""Memory modules in one line, and what tells them apart."""

import pytest

import schema
from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        ("<memory model='dimm'><target><size>524288</size><node>0</node></target></memory>", "dimm, 512 MiB, node 0"),
        (
            "<memory model='nvdimm'><source><path>/dev/dax0.0</path><pmem/></source><target><size unit='GiB'>2</size>"
            "<node>1</node><label><size unit='KiB'>128</size></label><readonly/></target></memory>",
            "nvdimm, 2 GiB, node 1, /dev/dax0.0, read-only",
        ),
        (
            "<memory model='virtio-mem'><target><size unit='GiB'>2</size><node>0</node>"
            "<requested unit='KiB'>1048576</requested></target></memory>",
            "virtio-mem, 1 GiB of 2 GiB, node 0",
        ),
        (
            "<memory model='virtio-mem'><target><size unit='GiB'>2</size><requested unit='GiB'>1</requested>"
            "<current unit='MiB'>512</current></target></memory>",
            "virtio-mem, 512 MiB of 2 GiB",
        ),
        (
            "<memory model='virtio-pmem' access='shared'><source><path>/tmp/pmem</path></source>"
            "<target><size unit='MiB'>512</size><address base='0x140000000'/></target></memory>",
            "virtio-pmem, 512 MiB, /tmp/pmem",
        ),
        ("<memory model='sgx-epc'><target/></memory>", "sgx-epc"),
        ("<memory/>", "memory"),
    ],
)
def test_summary(xml: str, line: str) -> None:
    assert described(xml) == line


def test_modules_are_told_apart_by_model_path_and_node() -> None:
    definition = schema.domain_from_xml(
        "<domain><memory>1</memory><devices>"
        "<memory model='dimm'><target><node>0</node></target></memory>"
        "<memory model='dimm'><target><node>1</node></target></memory>"
        "<memory model='dimm'><target><node>1</node></target></memory>"
        "<memory model='nvdimm'><source><path>/a</path></source><target><node>1</node></target></memory>"
        "</devices></domain>"
    )
    ids = [device["id"] for device in definition["devices"]["memoryDevices"]]
    assert ids == ["memory/dimm/0", "memory/dimm/1", "memory/dimm/1#2", "memory/nvdimm//a/1"]
    assert definition["domain"]["memory"] == {"value": 1}


def test_label_and_address_are_no_objects_of_their_own() -> None:
    definition = schema.domain_from_xml(
        "<domain><devices><memory><target><label><size unit='KiB'>128</size></label><address base='0x140000000'/>"
        "</target></memory></devices></domain>"
    )
    (device,) = definition["devices"]["memoryDevices"]
    assert device["target"] == {"labelSize": {"value": 128, "unit": "KiB"}, "base": 0x140000000}
