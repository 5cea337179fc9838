from server.collector.inventory import HostFacts
from tests.schema.graph.api import Api

UNREAD = "{ hosts { name unreadScopes { scope error unsupported } } }"


async def test_a_host_says_what_could_not_be_listed(api: Api) -> None:
    for host in ("kvm", "other"):
        await api.inventory.host_connected(host, "test:///default", HostFacts("Test", None))
    await api.inventory.scope_failed("kvm", "nwfilters", "There is no such driver.", unsupported=True)
    await api.inventory.scope_failed("kvm", "pools", "libvirt does not answer.")
    hosts = {host["name"]: host["unreadScopes"] for host in (await api.data(UNREAD))["hosts"]}
    assert hosts == {
        "kvm": [
            {"scope": "nwfilters", "error": "There is no such driver.", "unsupported": True},
            {"scope": "pools", "error": "libvirt does not answer.", "unsupported": False},
        ],
        "other": [],
    }
