"""`coverage`: what no declaration knows, counted by MongoDB as a plain reading of the documents counts it."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import pytest
from lxml import etree

import schema
from loaders import RequestLoaders
from loaders.pages import packed
from schema.element import Document
from schema.graph.context import Paths
from server.collector.inventory import Observation
from server.pages.examples import examples
from server.store.embedded import EmbeddedMongo
from tests.conftest import Say
from tests.schema.graph.api import Api, open_api, sample
from tests.shared import corpus, needs_corpus

READ = """query($first: Int, $after: String, $host: String, $prefix: String) {
  coverage(first: $first, after: $after, host: $host, pathPrefix: $prefix) {
    totalCount documentCount unreadableCount documentsWithUntyped
    nodes { path vmCount pieceCount kind }
    edges { cursor node { path } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""

NEWER = """<domain type='kvm' unheard-of='1' xmlns:n='urn:news' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
<name>newer</name><omen of='rain'/><omen of='sun'/><qemu:novel/><n:os/>
<devices><oracle model='delphi'/><n:disk/>
<disk type='file'><driver cache='imagined' news='s3cret'/><source file='/a'/><target dev='vda' bus='virtio'/></disk>
<disk type='file'><driver news='2'/><source file='/b'/><target dev='vdb' n:glow='1'/></disk>
<interface type='network'><source network='default'/><model type='virtio'>s3cret</model></interface>
</devices></domain>"""

OTHER = """<domain type='kvm'><name>other</name><devices>
<disk type='file'><driver news='3'/><target dev='vda' bus='virtio'/></disk></devices></domain>"""

PLAIN = "<domain type='kvm'><name>plain</name></domain>"


def row(path: str, vms: int, pieces: int, kind: str | None = None) -> Document:
    return {"path": path, "vmCount": vms, "pieceCount": pieces, "kind": kind}


NEWER_ALONE = [
    row("domain/omen", 1, 2),
    row("domain/@unheard-of", 1, 1),
    row("domain/devices/disk/driver/@cache", 1, 1, "DISK"),
    row("domain/devices/disk/target/@{urn:news}glow", 1, 1, "DISK"),
    row("domain/devices/interface/model/#text", 1, 1, "INTERFACE"),
    row("domain/devices/oracle", 1, 1),
    row("domain/devices/{urn:news}disk", 1, 1),
    row("domain/qemu:novel", 1, 1),
    row("domain/{urn:news}os", 1, 1),
]


async def observe(api: Api, host: str, **xml: str) -> None:
    await api.inventory.vms_observed(host, [Observation(key, "RUNNING", text) for key, text in xml.items()])


@pytest.fixture(scope="module")
async def news(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """Two hosts that nobody writes to, with news on both."""
    async with open_api(mongo.uri) as opened:
        await observe(opened, "one", newer=NEWER, plain=PLAIN, broken="<domain>")
        await observe(opened, "two", other=OTHER, plain=PLAIN, broken="<domain", empty="")
        yield opened


async def read(api: Api, **variables: Any) -> Any:
    return (await api.data(READ, **variables))["coverage"]


def totals(found: Any) -> tuple[int, int, int, int]:
    names = ("totalCount", "documentCount", "unreadableCount", "documentsWithUntyped")
    total, documents, unreadable, untyped = (found[name] for name in names)
    return total, documents, unreadable, untyped


def in_order(rows: Iterable[Document]) -> list[Document]:
    return sorted(rows, key=lambda one: (-one["vmCount"], one["path"]))


async def test_an_empty_fleet(api: Api) -> None:
    found = await read(api)
    assert totals(found) == (0, 0, 0, 0)
    assert (found["nodes"], found["edges"]) == ([], [])
    assert found["pageInfo"] == {
        "hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None
    }  # fmt: skip


async def test_everything_unknown_is_listed(news: Api) -> None:
    found = await read(news)
    driver = row("domain/devices/disk/driver/@news", 2, 3, "DISK")
    assert found["nodes"] == in_order([driver, *NEWER_ALONE])
    assert totals(found) == (10, 7, 3, 2)
    assert [edge["node"]["path"] for edge in found["edges"]] == [node["path"] for node in found["nodes"]]
    assert "s3cret" not in str(found), "names only"


async def test_a_host_of_its_own(news: Api) -> None:
    found = await read(news, host="one")
    assert found["nodes"] == in_order([row("domain/devices/disk/driver/@news", 1, 2, "DISK"), *NEWER_ALONE])
    assert totals(found) == (10, 3, 1, 1)
    found = await read(news, host="two")
    assert found["nodes"] == [row("domain/devices/disk/driver/@news", 1, 1, "DISK")]
    assert totals(found) == (1, 4, 2, 1)
    assert totals(await read(news, host="no such host")) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("prefix", "paths", "vms"),
    [
        ("domain/devices/disk/", 3, 2),
        ("domain/devices/disk/driver/@cache", 1, 1),
        ("domain/devices/{urn:news}", 1, 1),
        ("domain/", 10, 2),
        ("", 10, 2),
        ("DOMAIN", 0, 0),
        ("domain/.*", 0, 0),
        ("domain/devices/disk/driver/@newspaper", 0, 0),
        ("omen", 0, 0),
        ("domain\0", 0, 0),
    ],
)
async def test_a_prefix(news: Api, prefix: str, paths: int, vms: int) -> None:
    found = await read(news, prefix=prefix)
    assert totals(found) == (paths, 7, 3, vms)
    whole = (await read(news))["nodes"]
    assert found["nodes"] == [node for node in whole if node["path"].startswith(prefix)]


async def test_a_prefix_that_lies_between_a_vms_paths_finds_none(api: Api) -> None:
    await observe(api, "one", a="<domain a='1' c='1'/>")
    assert totals(await read(api, prefix="domain/@b")) == (0, 1, 0, 0)


@pytest.mark.parametrize("size", [1, 3, 9, 10, 11])
async def test_pages_make_the_whole_list(news: Api, size: int) -> None:
    whole = (await read(news))["nodes"]
    found: list[Document] = []
    after = None
    while True:
        page = await read(news, first=size, after=after)
        found += page["nodes"]
        assert len(page["nodes"]) <= size
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        assert page["pageInfo"]["hasNextPage"] == (len(found) < len(whole))
        assert page["totalCount"] == len(whole)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]
    assert found == whole


async def test_counts_fall_when_a_vm_goes(api: Api) -> None:
    await observe(api, "one", newer=NEWER, other=OTHER)
    assert totals(await read(api)) == (10, 2, 0, 2)
    await api.inventory.vms_vanished("one", ["newer"])
    found = await read(api)
    assert found["nodes"] == [row("domain/devices/disk/driver/@news", 1, 1, "DISK")]
    assert totals(found) == (1, 1, 0, 1)
    await observe(api, "one", other=PLAIN)
    assert totals(await read(api)) == (0, 1, 0, 0)


async def test_what_a_vm_holds_beyond_the_bound_is_said(api: Api) -> None:
    attributes = " ".join(f"a{number:04}='1'" for number in range(1200))
    await observe(api, "one", hostile=f"<domain {attributes}/>", other="<domain a1199='1'/>")
    assert totals(await read(api)) == (1002, 2, 0, 2)
    assert (await read(api, prefix="…"))["nodes"] == [row("…", 1, 200)]
    assert (await read(api, prefix="domain/@a1199"))["nodes"] == [row("domain/@a1199", 1, 1)]
    found = await api.data('{ vms(filter: {untyped: {eq: "…"}}) { nodes { sourceKey untyped } } }')
    (hostile,) = found["vms"]["nodes"]
    assert (hostile["sourceKey"], len(hostile["untyped"])) == ("hostile", 1001)


EXAMPLE = """{ coverage(pathPrefix: "domain/devices/disk/driver/@news") { nodes { path example {
  sourceKey host { name } disks { driver { extra { name value } } }
} } } }"""


async def test_the_example_shows_the_xml(news: Api) -> None:
    (node,) = (await news.data(EXAMPLE))["coverage"]["nodes"]
    cache = [{"name": "cache", "value": "imagined"}]
    assert node["example"] == {
        "sourceKey": "newer",
        "host": {"name": "one"},
        "disks": [
            {"driver": {"extra": [*cache, {"name": "news", "value": "s3cret"}]}},
            {"driver": {"extra": [{"name": "news", "value": "2"}]}},
        ],
    }


async def test_examples_are_read_together_with_the_selected_paths(news: Api) -> None:
    await news.data("{ coverage { nodes { example { state disks { driver { extra { name } } } } } } }")
    assert news.sent.summary() == ["aggregate vms", "find vms"]
    (find,) = news.sent.finds("vms")
    assert set(find["projection"]) == {
        "_id", "hostId", "state", "devices.disks.id", "devices.disks.kind", "devices.disks.driver.extra"
    }  # fmt: skip


async def test_an_example_that_is_gone_is_null(api: Api) -> None:
    await observe(api, "one", other=OTHER)

    class JustBefore(RequestLoaders):
        """Loaders of a request during which the VM goes."""

        async def vm(self, vm_id: str, paths: Paths = None, *, raw: bool = False) -> Document | None:
            await api.inventory.vms_vanished("one", ["other"])
            return await super().vm(vm_id, paths, raw=raw)

    query = "{ coverage { nodes { path example { name } } } }"
    result = await api.schema.execute(query, context_value=api.context(JustBefore))
    assert result.errors is None
    assert result.data == {"coverage": {"nodes": [{"path": "domain/devices/disk/driver/@news", "example": None}]}}


async def test_only_what_is_selected_is_read_and_all_of_it_bounded_in_time(news: Api) -> None:
    await news.data("{ coverage { __typename } }")
    assert news.sent.summary() == []
    await news.data("{ coverage { documentCount unreadableCount documentsWithUntyped } }")
    assert news.sent.summary() == ["aggregate vms"] * 3
    await read(news)
    assert news.sent.summary() == ["aggregate vms"] * 5
    assert all(0 < body["maxTimeMS"] <= 20_000 for _, _, body in news.sent.reads)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"first": 501}, "A page holds 0 to 500 items, not 501; read on with `after`."),
        ({"first": -1}, "A page holds 0 to 500 items, not -1; read on with `after`."),
        ({"after": "?"}, "The cursor is not one of this list."),
        ({"after": ""}, "The cursor is not one of this list."),
        ({"after": packed(["name", "a", "one/a"])}, "The cursor is not one of this list."),
        ({"after": packed(["untyped", True, "a"])}, "The cursor is not one of this list."),
        ({"after": packed(["untyped", 2**63, "a"])}, "The cursor is not one of this list."),
        ({"after": packed(["untyped", 1, "\ud800"])}, "The cursor is not one of this list."),
        ({"after": packed(["untyped", 1])}, "The cursor is not one of this list."),
        ({"prefix": "x" * 257}, "`pathPrefix` takes at most 256 characters: no path is longer."),
        ({"prefix": "\ud800"}, "`pathPrefix` is not valid Unicode."),
        ({"host": "\ud800"}, "`host` is not valid Unicode."),
    ],
    ids=str,
)
async def test_what_cannot_be_asked(news: Api, variables: Any, message: str) -> None:
    query = READ.replace("totalCount documentCount unreadableCount documentsWithUntyped", "")
    assert await news.refusal(query, **variables) == message


