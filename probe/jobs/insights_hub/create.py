"""Making the authority of a tenant: key and certificate, as the documentation has them, on this machine alone."""

import os
import re
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from probe.capture.files import load
from probe.capture.identity import LIMIT, Password
from probe.capture.new_files import SECRET, NewFile, check_new, create
from probe.case.registration import openssl
from probe.case.registration.authority import examine
from probe.case.registration.proof import SKEW
from probe.case.registration.remarks import Remark, done, note, ok
from probe.facts.certificate import Certificate, pem
from probe.facts.noun import noun
from probe.facts.unusable import Unusable
from probe.formats import issuing, keys
from probe.formats.keys import Problem
from probe.jobs.insights_hub.files import held, key_beside, now, with_key, word
from probe.report.procedure import Block, Procedure

STEM = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
"""What a tenant or a device may be called: it becomes a CN and the name of a file."""
DAYS = 3650
MOST_DAYS = 10_950
COUNTRY = re.compile(r"[A-Za-z]{2}")


@noun
class Authority:
    """What is wanted of an authority: ``subject`` as (label, value), where the files go, ``variable`` with the password of the key ("": not encrypted)."""

    tenant: str
    subject: tuple[tuple[str, str], ...]
    days: int = DAYS
    folder: Path
    variable: str = ""

    @property
    def certificate(self) -> Path:
        """The file of the certificate."""
        return self.folder / f"{self.tenant}.pem"

    @property
    def key(self) -> Path:
        """The file of the private key."""
        return self.folder / f"{self.tenant}.key"


def wanted(tenant: str, given: dict[str, str], days: int, folder: Path, variable: str = "") -> Authority:
    """Check what the user wants. ``given`` are the attributes of the subject by label, "" for those that are left out. Raises ``Unusable``."""
    check_name("--tenant", tenant)
    check_days(days)
    subject = tuple((label, value) for label in issuing.LABELS if (value := given.get(label, "") or (tenant if label == "CN" else "")))
    for label, value in subject:
        most = issuing.LONGEST[label]
        if len(value) > most or not value.isprintable() or value != value.strip():
            raise Unusable(f"The {label} of the subject cannot be used.", f"Write 1 to {most} visible characters, without blanks around them.")
        if label == "C" and not COUNTRY.fullmatch(value):
            raise Unusable(f"The country {value!r} is no code of two letters (ISO 3166-1).", "Write for example DE.")
    made = tuple((label, value.upper() if label == "C" else value) for label, value in subject)
    return Authority(tenant=tenant, subject=made, days=days, folder=folder, variable=variable)


def check_name(option: str, value: str) -> None:
    """Refuse what cannot be a CN and the name of a file. Raises ``Unusable``."""
    if not STEM.fullmatch(value):
        raise Unusable(f"{option} {value[:80]!r} cannot be used.", "Write letters, digits, -, _ and dots: it becomes the CN and the name of the files.")


def check_days(days: int) -> None:
    """Refuse a validity that makes no sense. Raises ``Unusable``."""
    if not 1 <= days <= MOST_DAYS:
        raise Unusable(f"--days {days} cannot be used.", f"Write a number between 1 and {MOST_DAYS}.")


def commands(one: Authority) -> Procedure:
    """The same by hand."""
    lines = openssl.authority(one.subject, one.days, str(one.key), str(one.certificate), one.variable)
    return Procedure(title="The same with openssl; nothing was made.", blocks=(Block(title="Type:", text="\n".join(lines)),))


def make(one: Authority, password: bytes = b"", key_file: Path | None = None, key_password: Password | None = None) -> Procedure:
    """Make the authority. ``password`` encrypts its new key; ``key_file`` is a key that is there already and is taken instead. Raises ``Unusable``."""
    if key_file is None and os.path.lexists(one.key) and not os.path.lexists(one.certificate):
        raise Unusable(
            f"{one.key} exists already, and is not overwritten; {one.certificate} does not exist.",
            f"If the key was made for this authority, go on with it: --key {word(one.key)}. Otherwise name another folder with --out.",
        )
    check_new(one.certificate, *(() if key_file else (one.key,)))
    at = now()
    key = _key_of(key_file, key_password or Password()) if key_file else issuing.new_key()
    try:
        certificate = issuing.authority(one.subject, key, at - timedelta(seconds=SKEW), one.days)
    except (ValueError, OverflowError):
        raise Unusable("No certificate can be made with this subject and validity.", "Write other values.") from None
    files = [NewFile(path=one.certificate, data=pem(certificate).encode())]
    if key_file is None:
        files.insert(0, NewFile(path=one.key, data=issuing.key_pem(key, password), mode=SECRET))
    create(*files)
    return _checked(one, certificate, key_file, password, key_password)


def _checked(one: Authority, certificate: Certificate, key_file: Path | None, password: bytes, key_password: Password | None) -> Procedure:
    """Read again what was written."""
    written = held(one.certificate)
    made = "Made a private key, RSA with 2048 bits" + (", encrypted." if password else ".")
    remarks: list[Remark] = [ok(f"Took the private key in {key_file}.") if key_file else done(made)]
    remarks.append(done("Made the certificate of the authority, signed with its own key and SHA-256."))
    remarks += examine(written.certificates, written.keys, now(), str(one.certificate))
    key = key_file or one.key
    with_key(one.certificate, key, key_password or Given(password))
    remarks.append(ok("The key in the file belongs to the certificate in the file."))
    step = (
        f"Keep {key} secret: whoever has it can make agents of this tenant. Then upload the certificate: probe insights-hub ca upload {word(one.certificate)}"
    )
    remarks.append(note("Nothing was sent anywhere.", step))
    files = (str(one.certificate),) if key_file else (str(one.key), str(one.certificate))
    return Procedure(title=f"Authority of the tenant {one.tenant}", remarks=tuple(remarks), files=files)


class Given(Password):
    """A password that is known already."""

    __slots__ = ("_known",)

    def __init__(self, known: bytes) -> None:
        super().__init__()
        self._known = known

    def from_environment(self) -> bytes | None:
        """The password, ``None`` for a key without one."""
        return self._known or None


def _key_of(path: Path, password: Password) -> rsa.RSAPrivateKey:
    data = load(path, LIMIT)
    found = keys.read(data, password.from_environment())
    if any(one.problem is Problem.MISSING for one in found):
        found = keys.read(data, password.of(path))
    if len(found) != 1:
        raise Unusable(f"{path} holds {len(found) or 'no'} private key{'s' if len(found) != 1 else ''}.", "Name a file with the one that is meant.")
    key = found[0].key
    if found[0].problem is not None:
        raise Unusable(f"The private key in {path} cannot be read: {found[0].problem}.", "Check the file and --password-env.")
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < issuing.BITS:
        raise Unusable(f"The private key in {path} is not RSA with {issuing.BITS} bits or more.", "Leave out --key, and a new one is made.")
    return key


def key_of(authority: Path, key: Path | None) -> Path:
    """The key of an authority: the one that is named, or the file beside it."""
    return key or key_beside(authority)
