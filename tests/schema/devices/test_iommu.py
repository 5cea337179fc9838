"""IOMMUs in one line, several in one VM, and the size of a granule."""

import pytest

import schema
from schema.devices.iommu import granule_size
from schema.element import Document
from schema.sizes import bytes_of
from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        ("<iommu model='intel'/>", "intel IOMMU"),
        (
            "<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='48'/></iommu>",
            "intel IOMMU, interrupt remapping, 48 address bits",
        ),
        ("<iommu model='intel'><driver intremap='off' aw_bits='0x30'/></iommu>", "intel IOMMU, 48 address bits"),
        ("<iommu model='amd'><driver passthrough='on' xtsup='on'/></iommu>", "amd IOMMU, passthrough"),
        (
            "<iommu model='smmuv3'><driver pciBus='0' accel='on'/></iommu>",
            "smmuv3 IOMMU, PCI controller 0, accelerated",
        ),
        ("<iommu model='virtio'><driver><granule mode='host'/></driver></iommu>", "virtio IOMMU, granule host"),
        (
            "<iommu model='virtio'><driver><granule size='64' unit='KiB'/></driver></iommu>",
            "virtio IOMMU, granule 64 KiB",
        ),
        ("<iommu model='virtio'><driver><granule size='64'/></driver></iommu>", "virtio IOMMU"),
        ("<iommu/>", "iommu"),
    ],
)
def test_summary(xml: str, line: str) -> None:
    assert described(xml) == line


def test_several_in_one_vm_are_told_apart_by_their_bus() -> None:
    definition = schema.domain_from_xml(
        "<domain><devices><iommu model='smmuv3'><driver pciBus='1'/></iommu>"
        "<iommu model='smmuv3'><driver pciBus='2'/></iommu></devices></domain>"
    )
    assert [device["id"] for device in definition["devices"]["iommus"]] == ["iommu/1", "iommu/2"]


@pytest.mark.parametrize(
    ("granule", "size"),
    [({"size": 64, "unit": "KiB"}, 65536), ({"size": 64}, None), ({"mode": "host"}, None)],
)
def test_the_size_of_a_granule_in_bytes(granule: Document, size: int | None) -> None:
    assert bytes_of(granule_size(granule)) == size


def test_what_libvirt_12_7_added_is_typed() -> None:
    definition = schema.domain_from_xml(
        "<domain><devices><iommu model='smmuv3'><driver accel='on' ats='on' ril='off' ssidsize='8' oas='44' "
        "cmdqv='on'/></iommu></devices></domain>"
    )
    assert schema.untyped(definition) == []
    assert definition["devices"]["iommus"][0]["driver"] == {
        "accel": True,
        "ats": True,
        "ril": False,
        "ssidsize": 8,
        "oas": 44,
        "cmdqv": True,
    }
