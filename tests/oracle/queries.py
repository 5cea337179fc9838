"""Queries drawn at random from a schema: valid ones, with a few mistakes among them that clients make.

hypothesis-graphql draws from a schema too, but no variables, directives, named fragments or merged fields, and it
takes a quarter of a second for a query of this schema.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_interface_type,
    is_required_argument,
    is_required_input_field,
)

from .scope import Fragment, Meaning, Scope

Known = Mapping[str, Sequence[str]]
"""Values that lead somewhere, by `field.argument` (`vm.id`), or by the name of an argument alone (`host`).

By an id: the type of what it leads to. By `__typename`: the types of what is stored, the frequent ones repeated.
"""

FAVOURED = {
    "vms": 20, "vm": 14, "node": 12, "nodes": 12, "resources": 10, "resource": 7, "search": 5, "hosts": 4, "host": 4,
    "devices": 25, "disks": 15, "interfaces": 12, "edges": 10, "domain": 12, "source": 10, "address": 8,
    "attachments": 10, "changeCursor": 1, "extra": 1, "coverage": 1,
}  # fmt: skip
"""Fields that lead to most of what there is; any other weighs 3."""

WORDS = ["", "a", "x" * 300, "ü€😀", '"\\\n', "no such thing", "0"]
MOMENTS = ["2020-01-01T00:00:00Z", "2100-01-01T00:00:00+01:00", "yesterday"]
SIZES = [3, 7, 2, 15, 1, 4, 30, 0]
ODD_VALUES: list[Any] = [None, -1, 501, 2**31, 1.5, "words", True, [], {}]
DEEPEST = 14
MOST_FRAGMENTS = 4


class Word(str):
    """A value of an enum: written without quotes in a document, with them in variables."""


def literal(value: Any) -> str:
    """A value as a document has it."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class Query(NamedTuple):
    """A document, values of its variables, and which of its operations is meant."""

    text: str
    variables: dict[str, Any]
    operation: str | None = None

    def has_conditions(self) -> bool:
        """Whether variables with two values decide what is selected, or something else."""
        return any(isinstance(value, bool) for value in self.variables.values())

    def opposite(self) -> "Query":
        """The same with the opposite of each condition: the plan is another one."""
        turned = {name: not value if isinstance(value, bool) else value for name, value in self.variables.items()}
        return self._replace(variables=turned)


class Place(NamedTuple):
    """Where in an answer something is selected."""

    of: GraphQLNamedType
    objects: frozenset[str]
    """The object types that what is here may have."""
    scope: Scope
    depth: int
    entered: Mapping[str, int]
    """How often `vm` and `vms` were entered on the way; the bounds of requests know a limit."""


@lru_cache(maxsize=2)
def _abstract(schema: GraphQLSchema) -> dict[str, frozenset[str]]:
    """The interfaces of a schema and the object types of each; it has no unions that queries come across."""
    return {
        one.name: frozenset(each.name for each in schema.get_possible_types(one))
        for one in schema.type_map.values()
        if is_interface_type(one)
    }


@lru_cache(maxsize=2000)
def _fields(of: GraphQLNamedType) -> tuple[dict[str, int], dict[str, int]]:
    """The weights of the fields of a type: those that are values, those that lead on."""
    declared = getattr(of, "fields", {})
    leaves = {name: 1 for name, one in declared.items() if not is_composite_type(get_named_type(one.type))}
    return leaves, {name: FAVOURED.get(name, 3) for name in declared if name not in leaves}


