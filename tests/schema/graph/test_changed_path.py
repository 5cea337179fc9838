"""Paths by which changes are asked for."""

from itertools import pairwise

import pytest

from schema.changes.difference import difference, touched
from schema.definition import domain_from_xml
from schema.graph.changed_path import changed_path
from schema.graph.paths import LONGEST_PATH
from schema.resource import resource_from_xml
from tests.shared import corpus, needs_corpus


@pytest.mark.parametrize(
    "path",
    [
        "state", "name", "uuid", "error", "rawXml", "devices", "domain", "extra", "extra.value", "facts.active",
        "persistent", "devices.disks", "devices.disks.driver", "devices.disks.driver.cache",
        "devices.disks.source.kind", "devices.emulator", "devices.extra.name",
        "domain.memory.value", "domain.metadata", "domain.os.boots",
        "target.path", "capacity.value", "definition.devices.disks.target.dev",
    ],
)  # fmt: skip
def test_paths_that_changes_have(path: str) -> None:
    assert changed_path(path) == path


@pytest.mark.parametrize(
    ("path", "public"),
    [("devices.disks.source.hosts.0.port", "devices.disks.source.hosts.port"), ("devices.disks.3", "devices.disks")],
)
def test_places_in_lists_are_left_out(path: str, public: str) -> None:
    assert changed_path(path) == public


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("devices.disk", "at `devices.disk`: did you mean `disks`"),
        ("Devices", "at `Devices`: did you mean `devices`"),
        ("devices.disks.driver.cach", "at `devices.disks.driver.cach`: did you mean `cache`"),
        ("devices.disks.driver.cache.x", "at `devices.disks.driver.cache.x`; `devices.disks.driver` is a path."),
        ("name.first", "at `name.first`;"),
        ("disks", "at `disks`: did you mean"),
        ("", "at ``;"),
        ("..", "at ``;"),
        ("7", "at ``;"),
        ("devices..disks", "at `devices.`;"),
        ("x" * LONGEST_PATH, f"at `{'x' * 100}…`;"),
        ("x" * (LONGEST_PATH + 1), "`path` takes at most 500 characters"),
    ],
)
def test_paths_that_lead_nowhere(path: str, said: str) -> None:
    with pytest.raises(ValueError, match="`path`") as refused:
        changed_path(path)
    assert said in str(refused.value)


@needs_corpus
def test_whatever_can_change_can_be_asked_for() -> None:
    paths: set[str] = set()
    documents = [domain_from_xml(path.read_bytes()) for path in corpus()[::7]]
    for before, after in pairwise(documents):
        found = difference(before, after)
        assert found is not None
        paths.update(touched(found))
    assert len(paths) > 200
    assert {path for path in paths if changed_path(path) != path} == set()


def test_so_can_what_changes_in_resources() -> None:
    one = "<pool type='dir'><name>a</name><target><path>/a</path></target></pool>"
    other = "<pool type='netfs'><name>b</name><source><host name='h'/></source></pool>"
    before, after = ({**resource_from_xml(xml), "facts": {"active": xml is one}} for xml in (one, other))
    found = difference(before, after)
    assert found is not None
    paths = touched(found)
    assert {"name", "type", "facts.active", "target"} <= set(paths)
    assert [changed_path(path) for path in paths] == paths
