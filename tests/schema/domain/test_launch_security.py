import pytest

from schema.domain.launch_security import LaunchSecurity, SevLaunchSecurity, SevSnpLaunchSecurity, TdxLaunchSecurity
from tests.schema.asking import computed, stored


def test_each_technique_has_what_only_it_has() -> None:
    assert stored(
        "<launchSecurity type='sev' kernelHashes='yes'><cbitpos>47</cbitpos><reducedPhysBits>1</reducedPhysBits>"
        "<policy>0x0001</policy><dhCert>AQAA</dhCert><session>IHAV</session></launchSecurity>"
    )["launchSecurity"] == {
        "kind": "sev",
        "kernelHashes": True,
        "cbitpos": 47,
        "reducedPhysBits": 1,
        "policy": 1,
        "dhCert": "AQAA",
        "session": "IHAV",
    }
    assert stored(
        "<launchSecurity type='sev-snp' authorKey='yes' vcek='no'><policy>0x00030000</policy><idBlock>SUQ=</idBlock>"
        "<idAuth>QVU=</idAuth><hostData>SE8=</hostData><guestVisibleWorkarounds>R08=</guestVisibleWorkarounds>"
        "</launchSecurity>"
    )["launchSecurity"] == {
        "kind": "sev-snp",
        "authorKey": True,
        "vcek": False,
        "policy": 0x30000,
        "idBlock": "SUQ=",
        "idAuth": "QVU=",
        "hostData": "SE8=",
        "guestVisibleWorkarounds": "R08=",
    }
    assert stored(
        "<launchSecurity type='tdx'><policy>0x10000000</policy><mrConfigId>a</mrConfigId><mrOwner>b</mrOwner>"
        "<mrOwnerConfig>c</mrOwnerConfig><quoteGenerationService path='/run/qgs'/></launchSecurity>"
    )["launchSecurity"] == {
        "kind": "tdx",
        "policy": 0x10000000,
        "mrConfigId": "a",
        "mrOwner": "b",
        "mrOwnerConfig": "c",
        "quoteGenerationService": {"path": "/run/qgs"},
    }
    assert stored("<launchSecurity type='s390-pv'/>")["launchSecurity"] == {"kind": "s390-pv"}


def test_a_service_without_a_path_is_there_all_the_same() -> None:
    assert stored("<launchSecurity type='tdx'><quoteGenerationService/></launchSecurity>")["launchSecurity"] == {
        "kind": "tdx",
        "quoteGenerationService": {},
    }


def test_a_technique_of_the_future_keeps_its_word() -> None:
    assert stored("<launchSecurity type='cca'><realm>7</realm></launchSecurity>")["launchSecurity"] == {
        "kind": "other",
        "type": "cca",
        "extra": [{"name": "realm", "xml": "<realm>7</realm>"}],
    }


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("0x0005", 5),
        ("10", 16),
        ("010", 16),
        ("1f", 31),
        ("0XFF", 255),
        ("ffffffff", 2**32 - 1),
        ("ffffffffffffffff", str(2**64 - 1)),
    ],
)
def test_a_policy_is_hexadecimal_even_without_its_prefix(text: str, policy: int | str) -> None:
    xml = f"<launchSecurity type='sev'><policy>{text}</policy></launchSecurity>"
    assert stored(xml)["launchSecurity"]["policy"] == policy


def test_a_policy_that_is_no_number_is_kept() -> None:
    xml = "<launchSecurity type='sev'><policy>strict</policy></launchSecurity>"
    assert stored(xml)["launchSecurity"]["extra"] == [{"path": "policy", "name": "#text", "value": "strict"}]


@pytest.mark.parametrize(
    ("cls", "kind", "policy", "allowed"),
    [
        (SevLaunchSecurity, "sev", "0x0000", True),
        (SevLaunchSecurity, "sev", "0x0001", False),
        (SevSnpLaunchSecurity, "sev-snp", "0x00030000", False),
        (SevSnpLaunchSecurity, "sev-snp", "0x000b0000", True),
        (TdxLaunchSecurity, "tdx", "0x10000000", False),
        (TdxLaunchSecurity, "tdx", "0x1", True),
        (TdxLaunchSecurity, "tdx", "0x8000000000000001", True),
    ],
)
def test_the_policy_tells_whether_the_host_may_debug(
    cls: type[LaunchSecurity], kind: str, policy: str, allowed: bool
) -> None:
    document = stored(f"<launchSecurity type='{kind}'><policy>{policy}</policy></launchSecurity>")["launchSecurity"]
    assert computed(cls, "debug_allowed", document) is allowed


def test_the_policy_tells_what_else_is_allowed() -> None:
    assert computed(SevLaunchSecurity, "encrypted_state_required", {"policy": 4}) is True
    assert computed(SevLaunchSecurity, "migration_allowed", {"policy": 4}) is True
    assert computed(SevLaunchSecurity, "migration_allowed", {"policy": 8}) is False
    assert computed(SevSnpLaunchSecurity, "smt_allowed", {"policy": 0x30000}) is True
    assert computed(SevSnpLaunchSecurity, "migration_allowed", {"policy": 0x30000}) is False
    assert computed(SevSnpLaunchSecurity, "migration_allowed", {"policy": 0x40000}) is True


@pytest.mark.parametrize("cls", [SevLaunchSecurity, SevSnpLaunchSecurity, TdxLaunchSecurity])
def test_nothing_is_said_without_a_policy(cls: type[LaunchSecurity]) -> None:
    assert computed(cls, "debug_allowed", {}) is None
