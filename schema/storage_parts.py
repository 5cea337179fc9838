"""What storage pools and volumes have in common: permissions, times, stretches of a device."""

from datetime import UTC, datetime, timedelta

import strawberry

from .element import Document, Element, attribute, derived, element, text_child
from .scalars import Long


@element
class FilePermissions(Element):
    """Who may use a directory, file or device node of the host; what is there already tells its own."""

    mode: str | None = text_child(
        "Permissions as the octal digits of `chmod`: `0644`. Where it is missing, a new directory of a pool gets 0711 "
        "and a new volume 0600."
    )
    owner: Long | None = text_child(
        "Number of the user that owns it, such as 107. The user of libvirt's daemon where it is missing or -1, which "
        "may also be written as 4294967295."
    )
    group: Long | None = text_child("Number of the group that owns it, with the same exceptions as for `owner`.")
    label: str | None = text_child("Label of the host's security driver, an SELinux context for instance.")


def moment(written: str | None) -> datetime | None:
    """The time that `1341933637.273190990` stands for, to the microsecond; None where it is missing or no time."""
    seconds, _, fraction = (written or "").partition(".")
    try:
        second = datetime.fromtimestamp(int(seconds), UTC)
        return second + timedelta(microseconds=int(fraction.ljust(6, "0")[:6]))
    except (ValueError, OverflowError, OSError):
        return None


@element
class FileTimestamps(Element):
    """When a file was last used, as the host's file system tells it. Since libvirt 0.10.0."""

    atime: str | None = text_child("Last access in seconds since 1970, to the nanosecond: `1341933637.273190990`.")
    btime: str | None = text_child("Birth of the file in seconds since 1970, where the file system keeps it.")
    ctime: str | None = text_child("Last change of data, owner or permissions, in seconds since 1970.")
    mtime: str | None = text_child("Last change of the data in seconds since 1970, to the nanosecond.")

    @derived("The last access (`atime`) as a date and time.")
    def accessed_at(document: strawberry.Parent[Document]) -> datetime | None:  # noqa: D102
        return moment(document.get("atime"))

    @derived("When the file was made (`btime`), where the file system keeps it.")
    def created_at(document: strawberry.Parent[Document]) -> datetime | None:  # noqa: D102
        return moment(document.get("btime"))

    @derived("The last change of data, owner or permissions (`ctime`) as a date and time.")
    def changed_at(document: strawberry.Parent[Document]) -> datetime | None:  # noqa: D102
        return moment(document.get("ctime"))

    @derived("The last change of the data (`mtime`) as a date and time.")
    def modified_at(document: strawberry.Parent[Document]) -> datetime | None:  # noqa: D102
        return moment(document.get("mtime"))


def length_of(extent: Document) -> Long | None:
    """The bytes of a stretch of a device; None where one of its ends is missing."""
    if "start" not in extent or "end" not in extent:
        return None
    return Long(int(extent["end"]) - int(extent["start"]))


@element
class DeviceExtent(Element):
    """A stretch of a block device, measured in bytes from the device's start."""

    start: Long | None = attribute("Byte of the device that the stretch begins with.")
    end: Long | None = attribute("Byte of the device that follows the stretch.")

    @derived("The length of the stretch in bytes; null where one of its ends is missing.")
    def bytes(document: strawberry.Parent[Document]) -> Long | None:  # noqa: D102
        return length_of(document)
