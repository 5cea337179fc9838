"""Which records meet a condition."""

from typing import Any

import pytest

from schema.changes.condition import ChangeCondition

VM = {
    "subject": "VM",
    "key": "kvm-07/web",
    "hostId": "kvm-07",
    "operation": "CHANGED",
    "devices": [{"device": "disk/vda", "kind": "DISK", "operation": "CHANGED"}],
    "persistent": {"devices": [{"device": "interface/1", "kind": "INTERFACE", "operation": "ADDED"}]},
    "touched": ["devices.disks.driver.cache", "devices.interfaces", "domain.cputune.vcpuPins.cpuset"],
}
POOL = {
    "subject": "RESOURCE",
    "key": "kvm-07/pool/lab",
    "hostId": "kvm-07",
    "operation": "REMOVED",
    "devices": [],
    "touched": ["kind", "name"],
}


def meets(**condition: Any) -> tuple[bool, bool]:
    """Whether the two records meet a condition."""
    given: dict[str, Any] = {
        name: frozenset(wanted) if isinstance(wanted, list) else wanted for name, wanted in condition.items()
    }
    one = ChangeCondition(**given)
    return one.matches(VM), one.matches(POOL)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, (True, True)),
        ({"subjects": ["VM"]}, (True, False)),
        ({"subjects": []}, (False, False)),
        ({"host_ids": ["kvm-07"]}, (True, True)),
        ({"host_ids": ["kvm-08"]}, (False, False)),
        ({"operations": ["REMOVED", "ADDED"]}, (False, True)),
        ({"vm_ids": ["kvm-07/web"]}, (True, False)),
        ({"vm_ids": ["kvm-07/pool/lab"]}, (False, False)),
        ({"resource_ids": ["kvm-07/pool/lab"]}, (False, True)),
        ({"resource_ids": ["kvm-07/pool/lab"], "vm_ids": ["kvm-07/web"]}, (True, True)),
        ({"resource_ids": ["kvm-07/web"], "vm_ids": ["kvm-07/pool/lab"]}, (False, False)),
        ({"device_kinds": ["DISK"]}, (True, False)),
        ({"device_kinds": ["INTERFACE"]}, (True, False)),
        ({"device_kinds": ["GRAPHICS"]}, (False, False)),
        ({"path": "devices"}, (True, False)),
        ({"path": "devices.disks"}, (True, False)),
        ({"path": "devices.disk"}, (False, False)),
        ({"path": "devices.disks.driver.cache"}, (True, False)),
        ({"path": "devices.disks.driver.cache.x"}, (True, False)),
        ({"path": "devices.disks.driver.c"}, (False, False)),
        ({"path": "devices.disks.driver.io"}, (False, False)),
        ({"path": "devices.interfaces.source.network"}, (True, False)),
        ({"path": "domain.cputune.vcpuPins.0.cpuset"}, (True, False)),
        ({"path": "domain.cputune.vcpuPins.0"}, (True, False)),
        ({"path": "name"}, (False, True)),
        ({"path": "name", "subjects": ["VM"]}, (False, False)),
        ({"path": ""}, (False, False)),
        ({"path": "."}, (False, False)),
    ],
)  # fmt: skip
def test_all_that_is_asked_for_must_hold(condition: dict[str, Any], expected: tuple[bool, bool]) -> None:
    assert meets(**condition) == expected
