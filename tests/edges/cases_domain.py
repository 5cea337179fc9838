"""What VMs name beside their devices."""

from .case import NAME, UUID, Case, Given

QEMU = "/usr/bin/qemu-system-x86_64"
HOST_UUID = "c9488981-5049-11cb-9c1c-993d0230b4cd"
CAPABILITIES: Given = (
    f"<capabilities><host><uuid>{HOST_UUID}</uuid></host><guest><os_type>hvm</os_type><arch name='x86_64'><emulator>"
    f"{QEMU}</emulator><machine canonical='pc-q35-9.0' maxCpus='288'>q35</machine></arch></guest></capabilities>",
    {},
)
DOMAIN_CAPABILITIES: Given = (
    f"<domainCapabilities><path>{QEMU}</path><domain>kvm</domain><machine>pc-q35-9.0</machine><arch>x86_64</arch>"
    "</domainCapabilities>",
    {},
)
LIBOSINFO = "http://libosinfo.org/xmlns/libvirt/domain/1.0"


def snapshot(name: str, parent: str = "") -> Given:
    above = f"<parent><name>{parent}</name></parent>" if parent else ""
    return (
        f"<domainsnapshot><name>{name}</name>{above}</domainsnapshot>",
        {"domainUuid": UUID, "domainName": NAME},
    )


CASES = (
    Case(
        "dom-emulator", "", f"emulator|{{host}}|{QEMU}", "EMULATOR", devices=f"<emulator>{QEMU}</emulator>",
        resources=(CAPABILITIES,),
    ),
    Case(
        "dom-emulator", f"CAPABILITIES/{HOST_UUID}", f"emulator|{{host}}|{QEMU}", "EMULATOR", resources=(CAPABILITIES,),
    ),
    Case(
        "dom-emulator", "DOMAIN_CAPABILITIES/x86_64 pc-q35-9.0 kvm", f"emulator|{{host}}|{QEMU}", "EMULATOR",
        resources=(DOMAIN_CAPABILITIES,),
    ),
    Case(
        "dom-machine", "", "machine|{host}|x86_64:pc-q35-9.0", "MACHINE_TYPE",
        domain="<os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>", resources=(CAPABILITIES,),
    ),
    Case(
        "dom-machine", f"CAPABILITIES/{HOST_UUID}", "machine|{host}|x86_64:pc-q35-9.0", "MACHINE_TYPE",
        resources=(CAPABILITIES,),
    ),
    Case(
        "dom-machine", "DOMAIN_CAPABILITIES/x86_64 pc-q35-9.0 kvm", "machine|{host}|x86_64:pc-q35-9.0", "MACHINE_TYPE",
        resources=(DOMAIN_CAPABILITIES,),
    ),
    Case(
        "dom-firmware", "", "path|{host}|/usr/share/OVMF/OVMF_CODE.fd", "HOST_PATH",
        domain="<os><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader></os>",
    ),
    Case(
        "dom-firmware", "", "path|{host}|/var/lib/web.fd", "HOST_PATH", access="EXCLUSIVE",
        domain="<os><loader type='pflash'>/var/lib/web.fd</loader></os>",
    ),
    Case(
        "dom-firmware", "", "path|{host}|/nvram/web_VARS.fd", "HOST_PATH", access="EXCLUSIVE",
        domain="<os><nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/nvram/web_VARS.fd</nvram></os>",
    ),
    Case(
        "dom-firmware", "", "path|{host}|/usr/share/OVMF/OVMF_VARS.fd", "HOST_PATH",
        domain="<os><nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/nvram/web_VARS.fd</nvram></os>",
    ),
    Case(
        "dom-firmware", "", "path|{host}|/nvram/web.fd", "STORAGE_VOLUME", "STORAGE_VOLUME/web.fd", access="EXCLUSIVE",
        domain="<os><nvram type='file'><source file='/nvram/web.fd'/></nvram></os>",
        resources=(("<volume><name>web.fd</name><target><path>/nvram/web.fd</path></target></volume>", {}),),
    ),
    Case(
        "dom-firmware", "", "network-volume||iscsi://example.com:6000/iqn.2013-07.com.example:pool/0", "NETWORK_VOLUME",
        access="EXCLUSIVE",
        domain="<os><nvram type='network'><source protocol='iscsi' name='iqn.2013-07.com.example:pool/0'>"
        "<host name='example.com' port='6000'/></source></nvram></os>",
    ),
    Case(
        "dom-firmware", "", "path|{host}|/boot/vmlinuz", "HOST_PATH", domain="<os><kernel>/boot/vmlinuz</kernel></os>",
    ),
    Case(
        "dom-smbios", "", "sysinfo||smbios", "SYSINFO", "domain",
        domain="<sysinfo type='smbios'><bios><entry name='vendor'>LENOVO</entry></bios></sysinfo>"
        "<os><smbios mode='sysinfo'/></os>",
    ),
    Case(
        "dom-fwcfg", "", "path|{host}|/tmp/provision.ign", "HOST_PATH",
        domain="<sysinfo type='fwcfg'><entry name='opt/com.example/a' file='/tmp/provision.ign'/></sysinfo>",
    ),
    Case(
        "dom-libosinfo", "", "os||http://fedoraproject.org/fedora/40", "GUEST_OS",
        domain=f"<metadata><libosinfo:libosinfo xmlns:libosinfo='{LIBOSINFO}'><libosinfo:os "
        "id='http://fedoraproject.org/fedora/40'/></libosinfo:libosinfo></metadata>",
    ),
    Case(
        "dom-snapshot", "DOMAIN_SNAPSHOT/monday", f"domain|{{host}}|{UUID}", "DOMAIN", "domain",
        resources=(snapshot("monday"),),
    ),
    Case(
        "dom-snapshot", "DOMAIN_SNAPSHOT/tuesday", f"snapshot|{{host}}|{UUID}/monday", "DOMAIN_SNAPSHOT",
        "DOMAIN_SNAPSHOT/monday", resources=(snapshot("monday"), snapshot("tuesday", "monday")),
    ),
    Case(
        "dom-snapshot", "DOMAIN_CHECKPOINT/tuesday", f"checkpoint|{{host}}|{UUID}/monday", "DOMAIN_CHECKPOINT",
        "DOMAIN_CHECKPOINT/monday",
        resources=(
            ("<domaincheckpoint><name>monday</name></domaincheckpoint>", {"domainUuid": UUID}),
            ("<domaincheckpoint><name>tuesday</name><parent><name>monday</name></parent><domain><uuid>"
             f"{UUID.upper()}</uuid></domain></domaincheckpoint>", {}),
        ),
    ),
    Case(
        "dom-snapshot", "DOMAIN_SNAPSHOT/monday", "path|{host}|/images/web.monday", "HOST_PATH",
        resources=(("<domainsnapshot><name>monday</name><memory snapshot='external' file='/m.save'/><disks><disk "
                    "name='vda'><source file='/images/web.monday'/></disk></disks></domainsnapshot>", {}),),
    ),
    Case(
        "qemu-override", "", "alias||ua-disk", "DISK", "disk/vda", access="WRITE",
        domain="<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><devices><disk type='file'>"
        "<target dev='vda'/><alias name='ua-disk'/></disk></devices><qemu:override><qemu:device alias='ua-disk'/>"
        "</qemu:override></domain>",
    ),
    Case(
        "blkiotune", "", "path|{host}|/dev/sda", "HOST_PATH",
        domain="<blkiotune><device><path>/dev/sda</path><weight>500</weight></device></blkiotune>",
    ),
)  # fmt: skip
