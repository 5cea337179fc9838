"""What disks name."""

from typing import Any

from schema import resource_from_xml

from .case import UUID, Case, Given


def volume(name: str, path: str) -> str:
    return f"<volume><name>{name}</name><key>{path}</key><target><path>{path}</path></target></volume>"


def disk(kind: str, inside: str, more: str = "") -> str:
    return f"<disk type='{kind}' {more}>{inside}<target dev='vda'/></disk>"


def network_disk(protocol: str, name: str, inside: str = "") -> str:
    return disk("network", f"<source protocol='{protocol}' name='{name}'>{inside}</source>")


def in_pool(kind: str, source: str) -> dict[str, Any]:
    """The facts of a volume in a pool with this source."""
    pool = resource_from_xml(f"<pool type='{kind}'><name>san</name><source>{source}</source></pool>")
    return {"pool": "san", "poolType": kind, "poolSource": pool["source"]}


def shared(protocol: str, name: str, host: str, key: str, kind: str, pool: str, volume_name: str) -> Case:
    """A disk on a server, which a volume of a pool on that server is."""
    return Case(
        "disk-network", "disk/vda", key, "STORAGE_VOLUME", f"STORAGE_VOLUME/{volume_name}", access="WRITE",
        source=True, devices=network_disk(protocol, name, host),
        resources=((f"<volume><name>{volume_name}</name></volume>", in_pool(kind, pool)),),
    )  # fmt: skip


DEFAULT = {"pool": "default", "poolType": "dir", "poolTarget": "/images"}
WEB = volume("web.qcow2", "/images/web.qcow2")
SECRET = "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87"
KEPT: Given = (
    f"<secret><uuid>{SECRET}</uuid><usage type='iscsi'><target>libvirtiscsi</target></usage></secret>",
    {},
)
IQN = "iqn.2013-07.com.example:pool"
DISK_SECRET = f"<auth username='u'><secret type='iscsi' uuid='{SECRET.upper()}'/></auth>"
OVERLAY = "<source file='/images/web.qcow2'/>"

