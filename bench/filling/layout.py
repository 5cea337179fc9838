"""Which VM is where and what it is: a function of its number and of how many hosts there are."""

import random
import uuid
from functools import cache
from typing import Any, NamedTuple

from bench.filling.families import CLONED_SERIAL, VARIANTS, Shape, Words

MOST_VMS = 1_000_000
"""Numbers have six digits."""

MOST_HOSTS = 10_000
"""Hosts have four."""

INTERFACES = 6
"""MAC addresses that a VM has, whether it uses them or not."""

_PATTERN = (
    *("web", "web", "web", "node", "data", "data", "node", "web", "desk", "erp0"),
    *("web", "desk", "cuda", "node", "web", "edge", "desk", "node", "wins", "erp0"),
)
"""What VMs are, twenty by twenty; the two that share a disk stand together."""

_STATES = ("RUNNING",) * 8 + ("SHUTOFF", "PAUSED")
_SEED = 20


class Marked(NamedTuple):
    """VMs that one equality finds."""

    share: float
    """Of all VMs, exactly where their number is a multiple of 10,000; of 1,000 VMs at least one has each."""
    filter: dict[str, Any]
    """The `VmFilter`, as variables of GraphQL have it."""


ONE_IN_TEN_THOUSAND = Marked(0.0001, {"disks": {"some": {"serial": {"eq": CLONED_SERIAL}}}})
ONE_IN_A_HUNDRED = Marked(0.01, {"interfaces": {"some": {"model": {"eq": "e1000e"}}}})
HALF = Marked(0.5, {"disks": {"some": {"driver": {"cache": {"eq": "NONE"}}}}})
MARKED = (ONE_IN_TEN_THOUSAND, ONE_IN_A_HUNDRED, HALF)


def words_of(number: int, hosts: int) -> Words:
    """The words of a VM."""
    host = number % hosts
    return Words(
        number=f"{number:06}",
        host=host_id(host),
        rack=f"{host // 2:04}",
        cluster=f"{number // 2:06}",
        uuid=str(uuid.UUID(int=random.Random(number).getrandbits(128), version=4)),
        macs=[
            f"52:54:{one[:2]}:{one[2:4]}:{one[4:6]}:0{nic}" for nic in range(INTERFACES) for one in (f"{number:06x}",)
        ],
    )


def shape_of(number: int, hosts: int) -> Shape:
    """The shape of a VM."""
    lap = number // hosts
    chance = _chances()[number % len(_chances())]
    return Shape(
        family=_PATTERN[(number + 2 * lap) % len(_PATTERN)],
        variant=chance % VARIANTS,
        state=_STATES[chance // VARIANTS % len(_STATES)],
        uncached=number // 2 % 2 == 0,
        emulated=number % 100 == 37,
        cloned=number % 10_000 == 421,
    )


def host_id(number: int) -> str:
    """The name of a host."""
    return f"kvm-{number:04}"


@cache
def _chances() -> list[int]:
    """A prime number of them, so that they go round with nothing else."""
    chance = random.Random(_SEED)
    return [chance.randrange(VARIANTS * len(_STATES)) for _ in range(9973)]
