"""Each module of `schema.domain` with behaviour of its own has its test here."""
