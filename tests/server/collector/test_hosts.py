from pathlib import Path

import pytest

from server.collector.hosts import HostError, parse_host, parse_hosts


@pytest.mark.parametrize(
    ("value", "host_id", "uri"),
    [
        ("qemu:///system", "qemu-system", "qemu:///system"),
        ("qemu+ssh://user@kvm-07/system", "kvm-07", "qemu+ssh://user@kvm-07/system"),
        (
            "qemu+tls://kvm-07.example.com:16514/system",
            "kvm-07.example.com",
            "qemu+tls://kvm-07.example.com:16514/system",
        ),
        ("qemu+tcp://[fe80::1]/system", "fe80-1", "qemu+tcp://[fe80::1]/system"),
        ("test:///default", "test-default", "test:///default"),
        ("test:///srv/fleet.xml", "test-fleet", "test:///srv/fleet.xml"),
        ("test+unix:///srv/fleet.xml?socket=/run/s", "test-fleet", "test+unix:///srv/fleet.xml?socket=/run/s"),
        ("files:///srv/dumps/domain", "files-domain", "files:///srv/dumps/domain"),
        ("files:///srv/dumps/domain/", "files-domain", "files:///srv/dumps/domain/"),
        ("esx://vcenter.example.com", "vcenter.example.com", "esx://vcenter.example.com"),
        ("rack-3=qemu+unix:///session?socket=/run/a=b", "rack-3", "qemu+unix:///session?socket=/run/a=b"),
        (" rack-3=qemu:///system ", "rack-3", "qemu:///system"),
    ],
)
def test_ids_come_from_the_name_or_the_uri(value: str, host_id: str, uri: str) -> None:
    host = parse_host(value)
    assert (host.id, host.uri) == (host_id, uri)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("kvm-07", "is not a host URI"),
        ("qemu:/system", "is not a host URI"),
        ("rack-3=kvm-07", "is not a host URI"),
        ("vmware:///x", "unknown scheme 'vmware'"),
        ("http://kvm-07/system", "unknown scheme 'http'"),
        ("qemu+pigeon://kvm-07/system", "unknown transport 'pigeon'"),
        ("qemu://kvm-07", "no path: write for example qemu://kvm-07/system"),
        ("test:///", "write for example test:///default"),
        ("files://dumps/domain", "relative path"),
        ("files:///", "names no directory"),
        ("files:///a?b", "%3F"),
        ("qemu://[kvm/system", "malformed"),
        ("a/b=qemu:///system", "may only have letters"),
        ("", "is not a host URI"),
    ],
)
def test_wrong_values_give_one_sentence(value: str, said: str) -> None:
    with pytest.raises(HostError) as error:
        parse_host(value)
    assert said in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("uri", ["esx://root:hunter2@vcenter/", "qemu+ssh://kvm-07/system?password=hunter2"])
def test_passwords_are_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(HostError, match=r"auth\.conf") as error:
        parse_host(uri)
    assert "hunter2" not in str(error.value)


def test_two_hosts_of_one_id_are_refused() -> None:
    with pytest.raises(HostError, match="write name=URI"):
        parse_hosts(["qemu:///system", "qemu:///system"])
    assert [host.id for host in parse_hosts(["qemu:///system", "other=qemu:///system"])] == ["qemu-system", "other"]


def test_directories_are_unquoted() -> None:
    assert parse_host("files:///srv/my%20dumps").directory == Path("/srv/my dumps")
    assert parse_host("qemu:///system").directory is None


def test_ssh_never_asks_at_a_terminal() -> None:
    assert parse_host("qemu+ssh://kvm-07/system").unattended_uri == "qemu+ssh://kvm-07/system?no_tty=1"
    assert parse_host("qemu+ssh://kvm-07/system?keyfile=/k").unattended_uri.endswith("?keyfile=/k&no_tty=1")
    assert parse_host("qemu+ssh://kvm-07/system?no_tty=0").unattended_uri.endswith("?no_tty=0")
    assert parse_host("qemu:///system").unattended_uri == "qemu:///system"
