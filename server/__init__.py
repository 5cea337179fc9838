"""The running program: collector, store, GraphQL API and pages."""

import os

# motor reads it once, when it is first imported; its own ten threads are too few beside a change stream.
os.environ.setdefault("MOTOR_MAX_WORKERS", "32")

__version__ = "0.1.0"
