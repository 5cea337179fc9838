"""What libvirt lists besides domains: every blocking call about resources is here.

Asks for no secure XML and for no value of a secret, and has no pool refreshed. An object that goes away between being
listed and being read is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import libvirt
from lxml import etree

import schema
from server.collector.inventory import ResourceObservation
from server.collector.scopes import KIND_OF

GONE = frozenset(
    {
        libvirt.VIR_ERR_NO_DOMAIN,
        libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT,
        libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT,
        libvirt.VIR_ERR_NO_INTERFACE,
        libvirt.VIR_ERR_NO_NETWORK,
        libvirt.VIR_ERR_NO_NETWORK_PORT,
        libvirt.VIR_ERR_NO_NODE_DEVICE,
        libvirt.VIR_ERR_NO_NWFILTER,
        libvirt.VIR_ERR_NO_NWFILTER_BINDING,
        libvirt.VIR_ERR_NO_SECRET,
        libvirt.VIR_ERR_NO_STORAGE_POOL,
        libvirt.VIR_ERR_NO_STORAGE_VOL,
    }
)
UNSUPPORTED = frozenset(
    {libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_OPERATION_UNSUPPORTED, libvirt.VIR_ERR_CONFIG_UNSUPPORTED}
)

_ACTIVITY = {"active": "isActive", "persistent": "isPersistent", "autostart": "autostart"}
_LEASE = {
    "mac": "mac",
    "ipAddress": "ipaddr",
    "prefix": "prefix",
    "hostname": "hostname",
    "clientId": "clientid",
    "expiresAt": "expirytime",
    "interface": "iface",
}
_LEASE_TYPES = {libvirt.VIR_IP_ADDR_TYPE_IPV4: "ipv4", libvirt.VIR_IP_ADDR_TYPE_IPV6: "ipv6"}

Objects = Iterator[ResourceObservation]


class Listings:
    """The listings of one connection, each a generator that blocks; runs in threads."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lacking: set[tuple[type, str]] = set()
        self._by_name: dict[str, Callable[[str], Objects]] = {
            "pools": self._pools,
            "volumes": self._volumes,
            "networks": self._networks,
            "ports": self._ports,
            "interfaces": self._interfaces,
            "node-devices": self._node_devices,
            "nwfilters": self._nwfilters,
            "nwfilter-bindings": self._nwfilter_bindings,
            "secrets": self._secrets,
            "snapshots": partial(self._of_domains, "snapshots", self._snapshots),
            "checkpoints": partial(self._of_domains, "checkpoints", self._checkpoints),
            "capabilities": self._capabilities,
            "domain-capabilities": self._domain_capabilities,
        }

    def read(self, scope: str) -> Objects:
        """All that the scope holds; of what does not exist any more it holds nothing."""
        listing, _, of = scope.partition("/")
        try:
            yield from self._by_name[listing](of)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in GONE:
                raise

    def _pools(self, _of: str) -> Objects:
        pools = self._connection.listAllStoragePools(0)
        yield from self._each("pools", pools, lambda pool: pool.UUIDString(), self._activity)

    def _volumes(self, pool_uuid: str) -> Objects:
        pool = self._connection.storagePoolLookupByUUIDString(pool_uuid)
        try:
            if not pool.isActive():
                return
            volumes = pool.listAllVolumes(0)
        except libvirt.libvirtError as error:
            # It was stopped meanwhile; such a pool lists no volumes.
            if error.get_error_code() == libvirt.VIR_ERR_OPERATION_INVALID and not pool.isActive():
                return
            raise
        facts = _facts_of_pool(pool)
        yield from self._each("volumes", volumes, lambda volume: f"{pool_uuid}/{volume.name()}", lambda _: facts)

    def _networks(self, _of: str) -> Objects:
        def facts(network: Any) -> dict[str, Any]:
            leases = self._where_supported(network, "DHCPLeases")
            return self._activity(network) | ({} if leases is None else {"leases": _leases(leases)})

        yield from self._each(
            "networks", self._connection.listAllNetworks(0), lambda network: network.UUIDString(), facts
        )

    def _ports(self, network_uuid: str) -> Objects:
        network = self._connection.networkLookupByUUIDString(network_uuid)
        facts = {"network": network.name(), "networkUuid": network_uuid}
        ports = network.listAllPorts(0)
        yield from self._each("ports", ports, lambda port: f"{network_uuid}/{port.UUIDString()}", lambda _: facts)

    def _interfaces(self, _of: str) -> Objects:
        interfaces = self._connection.listAllInterfaces(0)
        yield from self._each("interfaces", interfaces, lambda interface: interface.name(), self._activity)

    def _node_devices(self, _of: str) -> Objects:
        devices = self._connection.listAllDevices(0)
        yield from self._each("node-devices", devices, lambda device: device.name(), self._activity)

    def _nwfilters(self, _of: str) -> Objects:
        filters = self._connection.listAllNWFilters(0)
        yield from self._each("nwfilters", filters, lambda nwfilter: nwfilter.UUIDString())

    def _nwfilter_bindings(self, _of: str) -> Objects:
        bindings = self._connection.listAllNWFilterBindings(0)
        yield from self._each("nwfilter-bindings", bindings, lambda binding: binding.portDev())

    def _secrets(self, _of: str) -> Objects:
        yield from self._each("secrets", self._connection.listAllSecrets(0), lambda secret: secret.UUIDString())

    def _of_domains(self, listing: str, of_one: Callable[[Any], Iterable[Any]], domain_uuid: str) -> Objects:
        domains = (
            [self._connection.lookupByUUIDString(domain_uuid)] if domain_uuid else self._connection.listAllDomains(0)
        )
        for domain in domains:
            uuid = domain.UUIDString()

            def facts(one: Any, domain: Any = domain, uuid: str = uuid) -> dict[str, Any]:
                current = self._where_supported(one, "isCurrent")
                known = {} if current is None else {"current": bool(current)}
                return {"domainUuid": uuid, "domainName": domain.name(), **known}

            def key(one: Any, uuid: str = uuid) -> str:
                return f"{uuid}/{one.getName()}"

            try:
                found = of_one(domain)
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                    raise
                continue
            yield from self._each(listing, found, key, facts)

    def _snapshots(self, domain: Any) -> Any:
        return domain.listAllSnapshots(0)

    def _checkpoints(self, domain: Any) -> Any:
        return domain.listAllCheckpoints(0)

    def _capabilities(self, _of: str) -> Objects:
        yield ResourceObservation(KIND_OF["capabilities"], "host", self._connection.getCapabilities())

    def _domain_capabilities(self, _of: str) -> Objects:
        """Of each kind of domain on each architecture, with the machine that it gets when none is chosen."""
        kind = KIND_OF["domain-capabilities"]
        for architecture, domain_type in _guests(self._connection.getCapabilities()):
            key = f"{domain_type}/{architecture}"
            try:
                xml = self._connection.getDomainCapabilities(None, architecture, None, domain_type, 0)
            except libvirt.libvirtError as error:
                if error.get_error_code() in UNSUPPORTED or not self._connection.isAlive():
                    raise
                yield _undescribed(kind, key, error)
            else:
                yield ResourceObservation(kind, key, xml)

    def _each(
        self,
        listing: str,
        found: Iterable[Any],
        key: Callable[[Any], str],
        facts: Callable[[Any], dict[str, Any]] = lambda _: {},
    ) -> Objects:
        kind = KIND_OF[listing]
        for one in found:
            try:
                yield ResourceObservation(kind, key(one), _described(one), facts(one))
            except libvirt.libvirtError as error:
                if error.get_error_code() in GONE:
                    continue
                if not self._connection.isAlive():
                    raise
                yield _undescribed(kind, key(one), error)

    def _activity(self, one: Any) -> dict[str, Any]:
        told = {fact: self._where_supported(one, method) for fact, method in _ACTIVITY.items()}
        # libvirt says -1 where it does not know.
        return {fact: bool(value) for fact, value in told.items() if value is not None and value >= 0}

    def _where_supported(self, one: Any, method: str) -> Any:
        """What a method of an object says; None where the driver does not know it, which is asked once."""
        lacking = (type(one), method)
        if lacking in self._lacking or not hasattr(one, method):
            return None
        try:
            return getattr(one, method)()
        except libvirt.libvirtError as error:
            if error.get_error_code() not in UNSUPPORTED:
                raise
            self._lacking.add(lacking)
            return None


