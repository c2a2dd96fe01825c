"""The files of the procedure: the authority, its key, and how far its registration has come. Raises ``Unusable`` for what cannot be used."""

import shlex
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from probe.capture.clock import Clock
from probe.capture.files import load as load_file
from probe.capture.identity import LIMIT, Password
from probe.capture.identity import load as load_identity
from probe.capture.write import check_writable, write
from probe.case.registration.remarks import Remark, note
from probe.facts import codec
from probe.facts.certificate import Certificate
from probe.facts.identity import Identity
from probe.facts.noun import noun
from probe.facts.registration import SCHEMA, Progress
from probe.facts.unusable import Unusable
from probe.formats import guess, keys
from probe.formats import read as read_certificates
from probe.tls.credential import Credential

STATE = ".insights-hub.json"
"""How the file ends that says how far a registration has come; it stands beside the authority."""
STATE_LIMIT = 64 * 1024
FORMS = "Name a PEM or DER file with the certificate of the authority."


@noun
class Held:
    """What a file holds: its certificates in order, and how many private keys."""

    path: Path
    certificates: tuple[Certificate, ...]
    keys: int

    @property
    def own(self) -> Certificate:
        """The first certificate."""
        return self.certificates[0]


def word(path: Path) -> str:
    """A path as it is typed in a shell."""
    return shlex.quote(str(path))


def now() -> datetime:
    """The time of this machine."""
    return Clock().taken_at


def held(path: Path, forms: str = FORMS) -> Held:
    """Read a file with certificates; there is at least one. Raises ``Unusable``."""
    data = load_file(path, LIMIT)
    if not data.strip():
        raise Unusable(f"{path} is empty.", forms)
    found = tuple(dict.fromkeys(one for one, _ in read_certificates(data).certificates))
    if found and found[0].read.read_by == "hex":
        raise Unusable(f"{path} holds a certificate that cannot be read: {'; '.join(found[0].read.faults[:1])}.", "Get the file again.")
    if not found:
        raise Unusable(f"{path} holds no certificate: it looks like {guess.looks_like(data)}.", forms)
    return Held(path=path, certificates=found, keys=len(keys.read(data)))


def with_key(path: Path, key: Path, password: Password) -> tuple[Identity, Credential]:
    """A certificate with its private key. Raises ``Unusable``."""
    identity, credential = load_identity(str(path), str(key), password=password)
    if credential is None:
        raise Unusable(f"{key} holds no private key.", "Name the file with the private key.")
    return identity, credential


def is_there(path: Path) -> bool:
    """Whether there is such a file; a name that is too long is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def key_beside(path: Path) -> Path:
    """Where the key of an authority stands unless another place is named: the same name with the ending .key."""
    return path.with_suffix(".key") if path.name else path


def state_file(authority: Path) -> Path:
    """The file with the progress of this authority."""
    return authority.with_name(authority.stem + STATE)


def progress_of(authority: Held, remarks: list[Remark]) -> Progress:
    """How far this authority has come; what is not about this certificate does not count. Raises ``Unusable`` for a file that cannot be read."""
    digest = sha256(authority.own.der).hexdigest()
    path = state_file(authority.path)
    if not is_there(path):
        return Progress(sha256=digest)
    try:
        found = codec.parse(Progress, load_file(path, STATE_LIMIT).decode("utf-8"))
    except ValueError as wrong:
        why = f": {wrong}" if isinstance(wrong, codec.Unreadable) else ""
        raise Unusable(f"{path}, which says how far the registration has come, cannot be read{why}.", _lossless(path)) from None
    if found.schema > SCHEMA:
        raise Unusable(f"{path} was written by a newer version.", f"Use that version. {_lossless(path)}")
    if found.sha256 != digest:
        remarks.append(note(f"{path} is about another certificate, and does not count."))
        return Progress(sha256=digest)
    return found


def keep(authority: Path, progress: Progress) -> None:
    """Write the progress down. Raises ``Unusable``."""
    write(state_file(authority), codec.text(progress).encode())


def can_keep(authority: Path) -> None:
    """Find out before anything is sent whether the progress can be written down. Raises ``Unusable``."""
    check_writable(state_file(authority))


def _lossless(path: Path) -> str:
    return f"Delete {path}: nothing is lost by that, the list of the tenant says what is there."
