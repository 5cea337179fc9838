"""What resolvers get with a request."""

import strawberry

from bench.rivals.reads import Reads

Info = strawberry.Info[Reads, None]
