"""The collector: watches libvirt and `files://` hosts and tells an `Inventory` what their domains look like."""
