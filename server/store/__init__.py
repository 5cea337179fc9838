"""MongoDB: the connection or the embedded server, the collections, every write, and the stream of changes."""