@dataclass
class Writer:
    """Writes one operation with at most about `budget` fields."""

    schema: GraphQLSchema
    random: Random
    known: Known
    budget: int
    mistakes: bool = True
    letter: str = "F"
    fragments: list[Fragment] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    aliases: int = 0
    led_to: set[str] = field(default_factory=set)
    """The types of what the ids among the arguments of a field lead to."""

    def operation(self, name: str) -> str:
        """A query of this name, and the fragments that it spreads."""
        assert self.schema.query_type is not None
        roots = self.selections(self.here(self.schema.query_type), self.budget)
        declared = ", ".join(f"${variable}: {type_}" for variable, type_ in self.declared.items())
        head = f"query {name}({declared})" if declared else f"query {name}"
        fragments = [f"fragment {one.name} on {one.on} {one.text}" for one in self.fragments]
        return "\n".join([f"{head} {roots}", *fragments])

    def here(self, of: GraphQLNamedType) -> Place:
        return Place(of, self.objects(of), Scope(), 0, {})

    def objects(self, of: GraphQLNamedType) -> frozenset[str]:
        """The object types of a type."""
        return _abstract(self.schema).get(of.name) or frozenset({of.name})

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) >= 100 - percent

    def pick(self, weighted: Mapping[str, int]) -> str:
        """One of these names, by its weight."""
        turn = self.random.randrange(sum(weighted.values()))
        for name, weight in weighted.items():
            turn -= weight
            if turn < 0:
                return name
        raise AssertionError("a turn is less than all weights")

    def selections(self, place: Place, budget: int) -> str:
        """`{ … }` with something of an object, and with about `budget` fields at all depths."""
        left = max(1, (0 if place.depth else 1) + self.random.randrange(self.random.choice([9, 5, 25])))
        if is_abstract_type(place.of):
            left = max(left, 4)
        left = min(left, 3 if place.depth == 0 else max(budget, 1))
        parts: list[str] = []
        for remaining in range(left, 0, -1):
            share = min(budget, 2 * budget // (remaining + 1))
            parts.append(self.selection(place, share - 1))
            budget -= share if parts[-1].endswith("}") else 1
        if place.depth == 0 and self.chance(4):
            parts.append('__schema { queryType { name } } __type(name: "Disk") { kind fields { name type { name } } }')
        return "{ " + " ".join(parts) + " }"

    def selection(self, place: Place, budget: int) -> str:
        """A field or a fragment."""
        turn = self.random.randrange(100)
        if turn >= (45 if is_abstract_type(place.of) else 92) and place.depth < DEEPEST:
            return self.fragment(place, budget)
        leaves, below = _fields(place.of)
        if place.entered:
            below = {name: weight for name, weight in below.items() if place.entered.get(name, 0) < 2}
        deeper = bool(below) and budget > 0 and place.depth < DEEPEST
        if self.chance(8) or not (leaves or deeper):
            return self.typename(place.scope)
        down = deeper and (not leaves or self.chance(95 if place.depth == 0 else 60 - 3 * place.depth))
        name = self.pick(below if down else leaves)
        return self.field(name, place.of.fields[name], place, budget)  # type: ignore[attr-defined]

    def typename(self, scope: Scope) -> str:
        name = "kindOfThing" if self.chance(20) else "__typename"
        scope.meanings[name] = Meaning("__typename", "", "String!")
        scope.below.setdefault(name, Scope())
        return ("" if name == "__typename" else f"{name}: ") + f"__typename{self.directives()}"

    def field(self, name: str, declared: GraphQLField, place: Place, budget: int) -> str:
        """A field with arguments, perhaps under an alias; under a name of the scope that is free or means the same."""
        inner = get_named_type(declared.type)
        composite = is_composite_type(inner)
        shape = str(declared.type).replace(inner.name, "{}") if composite else str(declared.type)
        response, scope = name, place.scope
        if self.chance(8):
            response = self.random.choice(sorted(getattr(place.of, "fields", {}))) if self.chance(30) else self.fresh()
        there = scope.meanings.get(response)
        self.led_to.clear()
        if there is not None and there.field == name and there.shape == shape and self.chance(60):
            arguments = there.arguments
        else:
            arguments = self.arguments(name, declared.args)
        meaning = Meaning(name, arguments, shape)
        if scope.meanings.setdefault(response, meaning) != meaning:
            response = self.fresh()
            scope.meanings[response] = meaning
        below = scope.below.setdefault(response, Scope())
        text = ("" if response == name else f"{response}: ") + name + arguments + self.directives()
        if composite:
            objects = self.objects(inner)
            entered = (
                {**place.entered, name: place.entered.get(name, 0) + 1} if name in ("vm", "vms") else place.entered
            )
            inside = Place(inner, (objects & self.led_to) or objects, below, place.depth + 1, entered)
            text += " " + self.selections(inside, budget)
        return text

    def fresh(self) -> str:
        self.aliases += 1
        return f"a{self.aliases}"

    def fragment(self, place: Place, budget: int) -> str:
        """An inline fragment, a new named one, or another spread of one."""
        valid = self.objects(place.of)
        again = [
            one
            for one in self.fragments
            if valid & self.objects(self.schema.type_map[one.on]) and place.scope.agrees(one.scope)
        ]
        if again and self.chance(25):
            spread = self.random.choice(again)
            place.scope.absorb(spread.scope)
            return f"...{spread.name}{self.directives()}"
        on = self.random.choice(self.conditions(place))
        of = self.schema.type_map[on]
        inside = place._replace(
            of=of, objects=(place.objects & self.objects(of)) or self.objects(of), depth=place.depth + 1
        )
        if len(self.fragments) < MOST_FRAGMENTS and self.chance(15):
            before, declared = len(self.fragments), dict(self.declared)
            own = Scope()
            text = self.selections(inside._replace(scope=own), budget)
            if place.scope.agrees(own):
                place.scope.absorb(own)
                named = Fragment(f"{self.letter}{len(self.fragments) + 1}", on, text, own)
                self.fragments.append(named)
                return f"...{named.name}{self.directives()}"
            del self.fragments[before:]
            self.declared = declared
        condition = "" if on == place.of.name and self.chance(50) else f" on {on}"
        return f"...{condition}{self.directives()} " + self.selections(inside, budget)

    def conditions(self, place: Place) -> list[str]:
        """The types that a fragment may name: what may be here, what is stored again and again; seldom anything."""
        objects = self.objects(place.of) if self.chance(5) else place.objects
        interfaces = [name for name, possible in _abstract(self.schema).items() if objects & possible]
        stored = [name for name in self.known.get("__typename", ()) if name in objects]
        return [place.of.name, *sorted(objects), *stored, *interfaces]

    def directives(self) -> str:
        if not self.chance(6):
            return ""
        conditions = [f"@{self.random.choice(['include', 'skip'])}(if: {self.condition()})"]
        if self.chance(10):
            conditions.append(f"@{'skip' if 'include' in conditions[0] else 'include'}(if: {self.condition()})")
        return " " + " ".join(conditions)

    def condition(self) -> str:
        if self.chance(40):
            return self.random.choice(["true", "false"])
        flags = [name for name, type_ in self.declared.items() if type_.startswith("Boolean")]
        if flags and self.chance(50):
            return f"${self.random.choice(flags)}"
        name, value = f"v{len(self.declared)}", self.chance(50)
        self.declared[name] = "Boolean!"
        if self.chance(30):
            self.declared[name] = f"Boolean{self.random.choice(['!', ''])} = {literal(value)}"
        if self.mistakes and self.declared[name].startswith("Boolean ") and self.chance(10):
            self.values[name] = None
        elif self.declared[name] == "Boolean!" or self.chance(50):
            self.values[name] = self.chance(50)
        return f"${name}"

    def arguments(self, of: str, declared: Mapping[str, GraphQLArgument]) -> str:
        """`(…)`: what must be given, usually the size of a page, now and then something else."""
        given = []
        for name, argument in declared.items():
            usual = 85 if name == "first" else 15 if f"{of}.{name}" in self.known else 7
            if is_required_argument(argument) or self.chance(usual):
                given.append(f"{name}: {self.argument(of, name, argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def argument(self, of: str, name: str, type_: GraphQLInputType) -> str:
        """A literal or a variable, with or without a default; a mistake is likelier in a variable."""
        meaning = f"{of}.{name}" if f"{of}.{name}" in self.known else name
        if not self.chance(25):
            return literal(self.value(type_, meaning, odd=1 if self.chance(20) else 0))
        value = self.value(type_, meaning, odd=3)
        variable = f"v{len(self.declared)}"
        self.declared[variable] = str(type_)
        if self.chance(20):
            self.declared[variable] = f"{type_} = {literal(self.value(type_, meaning, odd=0))}"
        if not self.declared[variable].endswith(str(type_)) and self.chance(50):
            return f"${variable}"
        if isinstance(type_, GraphQLNonNull) or not self.chance(5):
            self.values[variable] = value
        return f"${variable}"

    def value(self, type_: GraphQLInputType, meaning: str, odd: int, depth: int = 0) -> Any:
        """A value of a type that leads somewhere, if its meaning is known; with `odd` percent, none of this type."""
        if self.mistakes and self.chance(odd):
            return self.random.choice(ODD_VALUES)
        bare = get_nullable_type(type_)
        if isinstance(bare, GraphQLList):
            return [self.value(bare.of_type, meaning, odd, depth) for _ in range(self.random.randrange(4))]
        if isinstance(bare, GraphQLInputObjectType):
            return self.input(bare, meaning, odd, depth)
        if isinstance(bare, GraphQLEnumType):
            return Word(self.random.choice(list(bare.values)))
        if (known := self.known.get(meaning)) and not (self.mistakes and self.chance(8)):
            chosen = self.random.choice(known)
            self.led_to.update(self.known.get(chosen, ()))
            return chosen
        match bare.name:
            case "Boolean":
                return self.chance(50)
            case "Int" | "Long":
                return self.random.choice(SIZES)
            case "Float" | "NumberOrText":
                return self.random.choice([*SIZES, 1.5])
            case "DateTime":
                return self.random.choice(MOMENTS[: 3 if self.mistakes else 2])
        return self.random.choice(WORDS)

    def input(self, of: GraphQLInputObjectType, meaning: str, odd: int, depth: int) -> dict[str, Any]:
        """An input object with one or two fields, those of what is known before all, or none at all."""
        weights = {
            name: 12
            if name in self.known
            else 0
            if depth > 2 and isinstance(get_named_type(one.type), GraphQLInputObjectType)
            else 1
            for name, one in of.fields.items()
        }
        wanted = {name for name, one in of.fields.items() if is_required_input_field(one)}
        if any(weights.values()):
            wanted |= {self.pick(weights) for _ in range(1 + self.chance(20))}
        return {
            name: self.value(of.fields[name].type, name if name in self.known else meaning, odd, depth + 1)
            for name in of.fields
            if name in wanted
        }


def random_query(schema: GraphQLSchema, random: Random, known: Known, *, mistakes: bool = True) -> Query:
    """A query; one in twelve is the first or second of two operations."""
    sizes = [30, 8, 60, 120, 250]
    writer = Writer(schema, random, known, random.choice(sizes), mistakes)
    text = writer.operation("First")
    if not writer.mistakes or not writer.chance(8):
        return Query(text, writer.values)
    second = Writer(schema, random, known, 5, letter="G")
    text += "\n" + second.operation("Second")
    operation = random.choice(["First", "Second", None, "Third"])
    return Query(text, second.values if operation == "Second" else writer.values, operation)


def random_queries(schema: GraphQLSchema, seed: int, number: int, known: Known) -> list[tuple[str, dict[str, Any]]]:
    """The same queries for the same seed, all of one operation and without mistakes."""
    random = Random(seed)
    made = (random_query(schema, random, known, mistakes=False) for _ in range(number))
    return [(one.text, one.variables) for one in made]
