"""The texts of the queries."""

TREE = """
fragment Tree on VirtualMachine {
  id name uuid state
  domain {
    type title
    memory { value unit }
    vcpu { value placement }
    os { type { value arch machine } }
    cpu { mode check }
  }
  devices {
    __typename id kind alias bootOrder
    address {
      __typename kind
      ... on PciAddress { domain bus slot function multifunction }
      ... on DriveAddress { controller bus target unit }
      ... on UsbAddress { bus port }
      ... on VirtioSerialAddress { controller bus port }
    }
    ... on Disk {
      type device
      driver { name type cache io discard }
      source {
        __typename kind index
        ... on FileDiskSource { file }
        ... on BlockDiskSource { dev }
        ... on NetworkDiskSource { protocol name hosts { name port } }
        ... on VolumeDiskSource { pool volume }
      }
      backingStores { type index format { type } source { __typename kind ... on FileDiskSource { file } } }
      target { dev bus }
      serial readonly shareable
    }
    ... on Controller { type index model pciModel ports target { chassis portNumber } driver { queues iothread } }
    ... on Interface {
      type mac { address }
      source {
        __typename kind
        ... on NetworkInterfaceSource { network portgroup bridge }
        ... on BridgeInterfaceSource { bridge }
      }
      target { dev } model driver { name queues } mtu link
    }
    ... on Serial { type sources { path } target { type port model } }
    ... on Console { type tty sources { path } target { type port } }
    ... on Channel { type sources { mode path } target { type name state } }
    ... on Input { type bus }
    ... on Tpm { model backend { __typename kind version } }
    ... on Graphics { type port autoport listen listens { __typename kind ... on AddressListen { address } } }
    ... on Sound { model codecs { type } }
    ... on Audio { audioId type }
    ... on Video { model heads primary vram }
    ... on Hostdev { mode type managed source { __typename kind } }
    ... on Watchdog { model action }
    ... on Memballoon { model statsPeriod autodeflate freePageReporting }
    ... on Rng { model backend { __typename kind ... on RandomRngBackend { path } } }
    ... on Panic { model }
    ... on Vsock { model cid }
    ... on Iommu { model }
  }
}
"""

TREE_OF_ONE = "query Tree($id: ID!) { vm(id: $id) { ...Tree } }" + TREE

TREE_OF_MANY = """
query Trees($first: Int!) {
  vms(first: $first) {
    nodes {
      id name state
      devices {
        __typename id kind alias
        address {
          __typename kind
          ... on PciAddress { domain bus slot function }
          ... on DriveAddress { controller bus target unit }
          ... on UsbAddress { bus port }
        }
        ... on Disk {
          device serial
          driver { type cache }
          source { __typename kind ... on FileDiskSource { file } ... on BlockDiskSource { dev } }
          target { dev bus }
        }
        ... on Controller { type index model }
        ... on Interface { type model mac { address } target { dev } }
        ... on Graphics { type port listen }
        ... on Video { model vram }
        ... on Hostdev { type managed }
      }
    }
  }
}
"""

EDGES = """
query Edges($host: String!) {
  vms(first: 20, filter: {host: {eq: $host}}) {
    nodes {
      id name
      disks {
        id target { dev }
        resource {
          __typename id kind name
          attachments(first: 10) { nodes { role access active vm { id name state } } }
        }
      }
    }
  }
}
"""

COUNTS = "query Counts($path: String!) { fleet(groupBy: $path) { nodes { value vmCount count } } }"


PAGE = """
query Page($filter: VmFilter!) {
  vms(first: 50, filter: $filter) {
    nodes {
      id name uuid state
      domain { memory { value unit } vcpu { value } }
      disks { id serial driver { type cache } source { kind ... on FileDiskSource { file } } target { dev bus } }
      interfaces { id model mac { address } }
    }
    pageInfo { hasNextPage }
  }
}
"""
