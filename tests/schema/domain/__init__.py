"""Modules of `schema.domain` that have behaviour of their own have their tests here."""
