"""What domains name and the listings of a host lack."""

import pytest

from server.collector.inventory import Observation, ResourceObservation
from server.collector.unlisted import Unlisted

IMAGES, LVM, ISCSI = "uuid-of-images", "uuid-of-lvm", "uuid-of-iscsi"
POOLS = (
    (IMAGES, "<pool type='dir'><name>images</name><target><path>/images</path></target></pool>"),
    (LVM, "<pool type='logical'><name>vg</name><target><path>/dev/vg</path></target></pool>"),
    (ISCSI, "<pool type='iscsi'><name>san</name><target><path>/dev/disk/by-path</path></target></pool>"),
)

CASES = {
    "a volume that is listed": ("<source pool='images' volume='old.img'/>", set()),
    "its path": ("<source file='/images//old.img'/>", set()),
    "a volume that is new": ("<source pool='images' volume='new.img'/>", {f"volumes/{IMAGES}"}),
    "the path of one": ("<source file='/images/new.img'/>", {f"volumes/{IMAGES}"}),
    "a logical volume that is new": ("<source dev='/dev/vg/new'/>", {f"volumes/{LVM}"}),
    "a LUN, which goes by other names": ("<source dev='/dev/disk/by-path/ip-1-lun-0'/>", set()),
    "a file in a directory of the directory": ("<source file='/images/of/new.img'/>", set()),
    "a file elsewhere": ("<source file='/elsewhere/new.img'/>", set()),
    "a pool that nobody knows": ("<source pool='gone' volume='new.img'/>", set()),
    "a pool whose volumes were not listed yet": ("<source pool='san' volume='unit:0:0:1'/>", set()),
    "a filter that is listed": ("<filterref filter='clean-traffic'/>", set()),
    "a filter that is new": ("<filterref filter='own'/>", {"nwfilters"}),
}


def resources(kind: str, *found: tuple[str, str]) -> list[ResourceObservation]:
    return [ResourceObservation(kind, key, xml) for key, xml in found]


@pytest.fixture
def unlisted() -> Unlisted:
    known = Unlisted()
    known.listed("pools", resources("STORAGE_POOL", *POOLS))
    for uuid in (IMAGES, LVM):
        known.listed(f"volumes/{uuid}", resources("STORAGE_VOLUME", (f"{uuid}/old.img", "<volume/>")))
    known.listed("nwfilters", resources("NWFILTER", ("uuid", "<filter name='clean-traffic'/>")))
    return known


def domain(devices: str, *, persistent: bool = False) -> Observation:
    xml = f"<domain><devices><disk>{devices}</disk></devices></domain>"
    return Observation("uuid", "RUNNING", "<domain/>" if persistent else xml, xml if persistent else None)


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_what_is_to_be_listed_again(case: str, persistent: bool, unlisted: Unlisted) -> None:
    devices, expected = CASES[case]
    assert unlisted.scopes([domain(devices, persistent=persistent)]) == expected


def test_what_was_listed_meanwhile_is_known(unlisted: Unlisted) -> None:
    new = domain("<source pool='images' volume='new.img'/><filterref filter='own'/>")
    unlisted.listed(f"volumes/{IMAGES}", resources("STORAGE_VOLUME", (f"{IMAGES}/new.img", "<volume/>")))
    unlisted.listed("nwfilters", resources("NWFILTER", ("uuid", "<filter name='own'/>")))
    assert unlisted.scopes([new]) == set()
    unlisted.listed("pools", [])
    assert unlisted.scopes([new]) == set(), "of a pool that is gone nothing can be listed"


def test_nothing_is_asked_before_the_first_listing_nor_of_what_cannot_be_read(unlisted: Unlisted) -> None:
    new = domain("<source pool='images' volume='new.img'/><filterref filter='own'/>")
    assert Unlisted().scopes([new]) == set()
    unreadable = Observation("uuid", "UNKNOWN", "<domain", None)
    assert unlisted.scopes([unreadable, Observation("uuid", "UNKNOWN", "", error="No."), new]) == {
        f"volumes/{IMAGES}",
        "nwfilters",
    }
