"""`<cpu>`: the room that a topology has, and what must not get lost."""

import pytest

from tests.schema.asking import answer, stored


@pytest.mark.parametrize(
    ("attributes", "vcpus"),
    [
        ("sockets='2' cores='4' threads='2'", 16),
        ("sockets='1' dies='2' clusters='3' cores='4' threads='1'", 24),
        ("sockets='2147483647' cores='1024' threads='1'", 2147483647 * 1024),
        ("sockets='2' threads='2'", None),
        ("sockets='2' cores='many' threads='2'", None),
    ],
)
def test_a_topology_has_room_for_so_many_virtual_cpus(attributes: str, vcpus: int | None) -> None:
    found = answer(f"<cpu><topology {attributes}/></cpu>", "cpu { topology { vcpus } }")
    assert found == {"cpu": {"topology": {"vcpus": vcpus}}}


def test_an_empty_cpu_is_no_missing_one() -> None:
    assert stored("<cpu/>") == {"cpu": {}}
    assert stored("") == {}


def test_a_model_without_a_name_keeps_what_it_says() -> None:
    assert stored("<cpu mode='host-model'><model fallback='forbid'/></cpu>") == {
        "cpu": {"mode": "host-model", "model": {"fallback": "forbid"}}
    }


def test_a_word_that_libvirt_does_not_know_is_kept() -> None:
    assert stored("<cpu mode='quantum'/>") == {"cpu": {"extra": [{"name": "mode", "value": "quantum"}]}}
