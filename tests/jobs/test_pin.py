"""Reading ``--pin``: fingerprints in the forms that programs print, files with exactly one certificate, and clear words for all else."""

from hashlib import sha256
from pathlib import Path

import pytest

from probe.facts.unusable import Unusable
from probe.jobs.pin import pinned
from probe.jobs.target import Options, target
from probe.lab.pki import authority
from probe.report.words import repeat

ISSUED = authority("Pin Root").issue("shop.example")
DIGITS = sha256(ISSUED.der).hexdigest()
COLONS = sha256(ISSUED.der).digest().hex(":").upper()


@pytest.mark.parametrize(
    "text",
    [DIGITS, DIGITS.upper(), COLONS, f" {COLONS} ", f"SHA256:{DIGITS}", f"sha256 Fingerprint={COLONS}", f"SHA-256={COLONS}"],
    ids=["digits", "upper", "colons", "blanks", "prefix", "openssl", "dashed"],
)
def test_a_fingerprint_is_read_as_programs_print_it(text: str) -> None:
    found = pinned(text)
    assert found and found.sha256 == DIGITS and found.certificate is None


@pytest.mark.parametrize("form", ["pem", "der"])
def test_a_file_gives_the_certificate(form: str, tmp_path: Path) -> None:
    file = tmp_path / "partner.cer"
    file.write_bytes(ISSUED.pem.encode() if form == "pem" else ISSUED.der)
    found = pinned(str(file))
    assert found and found.sha256 == DIGITS and found.certificate == ISSUED.certificate and found.source == str(file)


def test_the_same_certificate_twice_is_one(tmp_path: Path) -> None:
    file = tmp_path / "twice.pem"
    file.write_text(ISSUED.pem * 2)
    found = pinned(str(file))
    assert found and found.sha256 == DIGITS


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (ISSUED.pem + authority("Other").pem, "holds 2 certificates"),
        ("", "holds no certificate"),
        ("<!DOCTYPE html><html></html>", "holds no certificate"),
    ],
)
def test_another_file_is_refused(content: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.pem"
    file.write_text(content)
    with pytest.raises(Unusable) as refused:
        pinned(str(file))
    assert says in refused.value.says and refused.value.next_step


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ab" * 20, "a SHA-1 fingerprint"),
        ("ab" * 16, "an MD5 fingerprint"),
        ("ab" * 30, "64 hex digits"),
        ("", "empty"),
        ("no-such-file.pem", "does not exist"),
    ],
)
def test_what_is_no_pin_is_refused(text: str, says: str) -> None:
    with pytest.raises(Unusable) as refused:
        pinned(text)
    assert says in refused.value.says and refused.value.next_step


def test_the_command_to_repeat_it_has_the_pin_and_the_list() -> None:
    made = target("shop.example", Options(pin=DIGITS, public="roots.pem"))
    assert made.pin and made.pin.sha256 == DIGITS
    assert repeat(made) == f"probe check shop.example --pin {DIGITS} --public roots.pem"
    assert "--p" not in repeat(target("shop.example", Options()))
