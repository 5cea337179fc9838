"""`Long`, the one scalar that is not GraphQL's own."""

from typing import NewType

import strawberry

Long = NewType("Long", int)

LONG = strawberry.scalar(name="Long", serialize=lambda value: value)
