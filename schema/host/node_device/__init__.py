"""`<device>`: a device of the host as libvirt's node device driver lists it.

One module per group of capabilities. All are imported here, so that every shape is known when the first document
comes.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
