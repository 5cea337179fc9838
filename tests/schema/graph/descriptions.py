"""What a description of the schema must be: a sentence that says more than the name it describes."""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
)

FEWEST_WORDS = 5
FEWEST_WORDS_BEYOND_THE_NAME = 2

_SINCE = re.compile(r"\s*Since libvirt [\d.]+\.$|; since libvirt [\d.]+")
_SPELLING = re.compile(r"\s*[(\[]`[^`]*`[)\]](?=\.?$)")
_WORD = re.compile(r"[^\W_][\w'/.:+-]*")
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LITTLE = frozenset({"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "into", "is", "it", "its"})
_LITTLE |= {"of", "on", "or", "that", "the", "this", "to", "which", "whose", "with"}

Described = tuple[str, str, str | None]
"""What a thing is, its name with its owner's, its description."""


def described(schema: GraphQLSchema) -> Iterator[Described]:
    """Everything that can carry a description, without what GraphQL itself brings."""
    for of in schema.type_map.values():
        if is_introspection_type(of) or is_specified_scalar_type(of):
            continue
        yield "type", of.name, of.description
        if isinstance(of, GraphQLEnumType):
            for name, value in of.values.items():
                yield "enum value", f"{of.name}.{name}", value.description
        elif isinstance(of, GraphQLInputObjectType):
            for name, given in of.fields.items():
                yield "input field", f"{of.name}.{name}", given.description
        elif isinstance(of, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in of.fields.items():
                yield "field", f"{of.name}.{name}", field.description
                for argument, taken in field.args.items():
                    yield "argument", f"{of.name}.{name}.{argument}", taken.description


def fault(name: str, description: str | None) -> str | None:
    """What is wrong with the description of the thing with this name; None for a good one."""
    text = (description or "").strip()
    if not text:
        return "missing"
    if not text.endswith("."):
        return "no full stop"
    words = [word.rstrip(".:'") for word in _WORD.findall(_SPELLING.sub("", _SINCE.sub("", text)))]
    if len(words) < FEWEST_WORDS:
        return "too short"
    own = {_stem(part) for part in _NAME_PART.findall(name.rpartition(".")[2])}
    beyond = {_stem(word) for word in words if word.lower() not in _LITTLE} - own
    return "restates the name" if len(beyond) < FEWEST_WORDS_BEYOND_THE_NAME else None


def _stem(word: str) -> str:
    return word.lower().rstrip("s")
