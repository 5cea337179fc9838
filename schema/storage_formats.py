"""Formats of what storage pools and volumes hold: file systems, partition tables, images."""

from enum import Enum

from .disk_source import StorageFormat
from .scalars import same_word, word, words


@words
class PoolFormat(Enum):
    """How the source of a pool is laid out: a file system, a network file system, a partition table or LVM."""

    AUTO = word("auto", "Whatever `mount` finds there, the default of file systems")
    EXT2 = word("ext2", "Linux's second extended file system, without a journal")
    EXT3 = word("ext3", "Linux's third extended file system, with a journal")
    EXT4 = word("ext4", "Linux's fourth extended file system, with extents")
    UFS = word("ufs", "The Unix file system of the BSDs and Solaris")
    ISO9660 = word("iso9660", "The file system of CDs")
    UDF = word("udf", "The universal disk format of DVDs")
    GFS = word("gfs", "Red Hat's first cluster file system, GFS")
    GFS2 = word("gfs2", "The cluster file system GFS2, which several hosts mount at once")
    VFAT = word("vfat", "Microsoft's FAT with long names")
    HFS_PLUS = word("hfs+", "The extended hierarchical file system of macOS")
    XFS = word("xfs", "The journalling file system XFS, made for large files")
    OCFS2 = word("ocfs2", "Oracle's cluster file system, which several hosts mount at once")
    VMFS = word("vmfs", "VMware's cluster file system for images of VMs")
    NFS = word("nfs", "A share of the Unix world's Network File System")
    CIFS = word("cifs", "A share of Samba or Windows (SMB)")
    GLUSTERFS = word("glusterfs", "A gluster volume that is mounted by FUSE")
    UNKNOWN = word("unknown", "Nothing known yet; a disk gets the partition table of PCs then")
    DOS = word("dos", "The partition table of PCs, an MBR")
    DVH = word("dvh", "The disk volume header of SGI's machines")
    GPT = word("gpt", "The partition table of UEFI, with GUIDs")
    MAC = word("mac", "Apple's old partition map of PowerPC Macintoshes")
    BSD = word("bsd", "A disk label of the BSDs")
    PC98 = word("pc98", "The partition table of NEC's PC-98")
    SUN = word("sun", "A disk label of Sun's SPARC machines")
    LVM2 = word("lvm2", "Version 2 of Linux's logical volume manager")


@words
class VolumeFormat(Enum):
    """How the data of a volume is laid out: an image, a file system or a kind of partition, as its pool has them."""

    UNKNOWN = word("unknown", "A file whose format libvirt cannot tell")
    NONE = word("none", "A block device or partition without a format of its own")
    RAW = same_word(StorageFormat.RAW)
    DIR = same_word(StorageFormat.DIR)
    BOCHS = same_word(StorageFormat.BOCHS)
    CLOOP = same_word(StorageFormat.CLOOP)
    DMG = same_word(StorageFormat.DMG)
    ISO = same_word(StorageFormat.ISO)
    VPC = same_word(StorageFormat.VPC)
    VDI = same_word(StorageFormat.VDI)
    FAT = same_word(StorageFormat.FAT)
    VHD = same_word(StorageFormat.VHD)
    PLOOP = same_word(StorageFormat.PLOOP)
    LUKS = same_word(StorageFormat.LUKS)
    COW = same_word(StorageFormat.COW)
    QCOW = same_word(StorageFormat.QCOW)
    QCOW2 = same_word(StorageFormat.QCOW2)
    QED = same_word(StorageFormat.QED)
    VMDK = same_word(StorageFormat.VMDK)
    AUTO = word("auto", "A file system that is left to be recognised")
    EXT2 = same_word(PoolFormat.EXT2)
    EXT3 = same_word(PoolFormat.EXT3)
    EXT4 = same_word(PoolFormat.EXT4)
    UFS = same_word(PoolFormat.UFS)
    ISO9660 = same_word(PoolFormat.ISO9660)
    UDF = same_word(PoolFormat.UDF)
    GFS = same_word(PoolFormat.GFS)
    GFS2 = same_word(PoolFormat.GFS2)
    VFAT = same_word(PoolFormat.VFAT)
    HFS_PLUS = same_word(PoolFormat.HFS_PLUS)
    XFS = same_word(PoolFormat.XFS)
    OCFS2 = same_word(PoolFormat.OCFS2)
    VMFS = same_word(PoolFormat.VMFS)
    LINUX = word("linux", "A partition for a Linux file system")
    FAT16 = word("fat16", "A partition for a FAT file system of 16 bits")
    FAT32 = word("fat32", "A partition for a FAT file system of 32 bits")
    LINUX_SWAP = word("linux-swap", "A partition that Linux moves memory to when that runs short")
    LINUX_LVM = word("linux-lvm", "A partition for Linux's logical volume manager")
    LINUX_RAID = word("linux-raid", "A partition that is a member of a Linux software RAID")
    EXTENDED = word("extended", "A partition that holds logical partitions")
