"""Shared memory in one line."""

import pytest

import schema
from tests.schema.devices import described


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        (
            "<shmem name='sim' role='peer'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>",
            "sim, ivshmem-plain, 4 MiB, peer",
        ),
        ("<shmem name='sim'><size>4194304</size></shmem>", "sim, 4 MiB"),
        (
            "<shmem name='sim'><model type='ivshmem-doorbell'/><server path='/run/sim'/><msi vectors='32'/></shmem>",
            "sim, ivshmem-doorbell, /run/sim",
        ),
        ("<shmem name='sim'><server/></shmem>", "sim, with a server"),
        ("<shmem/>", "shmem"),
    ],
)
def test_summary(xml: str, line: str) -> None:
    assert described(xml) == line


def test_an_empty_server_is_told_from_none() -> None:
    definition = schema.domain_from_xml("<domain><devices><shmem name='a'><server/></shmem></devices></domain>")
    (device,) = definition["devices"]["shmems"]
    assert device == {"id": "shmem/a", "kind": "SHMEM", "name": "a", "server": {}}
