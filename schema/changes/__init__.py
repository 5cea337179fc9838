"""What became of a VM or resource between two moments: differences of stored documents, and the way back.

A change record is `{operation, revision, at, devices, changes, orders, …}`; see `schema.changes.difference`.
"""
