"""`<perf>`: events that the host counts while the VM runs.

Source: libvirt's domain XML, "Performance monitoring events".
"""

from enum import Enum

from ..element import Element, attribute, element
from ..scalars import YesNo, word, words


@words
class PerfEventName(Enum):
    """What a performance event of the host measures, for one VM."""

    CMT = word("cmt", "Bytes of the level 3 cache that it occupies")
    MBMT = word("mbmt", "Total memory bandwidth from one level of cache")
    MBML = word("mbml", "Memory bandwidth of one memory controller")
    CPU_CYCLES = word("cpu_cycles", "CPU cycles, all that went by")
    INSTRUCTIONS = word("instructions", "Instructions that the CPUs carried out")
    CACHE_REFERENCES = word("cache_references", "Accesses that the cache could serve")
    CACHE_MISSES = word("cache_misses", "Accesses that the cache could not serve")
    BRANCH_INSTRUCTIONS = word("branch_instructions", "Branch instructions that were carried out")
    BRANCH_MISSES = word("branch_misses", "Branches that the CPU predicted wrongly")
    BUS_CYCLES = word("bus_cycles", "Cycles of the CPU's bus that went by")
    STALLED_CYCLES_FRONTEND = word(
        "stalled_cycles_frontend", "CPU cycles in which the pipeline's front end was stalled"
    )
    STALLED_CYCLES_BACKEND = word("stalled_cycles_backend", "CPU cycles in which the pipeline's back end was stalled")
    REF_CPU_CYCLES = word("ref_cpu_cycles", "CPU cycles at a fixed rate, whatever the CPU's frequency")
    CPU_CLOCK = word("cpu_clock", "Time by the high-resolution clock of each CPU")
    TASK_CLOCK = word("task_clock", "CPU time that its own tasks took")
    PAGE_FAULTS = word("page_faults", "Page faults of every sort, minor and major")
    CONTEXT_SWITCHES = word("context_switches", "Switches of a CPU from one task to another")
    CPU_MIGRATIONS = word("cpu_migrations", "Moves of a task from one CPU to another")
    PAGE_FAULTS_MIN = word("page_faults_min", "Minor page faults: the page was in memory already")
    PAGE_FAULTS_MAJ = word("page_faults_maj", "Major page faults: the page had to be read from storage")
    ALIGNMENT_FAULTS = word("alignment_faults", "Loads and stores at addresses that are not aligned")
    EMULATION_FAULTS = word("emulation_faults", "Instructions that the kernel had to emulate")


@element
class PerfEvent(Element):
    """An event that the host counts for the VM, as far as its CPUs can; libvirt's domain statistics tell the counts."""

    name: PerfEventName | None = attribute("Event that the host measures for the VM.")
    enabled: YesNo | None = attribute("Whether the event is counted while the VM runs.")
