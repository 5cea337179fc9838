"""The sample fleet: one made-up libvirt host with some fifty virtual machines, for libvirt's test driver.

`fleet.xml` names every file; `domains/`, `networks/`, `pools/`, `interfaces/` and `devices/` hold one definition each.
"""

from importlib.resources import files
from pathlib import Path


def fleet_uri() -> str:
    """Return the libvirt URI that opens the packaged fleet, `test:///…/fleet.xml`, absolute and percent-encoded.

    Each connection gets a fleet of its own, in the memory of the process that opens it.
    """
    fleet = Path(str(files(__name__) / "fleet.xml")).absolute()
    return "test" + fleet.as_uri().removeprefix("file")
