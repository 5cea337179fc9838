import pytest

from server.store.redaction import without_password, without_password_of


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("mongodb://127.0.0.1:27017/?replicaSet=rs0", "mongodb://127.0.0.1:27017/?replicaSet=rs0"),
        ("mongodb://ann:s3cret@a:1,b:2/db?w=1", "mongodb://ann@a:1,b:2/db?w=1"),
        ("mongodb+srv://ann:s3cret@cluster.example/", "mongodb+srv://ann@cluster.example/"),
        ("mongodb://ann:s3/cr?et@a:1/db", "mongodb://ann@a:1/db"),
        ("mongodb://ann:s3@cret@a:1/db", "mongodb://ann@a:1/db"),
        ("mongodb://:s3cret@a", "mongodb://a"),
        (
            "mongodb://a/?tls=true&tlsCertificateKeyFilePassword=s3cret&w=1",
            "mongodb://a/?tls=true&tlsCertificateKeyFilePassword=***&w=1",
        ),
        ("mongodb://a/?authMechanismProperties=AWS_SESSION_TOKEN:s3cret", "mongodb://a/?authMechanismProperties=***"),
        (
            "qemu+ssh://root@kvm-07/system?keyfile=/keys/ann@home",
            "qemu+ssh://root@kvm-07/system?keyfile=/keys/ann@home",
        ),
        ("qemu+ssh://kvm-07:22/system?keyfile=/keys/ann@home", "qemu+ssh://kvm-07:22/system?keyfile=/keys/ann@home"),
        ("qemu:///system", "qemu:///system"),
        ("files:///srv/ann@home/dumps", "files:///srv/ann@home/dumps"),
        ("ann:s3cret@host", "ann@host"),
    ],
)
def test_an_address_is_shown_without_its_password(uri: str, shown: str) -> None:
    assert without_password(uri) == shown
    assert "s3" not in without_password(uri)


def test_a_message_does_not_repeat_the_password() -> None:
    uri = "mongodb://ann:s3%2Fcret@a:1/"
    message = without_password_of(uri, f"cannot use {uri}: s3/cret is wrong")
    assert message == "cannot use mongodb://ann:***@a:1/: *** is wrong"
