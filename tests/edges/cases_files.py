"""What devices other than disks take from the host."""

from .case import Case

SECRET = "f981dd17-143f-45bc-88e6-ed1fe20ce9da"


def numa(*nodes: int) -> str:
    cells = "".join(f"<cell id='{node}'/>" for node in nodes)
    topology = f"<topology><cells num='2'>{cells}</cells></topology>"
    return f"<capabilities><host><uuid>{SECRET}</uuid>{topology}</host></capabilities>"


def tpm(backend: str) -> str:
    return f"<tpm model='tpm-crb'><backend {backend}</backend></tpm>"


def filesystem(kind: str, source: str, more: str = "") -> str:
    return f"<filesystem type='{kind}'>{source}<target dir='tag'/>{more}</filesystem>"


CASES = (
    Case(
        "lease", "lease/somearea/somekey", "lease||somearea/somekey", "LOCK_LEASE", access="EXCLUSIVE", source=True,
        devices="<lease><lockspace>somearea</lockspace><key>somekey</key><target path='/lease' offset='1024'/></lease>",
    ),
    Case(
        "fs-source", "filesystem/tag", "path|{host}|/srv/share", "HOST_PATH", access="SHARE", source=True,
        devices=filesystem("mount", "<source dir='/srv/share/'/>"),
    ),
    Case(
        "fs-source", "filesystem/tag", "path|{host}|/srv/share", "HOST_PATH", access="READ", source=True,
        devices=filesystem("mount", "<source dir='/srv/share'/>", "<readonly/>"),
    ),
    Case(
        "fs-source", "filesystem/tag", "socket|{host}|/run/virtiofsd.sock", "UNIX_SOCKET", access="EXCLUSIVE",
        source=True, devices=filesystem("mount", "<driver type='virtiofs'/><source socket='/run/virtiofsd.sock'/>"),
    ),
    Case(
        "fs-source", "filesystem/tag", "path|{host}|/root.img", "HOST_PATH", access="WRITE", source=True,
        devices=filesystem("file", "<source file='/root.img'/>"),
    ),
    Case(
        "fs-source", "filesystem/tag", "path|{host}|/dev/vg/root", "STORAGE_VOLUME", "STORAGE_VOLUME/root",
        access="WRITE", source=True, devices=filesystem("block", "<source dev='/dev/vg/root'/>"),
        resources=(("<volume><name>root</name><target><path>/dev/vg/root</path></target></volume>", {"pool": "vg"}),),
    ),
    Case(
        "fs-source", "filesystem/tag", "volume|{host}|vg/root", "STORAGE_VOLUME", "STORAGE_VOLUME/root",
        access="WRITE", source=True, devices=filesystem("volume", "<source pool='vg' volume='root'/>"),
        resources=(("<volume><name>root</name><target><path>/dev/vg/root</path></target></volume>", {"pool": "vg"}),),
    ),
    Case(
        "fs-source", "filesystem/tag", "template|{host}|fedora", "CONTAINER_TEMPLATE", access="READ", source=True,
        devices=filesystem("template", "<source name='fedora'/>"),
    ),
    Case(
        "rom", "interface/52:54:00:00:00:01", "path|{host}|/usr/share/pxe.rom", "HOST_PATH",
        devices="<interface type='user'><mac address='52:54:00:00:00:01'/><rom file='/usr/share/pxe.rom'/></interface>",
    ),
    Case(
        "input-host", "input/evdev", "char|{host}|/dev/input/event1", "CHARACTER_DEVICE", access="EXCLUSIVE",
        source=True, devices="<input type='evdev'><source dev='/dev/input/event1' grab='all'/></input>",
    ),
    Case(
        "input-host", "input/passthrough/virtio", "char|{host}|/dev/input/event2", "CHARACTER_DEVICE",
        access="EXCLUSIVE", source=True,
        devices="<input type='passthrough' bus='virtio'><source evdev='/dev/input/event2'/></input>",
    ),
    Case(
        "drm", "graphics/egl-headless", "char|{host}|/dev/dri/renderD128", "NODE_DEVICE",
        "NODE_DEVICE/drm_renderD128", access="CONNECT",
        devices="<graphics type='egl-headless'><gl rendernode='/dev/dri/renderD128'/></graphics>",
        resources=(("<device><name>drm_renderD128</name><devnode type='dev'>/dev/dri/renderD128</devnode>"
                    "<capability type='drm'><type>render</type></capability></device>", {}),),
    ),
    Case(
        "drm", "video/#1", "char|{host}|/dev/dri/renderD129", "CHARACTER_DEVICE", access="CONNECT",
        devices="<video><driver name='vhostuser'/><model type='virtio'><acceleration rendernode='/dev/dri/renderD129'/>"
        "</model></video>",
    ),
    Case(
        "tpm", "tpm/#1", "char|{host}|/dev/tpm0", "CHARACTER_DEVICE", access="EXCLUSIVE", source=True,
        devices="<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
    ),
    Case(
        "tpm", "tpm/#1", "char|{host}|/dev/tpmrm0", "CHARACTER_DEVICE", access="CONNECT", source=True,
        devices="<tpm model='spapr-tpm-proxy'><backend type='passthrough'><device path='/dev/tpmrm0'/></backend></tpm>",
    ),
    Case(
        "tpm-secret", "tpm/#1", f"secret|{{host}}|{SECRET}", "SECRET", "SECRET/vtpm for web",
        devices=tpm(f"type='emulator'><encryption secret='{SECRET.upper()}'/>"),
        resources=(
            (f"<secret><uuid>{SECRET}</uuid><usage type='vtpm'><name>vtpm for web</name></usage></secret>", {}),
        ),
    ),
    Case(
        "tpm-ext", "tpm/#1", "socket|{host}|/run/swtpm.sock", "UNIX_SOCKET", access="EXCLUSIVE", source=True,
        devices=tpm("type='external'><source type='unix' mode='connect' path='/run/swtpm.sock'/>"),
    ),
    Case(
        "tpm-ext", "tpm/#1", "path|{host}|/var/lib/tpm.state", "HOST_PATH", access="EXCLUSIVE", source=True,
        devices=tpm("type='emulator'><source type='file' path='/var/lib/tpm.state'/>"),
    ),
    Case(
        "rng-src", "rng/#1", "char|{host}|/dev/urandom", "CHARACTER_DEVICE", source=True,
        devices="<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
    ),
    Case(
        "smartcard", "smartcard/#1", "path|{host}|/etc/pki/nssdb", "HOST_PATH", source=True,
        devices="<smartcard mode='host-certificates'><certificate>a</certificate><certificate>b</certificate>"
        "<certificate>c</certificate></smartcard>",
    ),
    Case(
        "smartcard", "smartcard/#1", "certificate|{host}|/etc/nss:b", "CERTIFICATE", source=True,
        devices="<smartcard mode='host-certificates'><certificate>a</certificate><certificate>b</certificate>"
        "<certificate>c</certificate><database>/etc/nss/</database></smartcard>",
    ),
    Case(
        "pstore", "pstore/#1", "path|{host}|/var/lib/crash.pstore", "HOST_PATH", access="EXCLUSIVE", source=True,
        devices="<pstore backend='acpi-erst'><path>/var/lib/crash.pstore</path><size unit='KiB'>8</size></pstore>",
    ),
    Case(
        "nvdimm", "memory/nvdimm//dev/dax0.0/0", "path|{host}|/dev/dax0.0", "HOST_PATH", access="SHARE", source=True,
        devices="<memory model='nvdimm' access='shared'><source><path>/dev/dax0.0</path></source><target>"
        "<size unit='KiB'>523264</size><node>0</node></target></memory>",
    ),
    Case(
        "nvdimm", "memory/nvdimm//tmp/nvdimm/0", "path|{host}|/tmp/nvdimm", "HOST_PATH", access="READ", source=True,
        devices="<memory model='nvdimm'><source><path>/tmp/nvdimm</path></source><target><size unit='KiB'>523264</size>"
        "<node>0</node><readonly/></target></memory>",
    ),
    Case(
        "mem-hostnode", "memory/dimm/0", "numa-node|{host}|3", "NUMA_NODE", access="CONNECT",
        devices="<memory model='dimm'><source><nodemask>1-3,^2</nodemask></source><target>"
        "<size unit='KiB'>523264</size><node>0</node></target></memory>",
    ),
    Case(
        "mem-hostnode", "", "numa-node|{host}|0", "NUMA_NODE", access="CONNECT",
        domain="<numatune><memory mode='strict' nodeset='0-1'/><memnode cellid='0' nodeset='2'/></numatune>",
    ),
    Case(
        "mem-hostnode", f"CAPABILITIES/{SECRET}", "numa-node|{host}|1", "NUMA_NODE", resources=((numa(0, 1), {}),),
    ),
    Case(
        "shmem", "shmem/shared", "shmem|{host}|shared", "SHARED_MEMORY", access="SHARE", source=True,
        devices="<shmem name='shared' role='peer'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>",
    ),
    Case(
        "shmem", "shmem/shared", "socket|{host}|/run/shmem.sock", "UNIX_SOCKET", access="SHARE", source=True,
        devices="<shmem name='shared'><model type='ivshmem-doorbell'/><server path='/run/shmem.sock'/></shmem>",
    ),
    Case(
        "shmem", "shmem/shared", "socket|{host}|/var/lib/libvirt/shmem-shared-sock", "UNIX_SOCKET", access="SHARE",
        source=True, devices="<shmem name='shared'><model type='ivshmem-doorbell'/><server/></shmem>",
    ),
    Case(
        "vsock", "vsock/#1", "vsock|{host}|4", "VSOCK_CID", access="EXCLUSIVE", source=True,
        devices="<vsock model='virtio'><cid auto='no' address='4'/></vsock>",
    ),
)  # fmt: skip
