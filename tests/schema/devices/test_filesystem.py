"""`schema.devices.filesystem`: directories of the host that the guest can mount."""

from typing import Any

import pytest

import schema
from schema.devices.filesystem import RamFilesystemSource
from tests.schema.asking import computed
from tests.schema.devices import described


def filesystem(xml: str) -> dict[str, Any]:
    """The document of one file system."""
    (device,) = schema.devices_of(schema.domain_from_xml(f"<domain><devices>{xml}</devices></domain>"))
    return device


@pytest.mark.parametrize(
    ("xml", "summary"),
    [
        (
            "<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv/share'/><target dir='share'/>"
            "<readonly/></filesystem>",
            "share, virtiofs mount, /srv/share, read-only",
        ),
        (
            "<filesystem type='mount'><driver type='virtiofs'/><source socket='/run/fs.sock'/><target dir='t'/>"
            "</filesystem>",
            "t, virtiofs mount, /run/fs.sock",
        ),
        (
            "<filesystem type='file'><driver type='loop' format='raw'/><source file='/a.img'/><target dir='/'/>"
            "</filesystem>",
            "/, loop file, /a.img",
        ),
        (
            "<filesystem type='ram'><source usage='64' units='MiB'/><target dir='/tmp'/></filesystem>",
            "/tmp, ram, 64 MiB",
        ),
        ("<filesystem type='ram'><source usage='64'/></filesystem>", "ram, 64 KiB"),
        ("<filesystem type='volume'><source pool='default' volume='root'/></filesystem>", "volume, default/root"),
        ("<filesystem type='template'><source name='centos'/><target dir='/'/></filesystem>", "/, template, centos"),
        ("<filesystem type='block'><source dev='/dev/sdb1'/></filesystem>", "block, /dev/sdb1"),
        ("<filesystem><source dir='/srv'/></filesystem>", "/srv"),
        ("<filesystem/>", "filesystem"),
    ],
)
def test_a_file_system_says_what_is_shared_and_under_which_name(xml: str, summary: str) -> None:
    assert described(xml) == summary


def test_a_file_system_without_a_type_is_a_directory() -> None:
    found = filesystem("<filesystem><source dir='/srv'/></filesystem>")
    assert found["source"] == {"kind": "mount", "dir": "/srv"}
    assert "type" not in found


def test_permissions_are_the_digits_of_chmod() -> None:
    found = filesystem("<filesystem type='mount' fmode='0640' dmode='750'/>")
    assert (found["fmode"], found["dmode"]) == (640, 750)
    assert found["spelling"] == {"fmode": "0640"}


def test_what_virtiofsd_is_told_lies_flat() -> None:
    found = filesystem(
        "<filesystem type='mount'><binary path='/usr/libexec/virtiofsd' xattr='on'><cache mode='always'/>"
        "<sandbox mode='chroot'/><lock posix='on' flock='off'/><thread_pool size='0'/><openfiles max='1000'/></binary>"
        "<idmap><uid start='0' target='100000' count='4294967295'/></idmap></filesystem>"
    )
    assert found["binary"] == {
        "path": "/usr/libexec/virtiofsd",
        "xattr": True,
        "cacheMode": "always",
        "sandboxMode": "chroot",
        "posixLocks": True,
        "flockLocks": False,
        "threadPoolSize": 0,
        "openFilesMax": 1000,
    }
    assert found["idmap"] == {"uids": [{"start": 0, "target": 100000, "count": 4294967295}]}


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ({"usage": 1024}, 1024 * 1024),
        ({"usage": 1024, "units": "MB"}, 1024 * 1000 * 1000),
        ({"usage": 1024, "units": "furlongs"}, None),
        ({}, None),
    ],
)
def test_a_file_system_in_memory_knows_its_limit_in_bytes(source: dict[str, Any], limit: int | None) -> None:
    assert computed(RamFilesystemSource, "usage_bytes", source) == limit
