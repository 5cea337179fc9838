"""MongoDB: the connection or the embedded server, the collections, every write, and the stream of changes."""

import os

# motor reads this once, when it is first imported. Its default, five threads a core, is one long read per thread.
os.environ.setdefault("MOTOR_MAX_WORKERS", "32")
