"""XML text: what is refused, what survives."""

import pytest

import schema
from schema.xmltext import DEEPEST, LARGEST, Source, Writing
from tests.shared import difference


def domain(inner: str, attributes: str = "") -> str:
    return f"<domain {attributes}><name>x</name>{inner}</domain>"


REFUSED: dict[str | bytes, str] = {
    "": "malformed",
    "   ": "malformed",
    "<domain>": "malformed",
    "<domain/><domain/>": "malformed",
    "<domain a='1' a='2'/>": "malformed",
    "<domain><p:x/></domain>": "malformed",
    "<domain>\x01</domain>": "malformed",
    "<network/>": "the root element is <network>, not <domain>",
    "<domain xmlns='urn:x'/>": "the root element is <urn:x domain>",
    "<!DOCTYPE domain><domain/>": "document type",
    "<!DOCTYPE d [<!ENTITY a 'b'>]><domain><name>&a;</name></domain>": "document type",
    "<!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain/>": "document type",
    "<domain><name>&undeclared;</name></domain>": "malformed",
    b"<?xml version='1.0' encoding='no-such'?><domain/>": "encoding cannot be read",
    "<domain>\ud800</domain>": "encoding",
    "<domain>" + "<x>" * DEEPEST + "</x>" * DEEPEST + "</domain>": f"deeper than {DEEPEST}",
    "<domain>" + "<x>" * 100_000 + "</x>" * 100_000 + "</domain>": "XML",
    "<domain><description>" + "x" * LARGEST + "</description></domain>": "larger than 8 MiB",
}


@pytest.mark.parametrize("xml", REFUSED, ids=lambda xml: str(xml[:40]))
def test_hostile_xml_is_refused_with_a_reason(xml: str | bytes) -> None:
    with pytest.raises(schema.XmlError, match=REFUSED[xml]):
        schema.domain_from_xml(xml)


def test_bytes_in_another_encoding_are_read() -> None:
    text = "<?xml version='1.0' encoding='ISO-8859-1'?><domain><name>Käse</name><unheard-of>ß</unheard-of></domain>"
    definition = schema.domain_from_xml(text.encode("latin-1"))
    assert definition["name"] == "Käse"
    assert definition["domain"]["extra"] == [{"name": "unheard-of", "xml": "<unheard-of>ß</unheard-of>"}]


def test_a_declaration_in_text_does_not_count() -> None:
    text = "\ufeff<?xml version='1.0' encoding='ISO-8859-1'?><domain><name>Käse</name><unheard-of/></domain>"
    assert schema.domain_from_xml(text)["name"] == "Käse"


def test_a_backing_chain_may_be_deeper_than_other_xml() -> None:
    links = 200
    chain = "".join(f"<backingStore type='file'><format type='qcow2'/><source file='/{n}'/>" for n in range(links))
    xml = domain(f"<devices><disk type='file'>{chain}{'</backingStore>' * links}</disk></devices>")
    (disk,) = schema.domain_from_xml(xml)["devices"]["disks"]
    assert [store["source"]["file"] for store in disk["backingStores"]] == [f"/{n}" for n in range(links)]


