"""What the store says when it cannot work."""


class StoreError(Exception):
    """MongoDB cannot be used now; the message is one sentence for the operator, without passwords."""


class PortTaken(StoreError):
    """Another program listens on the port that mongod was given."""
