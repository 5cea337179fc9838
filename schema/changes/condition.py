"""Which changes somebody wants to hear of."""

from dataclasses import dataclass

from ..element import Document
from .values import public_path


@dataclass(frozen=True, slots=True)
class ChangeCondition:
    """What a change record must meet; None where anything does, and all that is given must hold at once."""

    subjects: frozenset[str] | None = None
    """`VM` or `RESOURCE`."""
    host_ids: frozenset[str] | None = None
    vm_ids: frozenset[str] | None = None
    """Keys of VMs; with `resource_ids`, changes of any of both."""
    resource_ids: frozenset[str] | None = None
    operations: frozenset[str] | None = None
    """`ADDED`, `CHANGED` or `REMOVED`, of the VM or resource as a whole."""
    device_kinds: frozenset[str] | None = None
    """Kinds of devices of which one changed, came, went or moved."""
    path: str | None = None
    """`devices.disks.driver`: a change of it, of something in it, or of something whole that it is part of.

    It leads through lists without saying where; positions, as the paths of changes have them, are passed over.
    """

    def matches(self, record: Document) -> bool:
        """Whether a change record meets the condition."""
        return (
            (self.subjects is None or record["subject"] in self.subjects)
            and (self.host_ids is None or record["hostId"] in self.host_ids)
            and (self.operations is None or record["operation"] in self.operations)
            and self._is_of(record)
            and self._is_of_kinds(record)
            and self._is_at(record)
        )

    def _is_of(self, record: Document) -> bool:
        if self.vm_ids is None and self.resource_ids is None:
            return True
        wanted = self.vm_ids if record["subject"] == "VM" else self.resource_ids
        return wanted is not None and record["key"] in wanted

    def _is_of_kinds(self, record: Document) -> bool:
        if self.device_kinds is None:
            return True
        devices = (*record["devices"], *record.get("persistent", {}).get("devices", ()))
        return any(device["kind"] in self.device_kinds for device in devices)

    def _is_at(self, record: Document) -> bool:
        if self.path is None:
            return True
        path = public_path(self.path)
        return any(
            touched == path or touched.startswith(f"{path}.") or path.startswith(f"{touched}.")
            for touched in record["touched"]
        )