async def test_the_empty_page(news: Api) -> None:
    found = await read(news, first=0)
    assert (found["nodes"], found["pageInfo"]["hasNextPage"], found["totalCount"]) == ([], True, 10)


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ({"eq": "domain/omen"}, ["one/newer"]),
        ({"startsWith": "domain/devices/disk/driver/"}, ["one/newer", "two/other"]),
        ({"contains": "{urn:news}"}, ["one/newer"]),
        ({"in": ["domain/omen", "domain/devices/disk/driver/@news"]}, ["one/newer", "two/other"]),
        ({"exists": True}, ["one/newer", "two/other"]),
        ({"exists": True, "ne": "domain/omen"}, ["two/other"]),
        ({"exists": False}, ["one/plain", "one/broken", "two/plain", "two/broken", "two/empty"]),
    ],
    ids=str,
)
async def test_vms_by_what_is_unknown_in_them(news: Api, condition: Any, keys: list[str]) -> None:
    query = "query($f: VmFilter) { vms(filter: $f) { totalCount nodes { sourceKey untyped host { name } } } }"
    found = (await news.data(query, f={"untyped": condition}))["vms"]
    assert {f"{vm['host']['name']}/{vm['sourceKey']}" for vm in found["nodes"]} == set(keys)
    assert found["totalCount"] == len(keys)
    for vm in found["nodes"]:
        assert bool(vm["untyped"]) == (vm["sourceKey"] in ("newer", "other"))


