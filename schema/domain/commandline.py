"""`<qemu:commandline>`, `<bhyve:commandline>`, `<xen:commandline>`: arguments that libvirt passes on as they are.

Source: libvirt's driver pages for QEMU ("Pass-through of arbitrary qemu commands"), bhyve and Xen.
"""

import shlex

import strawberry

from ..element import Document, Element, attribute, children, derived, element


@element
class CommandlineArgument(Element):
    """One argument for the hypervisor's program."""

    value: str | None = attribute("The argument as the program gets it, such as `-device`.", searchable=True)


@element
class EnvironmentVariable(Element):
    """An environment variable of the hypervisor's program."""

    name: str | None = attribute("Name of the variable, such as `QEMU_MODULE_DIR`.", searchable=True)
    value: str | None = attribute("What the variable is set to; empty when it is missing.", secret=True)


@element
class Commandline(Element):
    """Arguments for the hypervisor's program besides those that libvirt makes up itself."""

    @derived("The arguments in one line, quoted as for a shell.")
    def line(document: strawberry.Parent[Document]) -> str:  # noqa: D102
        return shlex.join(argument.get("value", "") for argument in document.get("arguments", ()))


@element
class QemuCommandline(Commandline):
    """Arguments and environment for QEMU beyond what libvirt makes up; libvirt gives no guarantee for them.

    Since libvirt 0.8.3.
    """

    arguments: list[CommandlineArgument] | None = children("Further arguments for QEMU, in order.", xml="qemu:arg")
    environment: list[EnvironmentVariable] | None = children(
        "Further environment variables that QEMU is started with.", xml="qemu:env"
    )


@element
class BhyveCommandline(Commandline):
    """Arguments for bhyve beyond what libvirt makes up; libvirt gives no guarantee for them.

    Since libvirt 5.1.0.
    """

    arguments: list[CommandlineArgument] | None = children("Further arguments for bhyve, in order.", xml="bhyve:arg")


@element
class XenCommandline(Commandline):
    """Arguments for the QEMU that emulates devices for a Xen guest, beyond what libvirt makes up.

    Since libvirt 6.7.0.
    """

    arguments: list[CommandlineArgument] | None = children("Further arguments for QEMU, in order.", xml="xen:arg")
