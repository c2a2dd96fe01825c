"""Who gives a password where the name of an environment variable is wanted does not find it again on the screen, whatever the command."""

from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.pki import authority
from probe.lab.stage import LOOPBACK, Stage

GIVEN = "S3cretPw!"
PLAN = '[[endpoint]]\nname = "x"\ntarget = "https://localhost:1"\ntrust = ["none"]\ncert = "{cert}"\npassword-env = "{given}"\n'


def lines(folder: Path, stage: Stage) -> dict[str, list[str]]:
    """For each option of each command that takes the name of a variable a command line that gives a password instead."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    root = authority("Store CA")
    own = root.issue("client.example")
    locked = BestAvailableEncryption(b"another one")
    store, trusted = folder / "client.p12", folder / "trust.p12"
    store.write_bytes(pkcs12.serialize_key_and_certificates(b"x", own.key, own.x509, [root.x509], locked))
    trusted.write_bytes(pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(root.x509, b"root")], locked))
    plan = folder / "plan.toml"
    plan.write_text(f'schema = 1\ntitle = "T"\n{PLAN.format(cert=store, given=GIVEN)}')
    pem = stage.trust_file(root)
    target, cert = ["https://shop.example", "--connect", f"{LOOPBACK}:1"], ["--cert", str(store), "--password-env", GIVEN]
    trust = ["--trust", str(trusted), "--trust-password-env", GIVEN]
    return {
        "check": ["check", *target, "--trust", pem, *cert],
        "check trust": ["check", *target, *trust],
        "listen": ["listen", "0", "--address", LOOPBACK, "--timeout", "1", *cert],
        "go-live": ["go-live", str(plan)],
        "inspect": ["inspect", str(store), "--password-env", GIVEN],
        "inspect without need": ["inspect", pem, "--password-env", GIVEN],
        "compare": ["compare", str(store), pem, "--password-env", GIVEN],
        "trust": ["trust", str(store), "--password-env", GIVEN],
        "trust trust": ["trust", *target[:1], *trust],
        "trust write": ["trust", pem, "--write", str(folder / "out"), "--jks", "--store-password-env", "S3cretPw"],
    }


def test_what_was_given_is_not_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        for label, line in lines(tmp_path, stage).items():
            assert run(line) == 2, label
            captured = capsys.readouterr()
            assert "S3cretPw" not in captured.out + captured.err, label
            assert "does not exist" in captured.err, (label, captured.err)


def test_a_report_that_is_judged_again_does_not_repeat_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        trust = lines(tmp_path, stage)["check trust"][-4:]
        saved = tmp_path / "seen.json"
        run(["check", "https://shop.example", "--connect", f"{LOOPBACK}:1", "--trust", "none", "--save", str(saved)])
        capsys.readouterr()
        assert run(["report", str(saved), *trust]) == 2
    captured = capsys.readouterr()
    assert "S3cretPw" not in captured.out + captured.err and "does not exist" in captured.err
