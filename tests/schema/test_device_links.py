"""What is named within a VM, and who answers."""

from typing import Any

import pytest

import schema
from schema.device_links import DOMAIN_PATHS, local_links
from schema.edges import SPACES
from schema.element import Document
from schema.graph.link import PARTS
from tests.edges.case import Case, all_cases
from tests.shared import corpus, needs_corpus

CASES = [case for case in all_cases() if SPACES[case.key.partition("|")[0]].scope == "VM"]
IN_VM = [case for case in CASES if not case.owner.partition("/")[0].isupper()]


def links(devices: str, domain: str = "") -> list[tuple[str, str, str | None, bool]]:
    """Who names what, who answers, and whether somebody should."""
    definition = schema.domain_from_xml(f"<domain>{domain}<devices>{devices}</devices></domain>")
    return [
        (link.get("device", ""), link["key"], link.get("target"), link.get("missing", False))
        for link in local_links(definition)
    ]


@pytest.mark.parametrize("case", IN_VM, ids=str)
def test_links_of_the_cases(case: Case) -> None:
    (link,) = (
        one
        for one in local_links(schema.domain_from_xml(case.xml))
        if (one["role"], one.get("device", ""), one["key"]) == (case.role, case.owner, case.key)
    )
    assert link.get("target") == (case.answered if case.answered not in ("", "domain") else None)
    assert not (case.answered and link.get("missing"))


def test_the_kinds_of_parts_are_those_of_names() -> None:
    assert set(PARTS) == {space.kind for space in SPACES.values() if space.scope == "VM"}


def test_of_two_controllers_with_one_number_the_first_answers() -> None:
    disk = "<disk type='file'><target dev='sda' bus='scsi'/><address type='drive' controller='0'/></disk>"
    twice = "<controller type='scsi' index='0' model='{}'/>"
    found = links(twice.format("virtio-scsi") + twice.format("lsilogic") + disk)
    assert found == [("disk/sda", "controller||scsi:0", "controller/scsi/0", False)]


def test_a_companion_does_not_answer_though_it_comes_first() -> None:
    companion = "<controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/></controller>"
    master = "<controller type='usb' index='0' model='ich9-ehci1'/>"
    tablet = "<input type='tablet' bus='usb'><address type='usb' bus='0' port='2'/></input>"
    assert links(companion + master + tablet) == [
        ("controller/usb/0", "controller||usb:0", "controller/usb/0#2", False),
        ("input/tablet/usb", "controller||usb:0", "controller/usb/0#2", False),
    ]


def test_controllers_without_a_number_answer_to_the_one_that_libvirt_gives_them() -> None:
    disk = "<disk type='file'><target dev='sda' bus='scsi'/><address type='drive' controller='{}'/></disk>"
    controllers = "<controller type='scsi' index='0'/><controller type='scsi'/>"
    assert links(controllers + disk.format(1)) == [("disk/sda", "controller||scsi:1", "controller/scsi", False)]


def test_who_is_missing_and_what_is_only_a_name() -> None:
    disk = "<disk type='file'><driver iothread='3'/><target dev='vda'/><boot order='1'/></disk>"
    assert links(disk, "<iothreads>2</iothreads>") == [
        ("disk/vda", "boot||1", None, False),
        ("disk/vda", "iothread||3", None, True),
    ]
    assert links(disk, "<iothreads>3</iothreads>")[1] == ("disk/vda", "iothread||3", None, False)


def test_what_is_implied_is_there_or_was_not_meant() -> None:
    assert links("<sound model='ich9'/><redirdev bus='usb' type='tcp'/><console type='pty'/>") == []
    assert links("<sound model='ich9'><audio id='1'/></sound>") == [("sound/#1", "audio-backend||1", None, True)]


def projected(document: Any, paths: tuple[str, ...]) -> Document:
    """The document with these paths and nothing else, as MongoDB shows it."""
    if isinstance(document, list):
        return [projected(one, paths) for one in document]  # type: ignore[return-value]
    found: Document = {}
    for first in dict.fromkeys(path.partition(".")[0] for path in paths):
        below = tuple(rest for path in paths if path.startswith(f"{first}.") for rest in [path.partition(".")[2]])
        if first in document:
            inner = document[first]
            found[first] = projected(inner, below) if below and isinstance(inner, (dict, list)) else inner
    return found


@needs_corpus
def test_a_part_of_the_domain_is_enough() -> None:
    definitions = [schema.domain_from_xml(path.read_bytes()) for path in corpus("domain")]
    definitions += [schema.domain_from_xml(case.xml) for case in CASES]
    found = 0
    for definition in definitions:
        part = {**definition, "domain": projected(definition["domain"], DOMAIN_PATHS)}
        assert local_links(part) == local_links(definition)
        found += len(local_links(definition))
    assert found > len(definitions)
