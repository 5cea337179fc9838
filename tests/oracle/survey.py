"""What random queries should know of a database, so that most of them find something."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .queries import Known

FOCUS = 20
"""So many VMs and resources are damaged and asked for; few enough that queries hit what is damaged."""

GROUPS = ["state", "domain.os.type.machine", "disks.driver.cache", "interfaces.source.network", "no.such.path"]

SURVEY = """{
  hosts { __typename id name }
  vms(first: 500) { edges { cursor node {
    id name __typename
    devices {
      __typename id address { __typename }
      ... on Disk { source { __typename } }
      ... on Interface { source { __typename } }
      ... on Hostdev { source { __typename } }
    }
  } } }
  resources(first: 500) { edges { cursor node { __typename id name } } }
  changes(first: 40) { edges { cursor node { at } } }
}"""


def in_focus(edges: Sequence[Any]) -> slice:
    """Every so many of a list, which begin it with its first, where pages that say nothing begin."""
    return slice(0, None, max(1, len(edges) // FOCUS))


def known_from(survey: Any) -> Known:
    """Values for arguments by what they mean, out of the survey's answer."""
    hosts = [host["name"] for host in survey["hosts"]]
    vms, resources = ([edge["node"] for edge in survey[of]["edges"][in_focus(survey[of]["edges"])]]
                      for of in ("vms", "resources"))  # fmt: skip
    devices = [device for vm in vms for device in vm["devices"]]
    ids = {"vm": vms, "resource": resources, "device": devices, "host": survey["hosts"]}
    everything = [one["id"] for some in ids.values() for one in some[:: max(1, len(some) // FOCUS)]]
    names = [one["name"] for one in (*vms, *resources) if one["name"]]
    cursors = {
        f"{of}.{name}": [edge["cursor"] for edge in edges[start :: in_focus(edges).step]]
        for of in ("vms", "resources", "changes")
        for edges in (survey[of]["edges"],)
        for name, start in (("after", in_focus(edges).step - 1), ("before", 1))
    }
    return (
        cursors
        | {
            "vm.id": [one["id"] for one in vms],
            "resource.id": [one["id"] for one in resources],
            "node.id": everything,
            "nodes.ids": everything,
            "host.name": hosts,
            "host": hosts,
            "name": names,
            "search.text": [*names, *(name[:2] for name in names), "/dev", "52:54"],
            "fleet.groupBy": GROUPS,
            "at": [edge["node"]["at"] for edge in survey["changes"]["edges"]],
            "from": [edge["node"]["at"] for edge in survey["changes"]["edges"]],
            "__typename": list(_types((devices, resources))),
        }
        | {one["id"]: [one["__typename"]] for some in ids.values() for one in some}
    )


def _types(found: Any) -> Iterator[str]:
    """The types of all objects in an answer."""
    if isinstance(found, dict):
        yield from (value for name, value in found.items() if name == "__typename")
        found = found.values()
    if not isinstance(found, str) and isinstance(found, Iterable):
        for one in found:
            yield from _types(one)
