"""The sample: two made-up hosts of a small company with a lab.

`fleet.xml` names every file of the first, for libvirt's test driver: `domains/`, `networks/`, `pools/`, `interfaces/`
and `devices/` hold one definition each. `dumps/` is the second, a directory of XML: what the test driver does not have,
such as filters, secrets and snapshots, and machines of other hypervisors and of newer releases than may be installed.
"""

from importlib.resources import files
from pathlib import Path


def fleet_uri() -> str:
    """Return the libvirt URI that opens the packaged fleet, `test:///…/fleet.xml`, absolute and percent-encoded.

    Each connection gets a fleet of its own, in the memory of the process that opens it.
    """
    return "test" + _place("fleet.xml").as_uri().removeprefix("file")


def sample_hosts() -> list[str]:
    """Return the hosts of the sample as `--host` takes them: the fleet, and the lab's dumps."""
    return [f"sample={fleet_uri()}", "lab=files" + _place("dumps").as_uri().removeprefix("file")]


def _place(name: str) -> Path:
    return Path(str(files(__name__) / name)).absolute()
