"""`<cpu>` of the domain capabilities: ways to configure the guest's processor, and the models to choose from.

Source: libvirt's domain capabilities XML format, "CPU configuration".
"""

from enum import Enum

from ..domain.cpu import CpuFeature, CpuModel, PhysicalAddressSize
from ..element import Element, Variant, attribute, child, children, element, family, shape, text, text_child, variants
from ..scalars import YesNo, word, words
from .host_cpu import CpuFeatureName
from .support import SupportedWords


@words
class CpuModelUsable(Enum):
    """Whether a CPU model works on the host as it is."""

    YES = word("yes", "The host has all that the model has")
    NO = word("no", "Not without disabling features that the host lacks; `blockers` lists them")
    UNKNOWN = word("unknown", "libvirt does not know enough to tell")


@element
class SupportedCpuModel(Element):
    """A CPU model that a VM can ask for by its name."""

    name: str | None = text("Model from libvirt's CPU map, such as `EPYC-Rome`.", searchable=True)
    usable: CpuModelUsable | None = attribute("Whether it works on the host as it is.")
    deprecated: YesNo | None = attribute("Whether the hypervisor advises against it.", since="7.1.0")
    canonical: str | None = attribute("Exact version that this general name stands for, such as `EPYC-Rome-v1`.")
    vendor: str | None = attribute("Maker of such processors, such as `AMD`; `unknown` for general models.")


@element
class CpuModelBlockers(Element):
    """The features that keep a CPU model from being used on the host."""

    model: str | None = attribute("The model that cannot be used, one of `models`.")
    features: list[CpuFeatureName] | None = children("Features of the model that the host lacks.", xml="feature")


@family(own="name")
class CpuModeSupport(Variant):
    """A way to configure the guest's processor, and what it offers; `kind` is the word for `mode` of a VM's CPU."""

    supported: YesNo | None = attribute("Whether VMs can use this mode.")


@shape("host-passthrough", "maximum")
class UnnamedCpuSupport(CpuModeSupport):
    """The host's own processor, or all that can be had: modes that name no model."""

    enums: list[SupportedWords] | None = children(
        "Words for `migratable` of the CPU: `hostPassthroughMigratable` or `maximumMigratable`.", xml="enum"
    )


@shape("host-model")
class HostModelCpuSupport(CpuModeSupport):
    """The named model closest to the host's processor: the CPU that a VM with this mode would get now."""

    model: CpuModel | None = child(
        "The model; its `fallback` is `forbid` where the VM gets just this, `allow` where the hypervisor may differ."
    )
    vendor: str | None = text_child("Maker of the processor that the VM sees, such as `Intel`.")
    max_phys_addr: PhysicalAddressSize | None = child("Width of physical addresses that it sees.", xml="maxphysaddr")
    features: list[CpuFeature] | None = children("Features added to the model or taken from it.", xml="feature")


@shape("custom")
class CustomCpuSupport(CpuModeSupport):
    """A model that the VM names itself, one of those here."""

    models: list[SupportedCpuModel] | None = children("Models that VMs can name.", xml="model")
    blockers: list[CpuModelBlockers] | None = children(
        "What is missing for the models that are not usable.", xml="blockers"
    )


@shape("other")
class OtherCpuSupport(CpuModeSupport):
    """A mode that this release does not know."""

    name: str | None = attribute("libvirt's word for the mode.")


@element
class CpuSupport(Element):
    """The ways to configure the guest's processor."""

    modes: list[CpuModeSupport] | None = variants("Modes of the CPU, supported or not.", xml="mode")