CASES = (
    Case(
        "disk-file", "disk/vda", "path|{host}|/images/web.qcow2", "STORAGE_VOLUME", "STORAGE_VOLUME/web.qcow2",
        access="WRITE", source=True, devices=disk("file", "<source file='/images//web.qcow2'/>"),
        resources=((WEB, DEFAULT),),
    ),
    Case(
        "disk-file", "disk/vda", "path|{host}|/iso/a.iso", "HOST_PATH", access="READ", source=True,
        devices=disk("file", "<source file='/iso/a.iso'/>", "device='cdrom'"),
    ),
    Case(
        "disk-file", "disk/vda", "path|{host}|/a.img", "HOST_PATH", access="READ", source=True,
        devices=disk("file", "<source file='/a.img'/><transient shareBacking='yes'/>"),
    ),
    Case(
        "disk-file", "disk/vda", "path|{host}|/a.img", "HOST_PATH", access="SHARE", source=True,
        devices=disk("file", "<source file='/a.img'/><shareable/>"),
    ),
    Case(
        "disk-file", "disk/sda", "path|{host}|[datastore1] web/web.vmdk", "STORAGE_VOLUME",
        "STORAGE_VOLUME/web/web.vmdk", access="WRITE", source=True,
        devices="<disk type='file'><source file='[datastore1] web/web.vmdk'/><target dev='sda'/></disk>",
        resources=((volume("web/web.vmdk", "[datastore1] web/web.vmdk"), {"pool": "datastore1"}),),
    ),
    Case(
        "disk-block", "disk/vda", "path|{host}|/dev/vg0/web", "STORAGE_VOLUME", "STORAGE_VOLUME/web",
        access="WRITE", source=True, devices=disk("block", "<source dev='/dev/vg0/web'/>"),
        resources=(("<volume type='block'><name>web</name><key>r4xkCv-MQhr</key><target><path>/dev/vg0/web</path>"
                    "</target></volume>", {"pool": "vg0", "poolType": "logical"}),),
    ),
    Case(
        "disk-block", "disk/vda", "path|{host}|/dev/disk/by-id/wwn-0x5000", "NODE_DEVICE",
        "NODE_DEVICE/block_sda_S1", access="WRITE", source=True,
        devices=disk("block", "<source dev='/dev/disk/by-id/wwn-0x5000'/>"),
        resources=(("<device><name>block_sda_S1</name><devnode type='dev'>/dev/sda</devnode><devnode type='link'>"
                    "/dev/disk/by-id/wwn-0x5000</devnode><capability type='storage'><block>/dev/sda</block>"
                    "</capability></device>", {}),),
    ),
    Case(
        "disk-dir", "disk/vda", "path|{host}|/var/fat", "HOST_PATH", access="READ", source=True,
        devices=disk("dir", "<source dir='/var/fat/'/><readonly/>"),
    ),
    Case(
        "disk-volume", "disk/vda", "volume|{host}|default/web.qcow2", "STORAGE_VOLUME", "STORAGE_VOLUME/web.qcow2",
        access="WRITE", source=True, devices=disk("volume", "<source pool='default' volume='web.qcow2'/>"),
        resources=((WEB, DEFAULT),),
    ),
    Case(
        "disk-volume", "disk/vda", "volume|{host}|default/gone.qcow2", "STORAGE_VOLUME", access="WRITE",
        source=True, devices=disk("volume", "<source pool='default' volume='gone.qcow2'/>"),
    ),
    shared(
        "rbd", "vms/web", "<host name='mon2' port='6789'/><host name='MON1'/>",
        "network-volume||rbd://mon1:6789,mon2:6789/vms/web",
        "rbd", "<host name='mon1' port='6789'/><host name='mon2'/><name>vms</name>", "web",
    ),
    shared(
        "iscsi", f"{IQN}/1", "<host name='192.0.2.1' port='3260'/>",
        f"network-volume||iscsi://192.0.2.1:3260/{IQN}/1",
        "iscsi-direct", f"<host name='192.0.2.1'/><device path='{IQN}'/>", "unit:0:0:1",
    ),
    shared(
        "iscsi", IQN, "<host name='fd00::1'/>", f"network-volume||iscsi://[fd00::1]:3260/{IQN}/0",
        "iscsi", f"<host name='FD00::1'/><device path='{IQN}'/>", "unit:0:0:0",
    ),
    shared(
        "gluster", "vol0/dir/web", "<host name='g1'/>", "network-volume||gluster://g1:24007/vol0/dir/web",
        "gluster", "<host name='g1'/><dir path='/dir'/><name>vol0</name>", "web",
    ),
    shared(
        "nfs", "/export/web.img", "<host name='filer'/>", "network-volume||nfs://filer:2049/export/web.img",
        "netfs", "<host name='filer'/><dir path='/export'/><format type='nfs'/>", "web.img",
    ),
    shared(
        "sheepdog", "web", "<host name='s1' port='7000'/>", "network-volume||sheepdog://s1:7000/web",
        "sheepdog", "<host name='s1'/><name>store</name>", "web",
    ),
    Case(
        "disk-network", "disk/vda", "network-volume||https://files.example:443/a.iso?x=1", "NETWORK_VOLUME",
        access="WRITE", source=True,
        devices="<disk type='network'><source protocol='https' name='/a.iso' query='x=1'><host name='files.example'/>"
        "</source><target dev='vda'/></disk>",
    ),
    Case(
        "disk-network", "disk/vda", "network-volume|{host}|nbd://:10809/exp", "NETWORK_VOLUME", access="WRITE",
        source=True, devices=network_disk("nbd", "exp", "<host name='localhost'/>"),
    ),
    Case(
        "disk-network", "disk/vda", "network-volume|{host}|nbd:///run/nbd.sock/exp", "NETWORK_VOLUME",
        access="WRITE", source=True,
        devices=network_disk("nbd", "exp", "<host transport='unix' socket='/run/nbd.sock'/>"),
    ),
    Case(
        "disk-network", "disk/vda", "network-volume|{host}|rbd:///vms/web@monday?conf=/etc/ceph/b.conf",
        "NETWORK_VOLUME", access="WRITE", source=True,
        devices=network_disk("rbd", "vms/web", "<snapshot name='monday'/><config file='/etc/ceph/b.conf'/>"),
    ),
    Case(
        "disk-nvme", "disk/vda", "pci|{host}|0000:01:00.0", "NODE_DEVICE", "NODE_DEVICE/pci_0000_01_00_0",
        access="EXCLUSIVE", source=True,
        devices=disk("nvme", "<source type='pci' managed='yes' namespace='1'><address domain='0x0000' bus='0x01' "
                     "slot='0x00' function='0x0'/></source>"),
        resources=(("<device><name>pci_0000_01_00_0</name><capability type='pci'><domain>0</domain><bus>1</bus>"
                    "<slot>0</slot><function>0</function></capability></device>", {}),),
    ),
    Case(
        "disk-vhostuser", "disk/vda", "socket|{host}|/run/vhost.sock", "UNIX_SOCKET", access="EXCLUSIVE",
        source=True, devices=disk("vhostuser", "<source type='unix' path='/run/vhost.sock'/>"),
    ),
    Case(
        "disk-vhostvdpa", "disk/vda", "char|{host}|/dev/vhost-vdpa-0", "NODE_DEVICE", "NODE_DEVICE/vdpa_vdpa0",
        access="EXCLUSIVE", source=True, devices=disk("vhostvdpa", "<source dev='/dev/vhost-vdpa-0'/>"),
        resources=(("<device><name>vdpa_vdpa0</name><capability type='vdpa'><chardev>/dev/vhost-vdpa-0</chardev>"
                    "</capability></device>", {}),),
    ),
    Case(
        "disk-ctl", "disk/vda", "char|{host}|/dev/cam/ctl", "CHARACTER_DEVICE", access="WRITE", source=True,
        devices=disk("ctl", "<source dev='/dev/cam/ctl'/>"),
    ),
    Case(
        "backing-chain", "disk/vda", "path|{host}|/images/golden.qcow2", "STORAGE_VOLUME",
        "STORAGE_VOLUME/golden.qcow2",
        devices=disk("file", OVERLAY + "<backingStore type='file'><source file='/images/golden.qcow2'/>"
                     "<backingStore/></backingStore>"),
        resources=((volume("golden.qcow2", "/images/golden.qcow2"), DEFAULT),),
    ),
    Case(
        "backing-chain", "disk/vda", "network-volume||rbd://mon1:6789/vms/golden", "NETWORK_VOLUME",
        devices=disk("file", OVERLAY + "<backingStore type='block'><source dev='/dev/vg/a'/><backingStore "
                     "type='network'><source protocol='rbd' name='vms/golden'><host name='mon1'/></source>"
                     "</backingStore></backingStore>"),
    ),
    Case(
        "disk-mirror", "disk/vda", "path|{host}|/new/web.qcow2", "HOST_PATH", access="WRITE",
        devices=disk("file", OVERLAY + "<mirror type='file' job='copy'><source file='/new/web.qcow2'/></mirror>"),
    ),
    Case(
        "disk-mirror", "disk/vda", "path|{host}|/new/old.img", "HOST_PATH", access="WRITE",
        devices=disk("file", OVERLAY + "<mirror file='/new/old.img' format='raw'/>"),
    ),
    Case(
        "disk-datastore", "disk/vda", "path|{host}|/images/web.raw", "HOST_PATH", access="WRITE",
        devices=disk("file", "<source file='/images/web.qcow2'><dataStore type='file'><format type='raw'/><source "
                     "file='/images/web.raw'/></dataStore></source>"),
    ),
    Case(
        "disk-secret", "disk/vda", f"secret|{{host}}|{SECRET}", "SECRET", "SECRET/libvirtiscsi",
        devices=network_disk("iscsi", IQN, DISK_SECRET), resources=(KEPT,),
    ),
    Case(
        "disk-secret", "disk/vda", "secret|{host}|iscsi:libvirtiscsi", "SECRET", "SECRET/libvirtiscsi",
        devices=disk("network", "<auth username='u'><secret type='iscsi' usage='libvirtiscsi'/></auth><source "
                     f"protocol='iscsi' name='{IQN}'/>"),
        resources=(KEPT,),
    ),
    Case(
        "disk-secret", "disk/vda", "secret|{host}|volume:/images/web.qcow2", "SECRET", "SECRET//images/web.qcow2",
        devices=disk("file", "<source file='/images/web.qcow2'><encryption format='luks'><secret type='passphrase' "
                     "usage='/images/web.qcow2'/></encryption></source>"),
        resources=((f"<secret><uuid>{SECRET}</uuid><usage type='volume'><volume>/images/web.qcow2</volume></usage>"
                    "</secret>", {}),),
    ),
    Case(
        "disk-reservations", "disk/vda", "socket|{host}|/run/pr.sock", "UNIX_SOCKET", access="CONNECT",
        devices=disk("block", "<source dev='/dev/sdb'><reservations managed='no'><source type='unix' "
                     "path='/run/pr.sock' mode='client'/></reservations></source>", "device='lun'"),
    ),
    Case(
        "disk-iothread", "disk/vda", "iothread||1", "IO_THREAD", "domain", access="CONNECT",
        domain="<iothreads>2</iothreads><iothreadids><iothread id='2'/></iothreadids>",
        devices=disk("file", "<driver name='qemu' iothread='1'/>"),
    ),
    Case(
        "disk-iothread", "disk/vda", "iothread||2", "IO_THREAD", "domain", access="CONNECT",
        domain="<iothreads>2</iothreads>",
        devices=disk("file", "<driver name='qemu'><iothreads><iothread id='2'/></iothreads></driver>"),
    ),
    Case(
        "disk-throttle", "disk/vda", "throttle-group||slow", "THROTTLE_GROUP", "domain", access="CONNECT",
        domain="<throttlegroups><throttlegroup><group_name>slow</group_name></throttlegroup></throttlegroups>",
        devices=disk("file", "<throttlefilters><throttlefilter group='slow'/></throttlefilters>"),
    ),
    Case(
        "disk-iotune-group", "disk/vda", "iotune-group||both", "IOTUNE_GROUP", access="CONNECT",
        devices=disk("file", "<iotune><group_name>both</group_name></iotune>"),
    ),
    Case(
        "disk-backenddomain", "disk/vda", "domain|{host}|name:driver", "DOMAIN", access="CONNECT",
        devices=disk("block", "<source dev='/dev/sdb'/><backenddomain name='driver'/>"),
    ),
    Case(
        "disk-backenddomain", "interface/52:54:00:00:00:01", "domain|{host}|name:driver", "DOMAIN",
        access="CONNECT",
        devices="<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/>"
        "<backenddomain name='driver'/></interface>",
    ),
    Case(
        "disk-target", "DOMAIN_SNAPSHOT/monday", "vm-disk|{host}|" + UUID + "/vda", "VM_DISK",
        devices=disk("file", OVERLAY),
        resources=(("<domainsnapshot><name>monday</name><disks><disk name='vda' snapshot='external'/></disks>"
                    "</domainsnapshot>", {"domainUuid": UUID, "domainName": "case"}),),
    ),
    Case(
        "disk-target", "DOMAIN_CHECKPOINT/monday", "vm-disk|{host}|" + UUID + "//images/web.qcow2", "VM_DISK",
        devices=disk("file", OVERLAY),
        resources=(("<domaincheckpoint><name>monday</name><disks><disk name='/images/web.qcow2' checkpoint='bitmap'/>"
                    "</disks></domaincheckpoint>", {"domainUuid": UUID, "domainName": "case"}),),
    ),
    Case(
        "disk-identity", "disk/vda", "disk-identity||serial:  WD-1", "DISK_IDENTITY",
        devices=disk("file", "<serial>  WD-1</serial>"),
    ),
    Case(
        "disk-identity", "disk/vda", "disk-identity||wwn:5000c50015ea71aa", "DISK_IDENTITY",
        devices=disk("file", "<wwn>5000c50015ea71aa</wwn>"),
    ),
)  # fmt: skip
