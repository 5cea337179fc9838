"""Names of what disks are made of, wherever a source stands; and of volumes on servers, whoever names them."""

from typing import Any
from urllib.parse import urlsplit

from ..element import Document, value_at
from .keys import is_own, path, pci
from .spaces import CHARACTER, NETWORK_VOLUME, PATH, PCI, SOCKET, VOLUME
from .words import Name, Named

PORTS = {
    "ftp": 21, "ftps": 990, "gluster": 24007, "http": 80, "https": 443, "iscsi": 3260, "nbd": 10809, "nfs": 2049,
    "rbd": 6789, "sheepdog": 7000, "ssh": 22, "tftp": 69, "vxhs": 9999,
}  # fmt: skip
"""The ports that are meant where none is given."""

_VERBATIM = ("nbd", "rbd", "sheepdog", "vxhs")
"""Protocols whose names may well begin with a slash, or have none by chance."""


def network_volume(protocol: str, hosts: list[Document], name: str) -> Name:
    """Data on a server, or on servers that stand for one: `rbd://a:6789,b:6789/pool/image`.

    The servers are sorted. It is a name of the host alone where no server is given, which its own settings then
    say, or where the server is the host itself.
    """
    servers = sorted({_server(host, protocol) for host in hosts})
    alone = not servers or any("socket" in host or is_own(host.get("name")) for host in hosts)
    name = name if protocol in _VERBATIM else name.lstrip("/")
    if protocol == "iscsi" and name and "/" not in name:
        name += "/0"  # as libvirt takes it
    return Name(f"{protocol}://{','.join(servers)}/{name}", "HOST" if alone else "FLEET", NETWORK_VOLUME)


def _server(host: Document, protocol: str) -> str:
    if "socket" in host:
        return str(host["socket"])
    address = "" if is_own(host.get("name")) else str(host["name"]).strip("[]").lower()
    address = f"[{address}]" if ":" in address else address
    return f"{address}:{host.get('port') or PORTS.get(protocol, '')}".removesuffix(":")


def on_network(source: Document) -> Named:
    """The volume of a source of the kind `network`."""
    protocol = source.get("protocol")
    if not protocol:
        return None
    name = source.get("name", "")
    if source.get("query"):
        name += f"?{source['query']}"
    if source.get("snapshot"):
        name += f"@{source['snapshot']}"
    hosts = source.get("hosts", [])
    if not hosts and source.get("config"):  # which says where the servers are
        name += f"?conf={path(source['config'])}"
    return network_volume(protocol, hosts, name)


def in_pool(source: Document) -> Named:
    """`pool/volume` of a source of the kind `volume`."""
    pool, volume = source.get("pool"), source.get("volume")
    return Name(f"{pool}/{volume}", space=VOLUME) if pool and volume else None


def source(document: Document) -> Named:
    """What a disk's source of any kind is, in the space that the kind has."""
    match document.get("kind"):
        case "file" | "block" | "dir" as kind:
            return Name(path(document.get("dev" if kind == "block" else kind, "")), space=PATH)
        case "network":
            return on_network(document)
        case "volume":
            return in_pool(document)
        case "nvme" if "address" in document:
            return Name(pci(document["address"]), space=PCI)
        case "vhostuser":
            return Name(path(document.get("path", "")), space=SOCKET)
        case "vhostvdpa" | "ctl":
            return Name(path(document.get("dev", "")), space=CHARACTER)
    return None


def located(text: str) -> Named:
    """What storage drivers call a location: a path, `[datastore] path` of VMware, or a URL."""
    if text.startswith(("/", "[")):
        return Name(path(text), space=PATH)
    try:
        url = urlsplit(text)
        server: Document = {"name": url.hostname} | ({"port": url.port} if url.port else {})
    except ValueError:  # a port that is no number, brackets that do not match
        return None
    if url.scheme not in PORTS or not url.hostname:
        return None
    return network_volume(url.scheme, [server], url.path.lstrip("/") + (f"?{url.query}" if url.query else ""))


def shared_volume(volume: Document) -> Named:
    """The name that a volume has on every host: that of a pool whose storage is on servers.

    It is the same as that of a disk of the type `network` with the same server, where there are such disks.
    """
    name, kind = volume.get("name"), value_at(volume, "facts.poolType")
    pool: dict[str, Any] = value_at(volume, "facts.poolSource") or {}
    hosts = pool.get("hosts", [])
    if not name:
        return None
    match kind:
        case "rbd" if pool.get("name"):
            return network_volume("rbd", hosts, f"{pool['name']}/{name}")
        case "sheepdog":
            return network_volume("sheepdog", hosts, name)
        case "gluster" if pool.get("name") and hosts:
            return network_volume("gluster", hosts, path(f"/{pool['name']}/{pool.get('dir', '')}/{name}"))
        case "netfs" if pool.get("dir") and hosts:
            protocol = {"glusterfs": "gluster", "cifs": "smb"}.get(pool.get("format", ""), "nfs")
            return network_volume(protocol, hosts, path(f"/{pool['dir']}/{name}"))
        case "iscsi" | "iscsi-direct" if hosts:
            target = next((one["path"] for one in pool.get("devices", ()) if one.get("path")), None)
            lun = name.rpartition(":")[2]  # of `unit:0:0:1`
            return network_volume("iscsi", hosts, f"{target}/{lun}") if target and lun.isdecimal() else None
        case "vstorage" if pool.get("name"):
            return Name(f"vstorage://{pool['name']}/{name}", space=NETWORK_VOLUME)
    return None
