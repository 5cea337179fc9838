"""Network filters: values that are numbers, words or variables, and the protocol of a rule."""

from typing import Any

import pytest

import schema
from schema.host.nwfilter import NwFilterRule
from schema.scalars import NUMBER_OR_TEXT
from tests.schema.asking import computed
from tests.shared import difference


def of_rule(match: str) -> dict[str, Any]:
    """The only rule of a filter, after its XML came back the same."""
    xml = f"<filter name='f' chain='arp-test'><rule action='drop' direction='out'>{match}</rule></filter>"
    document = schema.resource_from_xml(xml)
    assert difference(xml, schema.resource_to_xml(document)) is None
    rule: dict[str, Any] = document["rules"][0]
    return rule


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("22", 22, id="number"),
        pytest.param("022", 22, id="decimal in spite of the zero"),
        pytest.param("0x16", 22, id="hexadecimal"),
        pytest.param("$PORT", "$PORT", id="variable"),
        pytest.param("$PORTS[ @2 ] ", "$PORTS[ @2 ] ", id="each of a list"),
        pytest.param("4294967295", 2**32 - 1, id="32 bits"),
    ],
)
def test_a_number_or_a_variable(text: str, value: int | str) -> None:
    assert of_rule(f"<tcp dstportstart='{text}'/>")["tcpMatches"][0]["destinationPortStart"] == value


@pytest.mark.parametrize("text", ["ssh", "$", "$PORT[x]", "0x", "16h", ""])
def test_what_is_neither_is_kept_apart(text: str) -> None:
    (match,) = of_rule(f"<tcp dstportstart='{text}'/>")["tcpMatches"]
    assert match == {"extra": [{"name": "dstportstart", "value": text}]}


@pytest.mark.parametrize(
    ("attribute", "key", "value"),
    [
        ("opcode='Request'", "opcode", "Request"),
        ("opcode='request'", "opcode", "request"),
        ("opcode='2'", "opcode", 2),
        ("gratuitous='true'", "gratuitous", True),
        ("gratuitous='1'", "gratuitous", True),
        ("gratuitous='NO'", "gratuitous", False),
        ("arpsrcipmask='24'", "arpSourceMask", "24"),
        ("arpdstipmask='255.255.255.0'", "arpDestinationMask", "255.255.255.0"),
    ],
)
def test_words_and_booleans_in_all_spellings(attribute: str, key: str, value: Any) -> None:
    assert of_rule(f"<arp {attribute}/>")["arpMatches"][0][key] == value


def test_a_value_that_changed_is_written_anew() -> None:
    document = schema.resource_from_xml(
        "<filter name='f'><rule><tcp dstportstart='0x16'/><arp gratuitous='1'/></rule></filter>"
    )
    (rule,) = document["rules"]
    rule["tcpMatches"][0]["destinationPortStart"] = 80
    rule["arpMatches"][0]["gratuitous"] = False
    assert '<tcp dstportstart="80"/>' in schema.resource_to_xml(document).replace("'", '"')
    assert 'gratuitous="false"' in schema.resource_to_xml(document).replace("'", '"')
    rule["tcpMatches"][0]["destinationPortStart"] = "ssh"
    with pytest.raises(schema.DefinitionError, match=r"rules\.0\.tcpMatches\.0\.destinationPortStart"):
        schema.resource_to_xml(document)


@pytest.mark.parametrize(
    ("match", "protocol"), [("<tcp-ipv6/><tcp-ipv6 match='no'/>", "tcp-ipv6"), ("<all/>", "all"), ("", None)]
)
def test_the_protocol_of_a_rule(match: str, protocol: str | None) -> None:
    assert computed(NwFilterRule, "protocol", of_rule(match)) == protocol


def test_the_scalar_takes_numbers_and_text_only() -> None:
    scalar: Any = NUMBER_OR_TEXT
    assert [scalar.serialize(value) for value in (22, 2**60, "$PORT")] == [22, str(2**60), "$PORT"]
    assert [scalar.parse_value(value) for value in (22, "$PORT")] == [22, "$PORT"]
    values: list[Any] = [1.5, True, None, []]
    for value in values:
        with pytest.raises(ValueError, match="NumberOrText cannot represent"):
            scalar.parse_value(value)
