"""`<throttlegroups>`: limits on throughput that disks of the VM share by name.

Source: libvirt's domain XML, "Disk Throttle Group Management".
"""

from ..element import element, text_child
from ..iotune import IoTune


@element
class ThrottleGroup(IoTune):
    """Limits that every disk counts against whose throttle filters name the group.

    Since libvirt 11.2.0.
    """

    group_name: str | None = text_child(
        "Name of the group, by which the `throttleFilters` of disks refer to it; always given.",
        xml="group_name",
        searchable=True,
    )
