"""Ids of devices while a VM changes."""

import random

import schema

DISKS = [f"<disk type='file'><source file='/{n}'/><target dev='vd{n}'/></disk>" for n in "abcd"]
NICS = [
    "<interface type='bridge'><source bridge='br0'/><mac address='52:54:00:00:00:01'/></interface>",
    "<interface type='bridge'><source bridge='br0'/></interface>",
    "<interface type='bridge'><source bridge='br1'/></interface>",
    "<interface type='bridge'><source bridge='br2'/><address type='pci' bus='0x01' slot='0x02'/></interface>",
]


def definition(*devices: str) -> dict[str, object]:
    found: dict[str, object] = schema.domain_from_xml(f"<domain><devices>{''.join(devices)}</devices></domain>")
    return found


def ids(one: dict[str, object]) -> list[str]:
    return [device["id"] for device in schema.devices_of(one)]


def test_ids_come_from_natural_keys() -> None:
    one = definition(*DISKS[:2], NICS[0], "<controller type='usb' index='0'/>", "<memballoon model='virtio'/>")
    assert ids(one) == ["disk/vda", "disk/vdb", "controller/usb/0", "interface/52:54:00:00:00:01", "memballoon/#1"]


def test_devices_that_share_a_key_are_numbered() -> None:
    assert ids(definition(DISKS[0], DISKS[0], DISKS[0])) == ["disk/vda", "disk/vda#2", "disk/vda#3"]


def test_devices_without_a_key_are_numbered() -> None:
    assert ids(definition(NICS[1], NICS[2])) == ["interface/#1", "interface/#2"]


def test_a_host_device_is_known_by_its_address() -> None:
    xml = "<hostdev type='pci'><source><address domain='0' bus='4' slot='0' function='1'/></source></hostdev>"
    assert ids(definition(xml)) == ["hostdev/pci/0:4:0:1"]


def test_moving_devices_changes_no_id() -> None:
    before = definition(*DISKS, *NICS)

    def names(one: dict[str, object]) -> dict[str, str]:
        return {str((device.get("source"), device.get("mac"))): device["id"] for device in schema.devices_of(one)}

    for seed in range(20):
        devices = [*DISKS, *NICS]
        random.Random(seed).shuffle(devices)
        after = definition(*devices)
        schema.keep_identity(before, after)
        assert names(after) == names(before)


def test_removing_a_device_leaves_the_others_ids() -> None:
    before = definition(*NICS[1:])
    after = definition(*NICS[2:])
    schema.keep_identity(before, after)
    assert ids(after) == ids(before)[1:]


def test_a_new_device_takes_no_id_that_is_in_use() -> None:
    before = definition(*NICS[1:3])
    after = definition("<interface type='user'/>", *NICS[1:3])
    schema.keep_identity(before, after)
    assert ids(after)[1:] == ids(before)
    assert len(set(ids(after))) == 3


def test_a_changed_device_keeps_its_id_by_key_and_by_address() -> None:
    before = definition(DISKS[0], NICS[3])
    after = definition(
        "<disk type='block'><source dev='/dev/sda'/><target dev='vda'/></disk>",
        "<interface type='user'><address type='pci' slot='2' bus='1'/></interface>",
    )
    schema.keep_identity(before, after)
    assert ids(after) == ids(before)


def test_a_nic_that_changes_its_mac_keeps_its_id_by_address() -> None:
    address = "<address type='pci' bus='0x01' slot='0x02'/>"
    before = definition(f"<interface type='user'><mac address='a'/>{address}</interface>")
    after = definition(f"<interface type='user'><mac address='b'/>{address}</interface>")
    schema.keep_identity(before, after)
    assert ids(after) == ids(before) == ["interface/a"]
