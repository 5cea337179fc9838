"""`<iommufd>`: the kernel interface through which host devices reach the guest's memory.

Source: libvirt's domain XML, "Host Device IOMMUFD".
"""

from ..element import Element, attribute, element
from ..scalars import YesNo


@element
class Iommufd(Element):
    """Whether passed-through host devices use the kernel's IOMMUFD (`/dev/iommu`) to map the guest's memory."""

    enabled: YesNo | None = attribute(
        "Whether host devices are opened through IOMMUFD, unless a device's own `driver.iommufd` says otherwise."
    )
    fdgroup: str | None = attribute(
        "Name of a group of open file descriptors that a program handed to libvirt; `/dev/iommu` is taken from it "
        "instead of being opened by libvirt."
    )
