"""virtgraph beside its rivals: the same questions over HTTP, to one server after the other."""
