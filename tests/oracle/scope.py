"""Names in an answer: a query may use one for one thing only, in whichever of its fragments it stands.

Source: "Field Selection Merging" of the GraphQL specification.
"""

from dataclasses import dataclass, field
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a name in an answer stands for."""

    field: str
    arguments: str
    shape: str


@dataclass
class Scope:
    """The names in one object of an answer: one that stands in several fragments must stand for the same in all."""

    meanings: dict[str, Meaning] = field(default_factory=dict)
    below: dict[str, "Scope"] = field(default_factory=dict)

    def agrees(self, other: "Scope") -> bool:
        """Whether no name stands for something else in the other."""
        return all(
            self.meanings.get(name, meaning) == meaning and (name not in self.below or self.below[name].agrees(inner))
            for (name, meaning), inner in zip(other.meanings.items(), other.below.values(), strict=True)
        )

    def absorb(self, other: "Scope") -> None:
        """Take over the names of the other, which agrees."""
        self.meanings.update(other.meanings)
        for name, inner in other.below.items():
            self.below.setdefault(name, Scope()).absorb(inner)


class Fragment(NamedTuple):
    """A named fragment, and the names that it takes where it is spread."""

    name: str
    on: str
    text: str
    scope: Scope
