"""`<iothreads>`, `<iothreadids>` and `<defaultiothread>`: threads of the hypervisor that serve disks.

Source: libvirt's domain XML, "IOThreads Allocation".
"""

from ..element import Element, attribute, child, element
from ..scalars import Long


@element
class IoThreadPolling(Element):
    """How long an I/O thread polls for new work before it sleeps; the hypervisor decides what is not given."""

    max: Long | None = attribute("Longest time in nanoseconds that the thread polls; 0 turns polling off.")
    grow: Long | None = attribute("Step by which a polling time that proves too short is raised; 0 never raises it.")
    shrink: Long | None = attribute("Step by which a polling time that proves too long is cut; 0 never cuts it.")
    weight: int | None = attribute(
        "How slowly the polling time follows the latest events, 0 to 63: the larger, the more gradual its changes. "
        "The hypervisor chooses for 0 or when it is missing.",
        since="12.7.0",
    )


@element
class IoThread(Element):
    """An I/O thread, a thread of the hypervisor that runs the requests of the disks assigned to it.

    Since libvirt 1.2.15.
    """

    id: int | None = attribute("Number that disks and controllers name the thread by, from 1.")
    thread_pool_min: int | None = attribute(
        "Worker threads that this I/O thread always keeps; may be 0. The hypervisor decides when it is missing.",
        xml="thread_pool_min",
        since="8.5.0",
    )
    thread_pool_max: int | None = attribute(
        "Worker threads that this I/O thread has at most, 1 or more. The hypervisor decides when it is missing.",
        xml="thread_pool_max",
        since="8.5.0",
    )
    poll: IoThreadPolling | None = child(
        "How long it polls for work before it sleeps, instead of the hypervisor's own times.", since="9.4.0"
    )


@element
class DefaultIoThread(Element):
    """The hypervisor's main event loop, which serves every device that has no I/O thread of its own.

    Since libvirt 8.5.0.
    """

    thread_pool_min: int | None = attribute(
        "Worker threads that the loop always keeps; worth setting for real-time guests only.", xml="thread_pool_min"
    )
    thread_pool_max: int | None = attribute(
        "Worker threads that the loop has at most; worth setting for real-time guests only.", xml="thread_pool_max"
    )