def sentence(error: libvirt.libvirtError) -> str:
    """What libvirt said, on one line and ending like a sentence."""
    return " ".join((error.get_error_message() or str(error)).split()).rstrip(".") + "."


def _described(one: Any) -> str:
    # The bindings call it differently for snapshots and checkpoints.
    xml: str = one.XMLDesc(0) if hasattr(one, "XMLDesc") else one.getXMLDesc(0)
    return xml


def _undescribed(kind: str, key: str, error: libvirt.libvirtError) -> ResourceObservation:
    return ResourceObservation(kind, key, "", error=f"libvirt could not describe it: {sentence(error)}")


def _facts_of_pool(pool: Any) -> dict[str, Any]:
    """What volumes are told about their pool: their own XML does not say which it is."""
    facts: dict[str, Any] = {"pool": pool.name(), "poolUuid": pool.UUIDString()}
    try:
        described = schema.resource_from_xml(pool.XMLDesc(0))
    except schema.XmlError:
        return facts
    found = {
        "poolType": described.get("type"),
        "poolSource": described.get("source"),
        "poolTarget": described.get("target", {}).get("path"),
    }
    return facts | {fact: value for fact, value in found.items() if value}


def _leases(leases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for lease in leases:
        told = {fact: lease.get(name) for fact, name in _LEASE.items()} | {"type": _LEASE_TYPES.get(lease["type"])}
        found.append({fact: value for fact, value in told.items() if value is not None})
    return sorted(found, key=lambda lease: (str(lease.get("mac")), str(lease.get("ipAddress"))))


def _guests(capabilities: str) -> list[tuple[str, str]]:
    """The architectures and types of domains that a host's capabilities name, each pair once."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    pairs = (
        (architecture.get("name"), domain.get("type"))
        for architecture in etree.fromstring(capabilities.encode(), parser).iterfind("guest/arch")
        for domain in architecture.iterfind("domain")
    )
    return list(dict.fromkeys((name, kind) for name, kind in pairs if name and kind))