async def test_the_other_definition_has_paths_of_its_own(api: Api) -> None:
    await api.inventory.vms_observed("one", [Observation("a", "RUNNING", PLAIN, OTHER)])
    found = await api.data("{ vms { nodes { untyped persistentDefinition { untyped } } } coverage { totalCount } }")
    other = {"untyped": ["domain/devices/disk/driver/@news"]}
    assert found["vms"]["nodes"] == [{"untyped": [], "persistentDefinition": other}]
    assert found["coverage"]["totalCount"] == 0


def counted(documents: Iterable[tuple[str, str | bytes]], wanted: Sequence[str] = ("",)) -> list[Document]:
    """The whole list, made from the documents in plain Python."""
    vms: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    for _, xml in documents:
        paths = [path for path in schema.untyped(schema.domain_from_xml(xml)) if path.startswith(tuple(wanted))]
        vms.update(set(paths))
        pieces.update(paths)
    return in_order({"path": path, "vmCount": vms[path], "pieceCount": pieces[path]} for path in vms)


async def whole_list(api: Api, **variables: Any) -> list[Document]:
    found: list[Document] = []
    after = None
    while True:
        page = await read(api, first=100, after=after, **variables)
        found += [{key: node[key] for key in ("path", "vmCount", "pieceCount")} for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@needs_corpus
async def test_libvirts_own_documents(libvirts_own: Api, say: Say) -> None:
    documents = [(path.name, path.read_bytes()) for path in corpus()]
    expected = counted(documents)
    assert await whole_list(libvirts_own, host="corpus") == expected
    found = await read(libvirts_own, host="corpus")
    holding = sum(bool(schema.untyped(schema.domain_from_xml(xml))) for _, xml in documents)
    assert totals(found) == (len(expected), len(documents), 0, holding)
    say(f"libvirt's own documents: {len(expected)} untyped paths in {holding} of {len(documents)}")


def with_news(xml: str | bytes, draw: random.Random) -> bytes:
    """The document with unknown attributes and elements at random places."""
    root = etree.fromstring(xml)
    elements = [each for each in root.iter() if isinstance(each.tag, str)]
    for each in draw.sample(elements, min(len(elements), draw.randrange(8))):
        match draw.randrange(4):
            case 0:
                each.set(f"news{draw.randrange(3)}", "s3cret")
            case 1:
                each.set(f"{{urn:news}}glow{draw.randrange(2)}", "s3cret")
            case 2:
                etree.SubElement(each, f"omen{draw.randrange(3)}", of="s3cret").text = "s3cret"
            case 3:
                etree.SubElement(each, f"{{urn:news}}omen{draw.randrange(2)}").text = "s3cret"
    return bytes(etree.tostring(root))


async def test_a_fleet_of_a_newer_libvirt(api: Api, say: Say) -> None:
    draw = random.Random(1)
    plain = [seen.xml for seen in sample()] + [path.read_bytes() for path in corpus()[::6]]
    documents = [(str(number), with_news(xml, draw)) for number, xml in enumerate(plain)]
    halves = documents[::2], documents[1::2]
    for host, half in zip(("one", "two"), halves, strict=True):
        await api.inventory.vms_observed(host, [Observation(key, "RUNNING", xml) for key, xml in half])
    expected = counted(documents)
    assert len(expected) > 100
    assert await whole_list(api) == expected
    assert await whole_list(api, host="two") == counted(halves[1])
    assert await whole_list(api, prefix="domain/devices/disk/") == counted(documents, ["domain/devices/disk/"])
    found = await api.data("query { coverage(first: 500) { totalCount nodes { path example { untyped } } } }")
    assert found["coverage"]["totalCount"] == len(expected)
    assert all(node["path"] in node["example"]["untyped"] for node in found["coverage"]["nodes"])
    assert "s3cret" not in str(found)
    for node in found["coverage"]["nodes"][::25]:
        query = "query($path: String) { vms(filter: {untyped: {eq: $path}}) { totalCount } }"
        count = (await api.data(query, path=node["path"]))["vms"]["totalCount"]
        assert count == next(one["vmCount"] for one in expected if one["path"] == node["path"])
    say(f"a newer libvirt: {len(expected)} untyped paths in {len(documents)} VMs")


INDEX = "untyped.path_1_name_1__id_1"


def stages(plan: Any) -> list[tuple[str, str | None]]:
    inner = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return [(plan["stage"], plan.get("indexName")), *(stage for one in inner for stage in stages(one))]


async def explained(api: Api, selection: str, **arguments: str) -> tuple[list[tuple[str, str | None]], Any]:
    """The stages of the one aggregation that a selection sends, and what it read."""
    given = ", ".join(f'{name}: "{value}"' for name, value in arguments.items())
    await api.data(f"{{ coverage{f'({given})' if given else ''} {{ {selection} }} }}")
    ((_, _, body),) = api.sent.reads
    command = {"aggregate": body["aggregate"], "pipeline": body["pipeline"], "cursor": {}}
    answer = await api.store.database.command("explain", command, verbosity="executionStats")
    if "stages" in answer:
        answer = answer["stages"][0]["$cursor"]
    plan = answer["queryPlanner"]["winningPlan"]
    return stages(plan.get("queryPlan", plan)), answer["executionStats"]


@pytest.fixture(scope="module")
async def rare(mongo: EmbeddedMongo) -> AsyncIterator[Api]:
    """600 VMs, of which ten hold news and five cannot be read."""
    async with open_api(mongo.uri) as opened:
        plain = {f"plain{number}": PLAIN for number in range(585)}
        newer = {f"newer{number}": NEWER if number % 2 else OTHER for number in range(10)}
        broken = {f"broken{number}": "<domain>" for number in range(5)}
        await observe(opened, "one", **plain, **newer, **broken)
        yield opened


@pytest.mark.parametrize(
    ("selection", "arguments", "documents"),
    [
        ("nodes { path }", {}, 10),
        ("totalCount", {}, 10),
        ("documentsWithUntyped", {}, 10),
        ("nodes { path }", {"pathPrefix": "domain/omen"}, 5),
        ("documentsWithUntyped", {"pathPrefix": "domain/omen"}, 5),
        ("nodes { path }", {"host": "one"}, 10),
    ],
    ids=str,
)
async def test_vms_without_news_are_not_read(rare: Api, selection: str, arguments: Any, documents: int) -> None:
    plan, statistics = await explained(rare, selection, **arguments)
    assert ("IXSCAN", INDEX) in plan, plan
    assert "COLLSCAN" not in {stage for stage, _ in plan}
    assert statistics["totalDocsExamined"] <= documents
    assert statistics["totalKeysExamined"] <= 60


async def test_unreadable_vms_are_counted_out_of_an_index(rare: Api) -> None:
    plan, statistics = await explained(rare, "unreadableCount")
    assert "error_1" in {index for _, index in plan}, plan
    assert statistics["totalDocsExamined"] <= 5


async def test_vms_of_a_path_come_sorted_out_of_the_index(rare: Api) -> None:
    query = 'query { vms(first: 3, filter: {untyped: {eq: "domain/omen"}}) { nodes { name } } }'
    statistics = await rare.explained(query)
    plan = stages(statistics["queryPlanner"]["winningPlan"])
    assert ("IXSCAN", INDEX) in plan, plan
    assert "SORT" not in {stage for stage, _ in plan}
    assert statistics["executionStats"]["totalKeysExamined"] <= 5


async def test_the_saved_example(news: Api) -> None:
    (example,) = (one for one in examples() if one.name == "not-yet-known")
    found = (await news.data(example.query))["coverage"]
    assert (found["documentCount"], found["totalCount"], len(found["nodes"])) == (7, 10, 10)
    assert found["nodes"][0]["example"] == {"name": "newer", "host": {"name": "one"}}
