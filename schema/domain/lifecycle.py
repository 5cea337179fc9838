"""`<on_poweroff>` and its kin, and `<pm>`: what happens when the guest stops, crashes or goes to sleep.

Source: libvirt's domain XML, "Events configuration" and "Power Management".
"""

from enum import Enum

from ..element import Element, attribute, element
from ..scalars import YesNo, word, words


@words
class LifecycleAction(Enum):
    """What libvirt does with a VM whose guest turns itself off or restarts."""

    DESTROY = word("destroy", "The VM ends and all its resources are released")
    RESTART = word("restart", "The VM ends and is started again as it is defined")
    PRESERVE = word("preserve", "The VM ends, its resources are kept for analysis")
    RENAME_RESTART = word("rename-restart", "The VM ends and is started again under a new name, with Xen only")


@words
class CrashAction(Enum):
    """What libvirt does with a VM whose guest has crashed."""

    DESTROY = word("destroy", "The VM ends and all its resources are released")
    RESTART = word("restart", "The VM ends and is started again as it is defined")
    PRESERVE = word("preserve", "The VM ends, its resources are kept for analysis")
    RENAME_RESTART = word("rename-restart", "The VM ends and is started again under a new name, with Xen only")
    COREDUMP_DESTROY = word("coredump-destroy", "The guest's memory is dumped, then the VM ends", since="0.8.4")
    COREDUMP_RESTART = word(
        "coredump-restart", "The guest's memory is dumped, then the VM is started again", since="0.8.4"
    )
    PRESERVE_RUNNING = word(
        "preserve-running",
        "The VM runs on, for a guest that dumps its memory and restarts by itself",
        since="12.6.0",
    )


@words
class LockFailureAction(Enum):
    """What libvirt does with a VM whose locks on its resources, such as disks, are lost."""

    POWEROFF = word("poweroff", "The VM is turned off at once")
    RESTART = word("restart", "The VM is turned off and started again, to take the locks anew")
    PAUSE = word("pause", "The VM is paused until someone resumes it")
    IGNORE = word("ignore", "The VM runs on as if nothing had happened")


@element
class PowerManagement(Element):
    """Which ACPI sleep states the firmware offers; a guest may still find other ways to sleep."""

    suspend_to_mem: YesNo | None = attribute(
        "Whether the guest is offered suspend to RAM (S3); the hypervisor's default applies where it is missing.",
        xml="enabled",
        within="suspend-to-mem",
    )
    suspend_to_disk: YesNo | None = attribute(
        "Whether the guest is offered suspend to disk, hibernation (S4); the hypervisor's default applies where it is "
        "missing.",
        xml="enabled",
        within="suspend-to-disk",
    )
