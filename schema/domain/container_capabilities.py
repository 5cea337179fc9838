"""`<features><capabilities>`: Linux capabilities that a container keeps or loses.

Source: libvirt's LXC driver, "Altering the available capabilities"; capabilities(7).
"""

from enum import Enum

from ..element import Element, attribute, element
from ..scalars import OnOff, word, words


@words
class CapabilityPolicy(Enum):
    """What happens to the capabilities that are not listed one by one."""

    DEFAULT = word(
        "default", "A container loses a few that libvirt holds dangerous, such as `mknod`, and keeps the rest"
    )
    ALLOW = word("allow", "A container keeps them all, newer ones included")
    DENY = word("deny", "A container loses them all, newer ones included")


@element
class ContainerCapabilities(Element):
    """Linux capabilities of a container: on is kept, off is dropped, null is left to the policy."""

    policy: CapabilityPolicy | None = attribute(
        "What happens to the capabilities that are not listed.", searchable=True
    )
    audit_control: OnOff | None = attribute(
        "Whether it may switch the kernel's audit on and off and change its rules.", xml="state", within="audit_control"
    )
    audit_write: OnOff | None = attribute(
        "Whether it may write records to the kernel's audit log.", xml="state", within="audit_write"
    )
    block_suspend: OnOff | None = attribute(
        "Whether it may keep the host from suspending.", xml="state", within="block_suspend"
    )
    chown: OnOff | None = attribute("Whether it may give files to any user and group.", xml="state", within="chown")
    dac_override: OnOff | None = attribute(
        "Whether it passes all checks of file permissions.", xml="state", within="dac_override"
    )
    dac_read_search: OnOff | None = attribute(
        "Whether it passes the checks for reading files and searching directories.",
        xml="state",
        within="dac_read_search",
    )
    fowner: OnOff | None = attribute(
        "Whether it may do with any file what is left to the owner, such as changing its mode.",
        xml="state",
        within="fowner",
    )
    fsetid: OnOff | None = attribute(
        "Whether set-user-ID and set-group-ID bits survive its changes to a file.", xml="state", within="fsetid"
    )
    ipc_lock: OnOff | None = attribute(
        "Whether it may lock memory and allocate huge pages.", xml="state", within="ipc_lock"
    )
    ipc_owner: OnOff | None = attribute(
        "Whether it passes the permission checks of System V IPC objects.", xml="state", within="ipc_owner"
    )
    kill: OnOff | None = attribute("Whether it may send signals to any process.", xml="state", within="kill")
    lease: OnOff | None = attribute("Whether it may take leases on any file.", xml="state", within="lease")
    linux_immutable: OnOff | None = attribute(
        "Whether it may set a file's immutable and append-only flags.", xml="state", within="linux_immutable"
    )
    mac_admin: OnOff | None = attribute(
        "Whether it may change the configuration of mandatory access control (Smack).", xml="state", within="mac_admin"
    )
    mac_override: OnOff | None = attribute(
        "Whether it may override mandatory access control (Smack).", xml="state", within="mac_override"
    )
    mknod: OnOff | None = attribute("Whether it may make device nodes.", xml="state", within="mknod")
    net_admin: OnOff | None = attribute(
        "Whether it may set up interfaces, routes and the firewall.", xml="state", within="net_admin"
    )
    net_bind_service: OnOff | None = attribute(
        "Whether it may listen on ports below 1024.", xml="state", within="net_bind_service"
    )
    net_broadcast: OnOff | None = attribute(
        "Whether it may broadcast and listen to multicast; Linux does not use it.", xml="state", within="net_broadcast"
    )
    net_raw: OnOff | None = attribute(
        "Whether it may use raw and packet sockets, as `ping` and `tcpdump` do.", xml="state", within="net_raw"
    )
    setgid: OnOff | None = attribute("Whether it may take on any group.", xml="state", within="setgid")
    setfcap: OnOff | None = attribute("Whether it may give capabilities to files.", xml="state", within="setfcap")
    setpcap: OnOff | None = attribute(
        "Whether it may change the capabilities that its processes can hand on.", xml="state", within="setpcap"
    )
    setuid: OnOff | None = attribute("Whether it may take on any user.", xml="state", within="setuid")
    sys_admin: OnOff | None = attribute(
        "Whether it may administrate nearly everything: mounts, quotas, host name, namespaces and much more.",
        xml="state",
        within="sys_admin",
    )
    sys_boot: OnOff | None = attribute(
        "Whether it may reboot the machine and load a new kernel with kexec.", xml="state", within="sys_boot"
    )
    sys_chroot: OnOff | None = attribute(
        "Whether it may change its root directory and mount namespace.", xml="state", within="sys_chroot"
    )
    sys_module: OnOff | None = attribute(
        "Whether it may load and unload kernel modules.", xml="state", within="sys_module"
    )
    sys_nice: OnOff | None = attribute(
        "Whether it may raise priorities and choose the CPUs of any process.", xml="state", within="sys_nice"
    )
    sys_pacct: OnOff | None = attribute(
        "Whether it may switch process accounting on and off.", xml="state", within="sys_pacct"
    )
    sys_ptrace: OnOff | None = attribute(
        "Whether it may trace any process and read its memory.", xml="state", within="sys_ptrace"
    )
    sys_rawio: OnOff | None = attribute(
        "Whether it may access I/O ports and the host's physical memory.", xml="state", within="sys_rawio"
    )
    sys_resource: OnOff | None = attribute(
        "Whether it may exceed resource limits and disk quotas.", xml="state", within="sys_resource"
    )
    sys_time: OnOff | None = attribute("Whether it may set the host's clock.", xml="state", within="sys_time")
    sys_tty_config: OnOff | None = attribute(
        "Whether it may hang up and set up virtual terminals.", xml="state", within="sys_tty_config"
    )
    syslog: OnOff | None = attribute("Whether it may read and clear the kernel's log.", xml="state", within="syslog")
    wake_alarm: OnOff | None = attribute(
        "Whether it may set timers that wake the host up.", xml="state", within="wake_alarm"
    )
