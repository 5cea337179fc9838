"""A VM's buses as a tree: which device is plugged into which.

One module per family of buses says how its addresses are read and which places a bus has; `build` puts them together.
Source: libvirt's domain XML, "Device Addresses" and "Controllers", and the sizes that libvirt itself assigns from.
"""

from .build import DEVICE_PATHS, DOMAIN_PATHS, FURTHER_PATHS, TreeNode, device_tree, is_echo, place_of
from .numbers import controller_numbers
from .parts import MOST_FREE_SLOTS, Bus, BusKind, FreeSlots
from .usb import hub_bus

__all__ = [
    "DEVICE_PATHS",
    "DOMAIN_PATHS",
    "FURTHER_PATHS",
    "MOST_FREE_SLOTS",
    "Bus",
    "BusKind",
    "FreeSlots",
    "TreeNode",
    "controller_numbers",
    "device_tree",
    "hub_bus",
    "is_echo",
    "place_of",
]
