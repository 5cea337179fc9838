"""What devices and the domain of a VM name within it: a controller, an I/O thread, each other.

Nothing of this is stored: a definition alone says it, so it is worked out when it is asked for.
"""

from collections.abc import Iterable
from functools import cache

from .device import DEVICES
from .edges import ANSWERS, SPACES, answers_of, edges_of, key, owners
from .element import Document
from .tree import controller_numbers

DOMAIN_PATHS = (
    "cpu.numa.cells.id",
    "iothreads",
    "iothreadIds.id",
    "os.smbios",
    "qemuOverrides.alias",
    "sysinfos.kind",
    "throttleGroups.groupName",
)
"""What links are made from below `domain`, beside all of the devices; a definition may lack everything else."""


def local_links(definition: Document) -> list[Document]:
    """What is named within a VM: `{role, key, device, target, missing}`.

    `device` is the id of the device that names something; it is left out where the domain does. `target` is the id of
    the device that answers; it is left out where a part of the domain does, or nobody. `missing` is there, and true,
    where something should answer and nothing does. In the order of the devices, the domain last.
    """
    everybody = list(_numbered(definition))
    answering: dict[str, str] = {}
    for owner, tag, document in everybody:
        for answer in answers_of(tag):
            if answer.to.scope == "VM":
                for one in answer.keys(document, ""):
                    answering.setdefault(one, owner)  # of several the first, as libvirt looks them up
    found: dict[tuple[str, str, str], Document] = {}
    for owner, tag, document in everybody:
        for edge, row in edges_of(tag, within_vm=True):
            for name in row.names(document):
                one = key(name.space or row.to, name, "")
                if one in answering or not name.implied:
                    found.setdefault((owner, edge.role, one), _link(owner, edge.role, one, answering))
    return list(found.values())


def _link(owner: str, role: str, one: str, answering: dict[str, str]) -> Document:
    link: Document = {"role": role, "key": one}
    if owner:
        link["device"] = owner
    if target := answering.get(one):
        link["target"] = target
    elif one not in answering and SPACES[one.partition("|")[0]].name in _answered():
        link["missing"] = True
    return link


@cache
def _answered() -> frozenset[str]:
    """The spaces in which something answers; names in others are names and nothing else."""
    return frozenset(answer.to.name for answer in ANSWERS)


def _numbered(definition: Document) -> Iterable[tuple[str, str, Document]]:
    """Devices, with the numbers that libvirt gives controllers which have none, and the domain."""
    numbers = controller_numbers(definition.get("devices", {}).get(DEVICES["controller"].array, []))
    for owner, tag, document in owners(definition):
        yield owner, tag, {**document, "index": next(numbers)} if tag == "controller" else document
