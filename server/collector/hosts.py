"""What an operator writes to name a host: `URI` or `name=URI`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

FILES = "files"
DRIVERS_NAMED_BY_PATH = frozenset({"bhyve", "ch", "lxc", "openvz", "parallels", "qemu", "test", "vbox", "vz"})
DRIVERS_NAMED_BY_HOST = frozenset({"esx", "gsx", "hyperv", "vpx", "xen"})
TRANSPORTS = frozenset({"ext", "libssh", "libssh2", "ssh", "tcp", "tls", "unix"})
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class HostError(ValueError):
    """A `--host` value that cannot be used; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Host:
    """One place domains live: a libvirt connection URI or a directory of XML dumps."""

    id: str
    """Short, stable and safe in URLs and keys."""
    uri: str
    """As libvirt takes it; never holds a password."""

    @property
    def directory(self) -> Path | None:
        """The directory of a `files://` host, none for a hypervisor."""
        parts = urlsplit(self.uri)
        return Path(unquote(parts.path)) if parts.scheme == FILES else None

    @property
    def test_node(self) -> Path | None:
        """The file that libvirt's test driver reads its domains from in this process, none for another host."""
        parts = urlsplit(self.uri)
        return Path(parts.path) if parts.scheme == "test" and not parts.netloc and parts.path != "/default" else None

    @property
    def in_process(self) -> bool:
        """Whether the driver runs in this process, where each connection may have a state of its own."""
        parts = urlsplit(self.uri)
        return parts.scheme == "test" and not parts.netloc

    @property
    def unattended_uri(self) -> str:
        """The URI to open: ssh must fail where it would ask someone at a terminal."""
        if not urlsplit(self.uri).scheme.endswith("+ssh") or "no_tty=" in self.uri:
            return self.uri
        return self.uri + ("&" if "?" in self.uri else "?") + "no_tty=1"


def parse_hosts(values: Iterable[str]) -> list[Host]:
    """Read several `--host` values; raises `HostError` for one that is wrong and for two hosts of one id."""
    hosts: dict[str, Host] = {}
    for value in values:
        host = parse_host(value)
        if other := hosts.get(host.id):
            raise HostError(
                f"Two hosts would be called {host.id!r} ({other.uri} and {host.uri}): write name=URI to part them."
            )
        hosts[host.id] = host
    return list(hosts.values())


def parse_host(value: str) -> Host:
    """Read one `URI` or `name=URI`; raises `HostError`."""
    name, equals, uri = value.strip().partition("=")
    if not equals or "://" in name:
        name, uri = "", value.strip()
    elif not NAME.fullmatch(name):
        raise HostError(
            f"The host name {name!r} may only have letters, digits, '.', '_' and '-', a letter or digit first."
        )
    try:
        parts = urlsplit(uri)
        secret = bool(parts.password) or any("pass" in key.lower() for key, _ in parse_qsl(parts.query))
    except ValueError as error:
        raise HostError(f"A host URI is malformed: {error}.") from None
    if secret:
        raise HostError(
            f"The URI of host {parts.hostname or parts.path!r} holds a password, which libvirt does not take there: "
            "put it in libvirt's auth.conf (https://libvirt.org/auth.html)."
        )
    if not parts.scheme or "://" not in uri:
        raise HostError(f"{uri!r} is not a host URI: write for example qemu:///system or files:///absolute/directory.")
    if parts.scheme == FILES:
        _check_directory(uri, parts)
    else:
        _check_driver(uri, parts)
    return Host(name or _derived_id(uri, parts), uri)


def _check_directory(uri: str, parts: SplitResult) -> None:
    if parts.netloc:
        raise HostError(f"{uri} is a relative path: write files:///absolute/directory, with three slashes.")
    if not parts.path.strip("/"):
        raise HostError(f"{uri} names no directory: write files:///absolute/directory.")
    if parts.query or parts.fragment:
        raise HostError(f"{uri} has '?' or '#' in its path: write them as %3F and %23.")


def _check_driver(uri: str, parts: SplitResult) -> None:
    driver, plus, transport = parts.scheme.partition("+")
    if driver not in DRIVERS_NAMED_BY_PATH | DRIVERS_NAMED_BY_HOST:
        raise HostError(
            f"{uri} has the unknown scheme {driver!r}: write a libvirt URI such as qemu:///system, or files:///directory."
        )
    if plus and transport not in TRANSPORTS:
        raise HostError(
            f"{uri} has the unknown transport {transport!r}: libvirt knows {', '.join(sorted(TRANSPORTS))}."
        )
    if driver in DRIVERS_NAMED_BY_PATH and not parts.path.strip("/"):
        raise HostError(f"{uri} has no path: write for example {parts.scheme}://{parts.netloc}/{_usual_path(driver)}.")


def _usual_path(driver: str) -> str:
    return "default" if driver == "test" else "system"


def _derived_id(uri: str, parts: SplitResult) -> str:
    path = Path(unquote(parts.path))
    words = parts.hostname or "-".join(word for word in (parts.scheme.partition("+")[0], path.stem) if word)
    derived = re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-._")
    if not derived:
        raise HostError(f"No name can be derived from {uri}: write name={uri}.")
    return derived
