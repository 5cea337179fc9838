"""A fleet of any size in MongoDB, as the collector would store it: VMs of 20 devices, and what they use and share.

Every document is made from one that the collector's own inventory wrote, by replacing words with others of the same
length in its BSON: that is some hundred times faster than decoding XML, and the documents are the same.
"""

from bench.filling.families import DEVICES
from bench.filling.fill import VMS_PER_HOST, NotEmpty, Progress, fill, fill_if_empty
from bench.filling.layout import HALF, MARKED, ONE_IN_A_HUNDRED, ONE_IN_TEN_THOUSAND, Marked

__all__ = [
    "DEVICES",
    "HALF",
    "MARKED",
    "ONE_IN_A_HUNDRED",
    "ONE_IN_TEN_THOUSAND",
    "VMS_PER_HOST",
    "Marked",
    "NotEmpty",
    "Progress",
    "fill",
    "fill_if_empty",
]
