"""`<features>`: a bare element switches a feature on, and each spelling comes back as it was."""

from typing import Any

import pytest

from tests.schema.asking import answer, stored


def features(xml: str) -> Any:
    """What is stored of these features, which must come back as they were."""
    return stored(f"<features>{xml}</features>")["features"]


@pytest.mark.parametrize(
    ("xml", "document"),
    [
        ("<acpi/><pae/>", {"acpi": True, "pae": True}),
        ("<apic/>", {"apic": {}}),
        ("<apic eoi='off'/>", {"apic": {"eoi": False}}),
        ("<gic/>", {"gic": {}}),
        ("<gic version='3'/>", {"gic": {"version": "3"}}),
        ("<hap/>", {"hap": {}}),
        ("<hap state='off'/>", {"hap": {"state": False}}),
        ("<smm><tseg unit='MiB'>48</tseg></smm>", {"smm": {"tseg": {"value": 48, "unit": "MiB"}}}),
        ("<virtualization/>", {"virtualization": {}}),
        ("<async-teardown/>", {"asyncTeardown": {}}),
        ("<async-teardown enabled='no'/>", {"asyncTeardown": {"enabled": False}}),
        ("<msrs unknown='ignore'/>", {"unknownMsrs": "ignore"}),
        ("<hyperv mode='passthrough'/>", {"hyperv": {"mode": "passthrough"}}),
        ("<kvm/><xen/><tcg/><hpt/>", {"kvm": {}, "xen": {}, "tcg": {}, "hpt": {}}),
    ],
)
def test_each_spelling_of_a_feature_comes_back(xml: str, document: Any) -> None:
    assert features(xml) == document


def test_enlightenments_are_values_or_objects_of_their_own() -> None:
    hyperv = features(
        "<hyperv mode='custom'><relaxed state='on'/><vapic state='off'/><spinlocks state='on' retries='4294967295'/>"
        "<stimer><direct state='on'/></stimer><vendor_id state='on' value=''/>"
        "<tlbflush state='on'><direct state='on'/><extended state='off'/></tlbflush></hyperv>"
    )["hyperv"]
    assert hyperv == {
        "mode": "custom",
        "relaxed": True,
        "vapic": False,
        "spinlocks": {"state": True, "retries": 4294967295},
        "stimer": {"direct": True},
        "vendorId": {"state": True, "value": ""},
        "tlbflush": {"state": True, "direct": True, "extended": False},
    }


def test_a_container_keeps_or_loses_capabilities() -> None:
    xml = "<capabilities policy='deny'><mknod state='on'/><sys_chroot state='off'/></capabilities>"
    assert features(xml) == {"capabilities": {"policy": "deny", "mknod": True, "sysChroot": False}}


@pytest.mark.parametrize(
    ("xml", "field", "on"),
    [
        ("<pmu/>", "pmu", True),
        ("<pmu state='on'/>", "pmu", True),
        ("<pmu state='off'/>", "pmu", False),
        ("<smm><tseg>48</tseg></smm>", "smm", True),
        ("<smm state='off'/>", "smm", False),
        ("<async-teardown/>", "asyncTeardown", True),
        ("<async-teardown enabled='no'/>", "asyncTeardown", False),
    ],
)
def test_a_feature_is_on_unless_it_is_switched_off(xml: str, field: str, on: bool) -> None:
    assert answer(f"<features>{xml}</features>", f"features {{ {field} {{ on }} }}") == {
        "features": {field: {"on": on}}
    }


def test_a_feature_that_is_not_listed_is_null() -> None:
    assert answer("<features/>", "features { acpi pmu { on } }") == {"features": {"acpi": None, "pmu": None}}


@pytest.mark.parametrize(
    ("xml", "selection", "size"),
    [
        ("<smm><tseg>48</tseg></smm>", "smm { tseg { bytes } }", 48 * 1024**2),
        ("<hpt><maxpagesize>64</maxpagesize></hpt>", "hpt { maxPageSize { bytes } }", 64 * 1024),
        ("<tcg><tb-cache unit='MiB'>128</tb-cache></tcg>", "tcg { tbCache { bytes } }", 128 * 1024**2),
    ],
)
def test_sizes_count_in_the_unit_that_libvirt_assumes(xml: str, selection: str, size: int) -> None:
    found = answer(f"<features>{xml}</features>", f"features {{ {selection} }}")
    while isinstance(found, dict):
        (found,) = found.values()
    assert found == size