SURVIVES = [
    domain("<description> leading, \ttabs\r\n and &#13; returns </description>"),
    domain("<title>&lt;&amp;&gt;\"'</title>", "type='&#10;&#9;&quot;&apos;'"),
    domain("<memory unit='KiB'> 0012 </memory>"),
    domain("<memory>lots</memory>"),
    domain("<memory>1</memory><memory>2</memory>"),
    domain("<memory>99999999999999999999</memory>"),
    domain("<metadata><b:x xmlns:b='urn:b'>1<y/>2</b:x><a/><b:x xmlns:b='urn:b'/></metadata>"),
    domain("<metadata note='x'><a/><b/><a/></metadata>"),
    domain("<metadata>text</metadata>"),
    domain("<metadata/><metadata><b/><a/></metadata>"),
    domain("<q:commandline><q:arg value='1'/><q:env/><q:arg value='2'/></q:commandline>", "xmlns:q='urn:q'"),
    domain("<x/>", "xmlns:q='urn:q' q:a='1' a='2' xml:lang='de'"),
    domain("<devices/>"),
    domain("<devices><disk/></devices>"),
    domain("<devices><disk><alias/><boot/><iotune/><source/><target/></disk></devices>"),
    domain("<devices><disk><alias name='a' more='b'/><alias name='c'/></disk></devices>"),
    domain("<devices><disk><readonly why='x'/><readonly/></disk></devices>"),
    domain("<devices><disk><serial>  </serial></disk><disk><serial/></disk></devices>"),
    domain("<devices><disk type='file'><source dev='/x'/></disk></devices>"),
    domain("<devices><disk type='other'><source dev='/x'/></disk><disk><source file='y'/></disk></devices>"),
    domain("<devices><disk><address/></disk><disk><address type='other'/></disk></devices>"),
    domain("<devices><disk><address type='pci' bus='0x1f' slot='08' function='1F'/></disk></devices>"),
    domain("<devices><disk><driver cache='imaginary' queues='many'/></disk></devices>"),
    domain("<devices><interface type='bridge'><tune/><coalesce><rx/></coalesce></interface></devices>"),
    domain("<devices><disk><backingStore/><backingStore><backingStore/><backingStore/></backingStore></disk></devices>"),
    domain("<os><initarg>a</initarg><initarg b='1'>c</initarg><initarg>d</initarg></os>"),
    domain("<os>text<type>hvm</type>more</os>"),
    domain("<os><nvram template='/t'>/a<source file='/b'/></nvram></os>"),
    domain("<devices><disk type='file'><source file='/x'><dataStore type='file'><source file='/y'>"
           "<dataStore type='file'><source file='/z'/></dataStore></source></dataStore></source></disk></devices>"),
]  # fmt: skip


@pytest.mark.parametrize("xml", SURVIVES)
def test_unusual_xml_survives(xml: str) -> None:
    assert difference(xml, schema.domain_to_xml(schema.domain_from_xml(xml))) is None


def test_the_place_of_known_and_unknown_siblings_of_a_chain_survives() -> None:
    inner = "<backingStore><backingStore><format type='raw'/></backingStore><backingStore x='1'/></backingStore>"
    xml = domain(f"<devices><disk>{inner}</disk></devices>")
    (disk,) = schema.domain_from_xml(xml)["devices"]["disks"]
    assert disk["backingStores"] == [
        {"extra": [{"name": "backingStore", "xml": '<backingStore x="1"/>'}]},
        {"format": {"type": "raw"}},
    ]


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({}, "an object with the key `domain`"),
        ({"domain": {"title": 1}}, "domain.title: 1 is not a string"),
        ({"domain": {"title": "\x00"}}, "cannot hold the character"),
        ({"domain": {"unheardOf": 1}}, "has no field 'unheardOf'"),
        ({"domain": {"memory": 1}}, "domain.memory: an object is expected"),
        ({"domain": {}, "devices": {"disks": {}}}, "domain.devices.disks: a list is expected"),
        ({"domain": {}, "devices": {"disks": [{"readonly": True, "sgio": "x"}]}}, "devices.disks.0.sgio: 'x' is not"),
        ({"domain": {}, "devices": {"disks": [{"driver": {"iothread": True}}]}}, "True is not a number"),
        ({"domain": {}, "devices": {"disks": [{"driver": {"iommu": "on"}}]}}, "'on' is not a boolean"),
        ({"domain": {}, "devices": {"disks": [{"source": {"kind": "x"}}]}}, "'x' is no kind of DiskSource"),
        ({"domain": {"os": {"initArguments": [1]}}}, "os.initArguments: 1 is not a string"),
        ({"domain": {"extra": [{"value": "1"}]}}, "domain.extra: a piece lacks 'name'"),
        ({"domain": {"memory": {"value": "many"}}}, "'many' is not a number"),
    ],
)
def test_a_wrong_definition_is_refused_by_path(definition: dict[str, object], message: str) -> None:
    with pytest.raises(schema.DefinitionError, match=message):
        schema.domain_to_xml(definition)


def test_foreign_namespaces_get_prefixes() -> None:
    writing = Writing("domain")
    writing.add("urn:a thing").attributes["urn:b mark"] = "1"
    source = Source(str(writing))
    assert isinstance(source.tree, dict)
    assert source.tree["urn:a thing"] == {"@urn:b mark": "1"}
    assert source.tree["@xmlns"] == {"ns0": "urn:a", "ns1": "urn:b"}
