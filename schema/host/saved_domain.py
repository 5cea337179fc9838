"""What snapshots and checkpoints of a VM have in common: a point in time, and the VM's definition of then."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from ..definition import WholeDomain, definition_of, with_ids
from ..element import Document, child, derived, element, text_child
from ..resource import Resource
from ..scalars import Long

if TYPE_CHECKING:
    from ..graph.saved_definition import SavedDefinition

SAVED = Annotated["SavedDefinition", strawberry.lazy("schema.graph.saved_definition")] | None
"""What GraphQL shows of a whole domain inside a resource."""


DEFINITIONS = ("definition", "inactiveDefinition")
"""The keys under which snapshots and checkpoints keep whole domains."""


def saved_definition(resource: Document, key: str) -> Document | None:
    """The definition under a key of a resource; it knows the resource and the key, for its devices' sake."""
    domain = resource.get(key)
    return None if domain is None else {**definition_of(domain), "resource": resource, "key": key}


def saved(key: str) -> Callable[..., Any]:
    """The resolver of a field that holds a whole domain."""

    def resolve(document: strawberry.Parent[Document]) -> Any:
        return saved_definition(document, key)

    return resolve


def vms_of(owners: Sequence[Document], info: strawberry.Info[Any, Any]) -> Any:
    """The VM of each owner of devices, to be awaited where one must be read.

    None where a saved definition does not say whose it is, or the VM is gone.
    """
    # A VM, its other definition, which knows the VM, or a saved one, which knows by what name to find it.
    vms = [None if "resource" in owner else owner.get("vm", owner) for owner in owners]
    return _with_saved(vms, owners, info) if None in vms else vms


async def _with_saved(
    vms: Sequence[Document | None], owners: Sequence[Document], info: strawberry.Info[Any, Any]
) -> list[Document | None]:
    from ..graph.selection import Selected, vm_paths

    keys = [_key_of_vm(owner) if vm is None else None for vm, owner in zip(vms, owners, strict=True)]
    found = await info.context.loaders.resources.vms_named(keys, vm_paths(Selected.below(info)))
    return [vm or saved for vm, saved in zip(vms, found, strict=True)]


def _key_of_vm(definition: Document) -> str | None:
    """The key of the VM that a saved definition is of; None where the definition does not say."""
    from ..edges.keys import lower
    from ..edges.spaces import DOMAIN
    from ..edges.words import Name, key

    host_id = definition["resource"].get("hostId")
    called = lower(definition["uuid"]) if "uuid" in definition else f"name:{definition.get('name', '')}"
    return None if host_id is None or called == "name:" else key(DOMAIN, Name(called), host_id)


@element
class SavedDomain(Resource):
    """A point in the life of a VM that libvirt remembers."""

    name: str | None = text_child(
        "What tells it from others of the same VM; libvirt makes one up of the time where it is missing.",
        searchable=True,
    )
    description: str | None = text_child("What it is for, in somebody's words.")
    creation_time: Long | None = text_child("When it was made, in seconds since 1970 (UTC).")
    parent_name: str | None = text_child(
        "Name of the one before it, on which it builds; missing for the first.",
        xml="name",
        within="parent",
        searchable=True,
    )
    definition: WholeDomain | None = child(
        "The definition of the VM as it was made; old releases of libvirt kept only the VM's UUID.",
        xml="domain",
        resolver=saved("definition"),
        graphql_type=SAVED,
    )

    @derived("When it was made; null where that is not said, or lies beyond the year 9999.")
    def created_at(document: strawberry.Parent[Document]) -> datetime | None:  # noqa: D102
        try:
            return datetime.fromtimestamp(int(document["creationTime"]), UTC)
        except (KeyError, ValueError, OverflowError, OSError):
            return None

    @classmethod
    def settle(cls, document: Document) -> None:
        """Give the devices of the definitions their ids."""
        for key in DEFINITIONS:
            if key in document:
                with_ids(document[key])
