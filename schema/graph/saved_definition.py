"""`SavedDefinition`: the definition of a VM inside a snapshot or checkpoint."""

import strawberry

from ..coverage import untyped_counts
from ..element import Document, derived
from .virtual_machine import DefinitionFields


@strawberry.type(description="The definition of a VM that a snapshot or checkpoint keeps: the VM as it was then.")
class SavedDefinition(DefinitionFields):
    """A definition that is part of a resource."""

    uuid: str | None = strawberry.field(description="UUID of the VM, by which its host knows it.")

    @derived(
        "XML paths of everything in `extra`, here and in all that is below, each once: "
        "`domain/devices/disk/driver/@news`. `…` stands for what the definition holds beyond 1,000 different ones."
    )
    def untyped(document: strawberry.Parent[Document]) -> list[str]:  # noqa: D102
        return [counted["path"] for counted in untyped_counts(document)]
