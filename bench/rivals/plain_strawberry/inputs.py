# ruff: noqa: D101
"""Filters, as far as they are asked for."""

import strawberry

from bench.rivals.plain_strawberry.enums import DiskCache


@strawberry.input
class StringFilter:
    eq: str | None = strawberry.UNSET


@strawberry.input
class DiskCacheFilter:
    eq: DiskCache | None = strawberry.UNSET


@strawberry.input
class DiskDriverFilter:
    cache: DiskCacheFilter | None = strawberry.UNSET


@strawberry.input
class DiskFilter:
    serial: StringFilter | None = strawberry.UNSET
    driver: DiskDriverFilter | None = strawberry.UNSET


@strawberry.input
class DiskListFilter:
    some: DiskFilter | None = strawberry.UNSET


@strawberry.input
class InterfaceFilter:
    model: StringFilter | None = strawberry.UNSET


@strawberry.input
class InterfaceListFilter:
    some: InterfaceFilter | None = strawberry.UNSET


@strawberry.input
class VmFilter:
    host: StringFilter | None = strawberry.UNSET
    disks: DiskListFilter | None = strawberry.UNSET
    interfaces: InterfaceListFilter | None = strawberry.UNSET
