"""`<resource>`: where the host accounts for what the VM uses.

Source: libvirt's domain XML, "Resource partitioning" and "Fibre Channel VMID".
"""

from ..element import Element, attribute, element, text_child


@element
class DomainResource(Element):
    """Where the host and its storage network account for what the VM uses."""

    partition: str | None = text_child(
        "Absolute path of the resource partition that the VM is placed in, such as `/virtualmachines/production`; it "
        "becomes a path of cgroups and must exist. The hypervisor's own default where it is missing.",
        searchable=True,
        since="1.0.5",
    )
    fibrechannel_appid: str | None = attribute(
        "Name of up to 128 bytes from which the kernel makes the VM's identifier (VMID) on a Fibre Channel network: "
        "for quality of service, access control and measurements of each VM.",
        xml="appid",
        within="fibrechannel",
        searchable=True,
        since="7.7.0",
    )
