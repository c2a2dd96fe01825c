"""The client's own certificate and key, from the files that the user named. What cannot be used is said in one sentence, with what to do next.

A password comes from an environment variable or a prompt, never from an argument, and goes nowhere but into the readers of keys.
"""

import shlex
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probe.capture.files import load as load_file
from probe.capture.variable import value_of
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.identity import Identity, OnFile, Unloadable
from probe.facts.unusable import Unusable
from probe.formats import guess, keys, pkcs12
from probe.formats import read as read_certificates
from probe.formats.keys import FoundKey, Problem
from probe.tls.credential import Credential, SigningKey
from probe.tls.loading import problem_of_certificate, problem_of_key
from probe.tls.presenting import presentable

LIMIT = 1024 * 1024
"""Bytes of a file with a key and its chain; real ones have a few thousand."""
Prompt = Callable[[str], str | None]
"""Asks a person for the password of what is named; ``None`` when nobody is there to be asked."""
NEXT = {
    "an OpenSSH key": "Convert a copy of it with: ssh-keygen -p -m PEM -f COPY",
    "a PGP key": "A TLS client needs a private key in PEM or DER, or a PKCS12 file.",
    "an SSH2 key": "Convert a copy of it with: ssh-keygen -p -m PEM -f COPY",
    "a PuTTY key": "Export it with puttygen: puttygen FILE -O private-openssh -o key, then: ssh-keygen -p -m PEM -f key",
    "a JKS key store": "Convert it with: keytool -importkeystore -srckeystore FILE -destkeystore client.p12 -deststoretype PKCS12",
    "a JCEKS key store": "Convert it with: keytool -importkeystore -srckeystore FILE -srcstoretype JCEKS -destkeystore client.p12 -deststoretype PKCS12",
    "an HTML page": "It was saved from a browser instead of the file itself: download it again, or ask whoever issued it.",
    "a certificate request": "A request is not yet a certificate: name what the authority sent back.",
}
FORMS = "Name a PEM or DER file with the client's certificate and its chain, or a PKCS12 file."
KEY_FORMS = "Name the file with the private key, in PEM or DER."


class Password:
    """Gives the password when it is needed: from the variable that was named, else from whoever sits at the terminal; at most once asked for."""

    __slots__ = ("_given", "_prompt", "_variable")

    def __init__(self, variable: str = "", prompt: Prompt | None = None) -> None:
        self._variable = variable
        self._prompt = prompt
        self._given: bytes | None = None

    def from_environment(self) -> bytes | None:
        """The password of the variable, ``None`` when none was named. Raises ``Unusable`` when there is no such variable."""
        if not self._variable:
            return None
        return value_of(self._variable, "--password-env").encode("utf-8", "surrogateescape")

    def of(self, path: Path) -> bytes:
        """Ask for the password of this file. Raises ``Unusable`` when there is nobody to ask."""
        if self._given is None:
            said = self._prompt(str(path)) if self._prompt else None
            if said is None:
                raise Unusable(
                    f"The private key in {path} is encrypted, and no password was given.",
                    "Put it into an environment variable and name that with --password-env NAME, or run the command on a terminal, where it is asked for.",
                )
            self._given = said.encode()
        return self._given

    def __repr__(self) -> str:
        return "Password(hidden)"


def load(cert: str, key: str = "", *, password: Password | None = None, need_key: bool = True) -> tuple[Identity, Credential | None]:
    """Read the certificate in ``cert`` and its private key, from ``key`` or the same file, PEM, DER or PKCS12.

    The credential is ``None`` only when there is no key and none is needed. Raises ``Unusable``.
    """
    secret = password or Password()
    held = _Files(cert, key, secret)
    certificates, notes = held.certificates, list(held.notes)
    if not certificates:
        raise _no_certificate(held)
    if not held.keys:
        if need_key:
            raise _no_key(held)
        identity = Identity(source=cert, kind=held.kind, certificates=certificates, notes=tuple(notes))
        return identity, None
    own, chosen = _pair(held)
    if own:
        place = f"The certificate that the key belongs to stands as number {own + 1} in {cert}"
        notes.append(f"{place}: OpenSSL, curl and nginx take the first one, and then refuse the key. Here it was put first.")
        certificates = (certificates[own], *certificates[:own], *certificates[own + 1 :])
    if chosen:
        notes.append(
            f"{held.key_path} holds {len(held.keys)} private keys, of which number {chosen + 1} belongs to the certificate; most programs take the first."
        )
    elif len(held.keys) > 1:
        notes.append(f"{held.key_path} holds {len(held.keys)} private keys; the first of them belongs to the certificate and is used.")
    notes += _order(certificates)
    private = held.keys[chosen]
    credential = _credential(certificates, private, held)
    out_of_order = bool(own or chosen) and held.kind != "pkcs12"
    identity = Identity(
        source=cert,
        key_source=key or cert,
        kind=held.kind,
        certificates=certificates,
        keys=held.count,
        key=keys.described(private),
        fits=True,
        encrypted=held.encrypted,
        notes=tuple(notes),
        unloadable=held.unloadable or ((Unloadable(what="order", words="key values mismatch"),) if out_of_order else ()),
    )
    return identity, credential


def on_file(source: str) -> OnFile:
    """Read the certificate that the other side has on file: one in a file, or the first that is not an authority's. Raises ``Unusable``."""
    path = Path(source)
    data = load_file(path, LIMIT)
    store = pkcs12.read(data) if pkcs12.is_pkcs12(data) else None
    found = store.certificates if store else tuple(dict.fromkeys(one for one, _ in read_certificates(data).certificates))
    if not found:
        what = guess.looks_like(data)
        raise Unusable(f"{path} holds no certificate: it looks like {what}.", "Name a PEM or DER file with the certificate that was handed over.")
    return OnFile(source=source, certificate=next((one for one in found if not one.read.is_ca), found[0]))


class _Files:
    """What the two files hold; ``kind`` is that of the file with the certificates. Nothing of it outlives the reading but the credential."""

    def __init__(self, cert: str, key: str, password: Password) -> None:
        self.path = Path(cert)
        self.key_path = Path(key) if key else self.path
        self.notes: list[str] = []
        self.certificates: tuple[Certificate, ...] = ()
        self.keys: tuple[PrivateKeyTypes, ...] = ()
        self.count = 0
        self.kind = "pem"
        self.encrypted = False
        self.looks_like = ""
        self.unloadable: tuple[Unloadable, ...] = ()
        given = password.from_environment()
        data = _content(self.path, FORMS)
        if pkcs12.is_pkcs12(data):
            self._store(data, given, password, own_key=not key)
        else:
            self._plain(data)
        if key or not pkcs12.is_pkcs12(data):
            other = _content(self.key_path, KEY_FORMS) if key else data
            self._unlike_swapped(data, other)
            self._key(other, given, password)

    def _unlike_swapped(self, data: bytes, other: bytes) -> None:
        """Raise ``Unusable`` when the one file has a key and no certificate, and the other a certificate and no key."""
        if self.key_path != self.path and not self.certificates and keys.read(data) and not keys.read(other) and read_certificates(other).certificates:
            raise Unusable(
                f"--cert and --key seem to be swapped: {self.path} holds a private key, and {self.key_path} a certificate.", "Name them the other way round."
            )

    def _plain(self, data: bytes) -> None:
        content = read_certificates(data)
        self.certificates = tuple(dict.fromkeys(one for one, _ in content.certificates))
        self.looks_like = content.looks_like or guess.looks_like(data)
        self.kind = "der" if content.kind == "der" else "pem"
        if content.kind == "der":
            self.notes.append(f"{self.path} is DER: OpenSSL, curl and nginx want PEM. Convert it with: openssl x509 -inform DER -in {_quoted(self.path)}")
        elif content.kind == "pkcs7":
            self.notes.append(f"{self.path} is PKCS #7: most clients want PEM. Convert it with: openssl pkcs7 -print_certs -in {_quoted(self.path)}")
        if content.kind != "der" and self.certificates and (words := problem_of_certificate(data)):
            self.unloadable = (Unloadable(what="certificate", words=words),)
        damaged = [one for one in content.skipped if not one.other]
        self.notes += [f"{self.path}, {one.where}: {one.why}." for one in damaged[:3]]

    def _store(self, data: bytes, given: bytes | None, password: Password, own_key: bool) -> None:
        store = pkcs12.read(data, given)
        if store.problem is Problem.MISSING:
            store = pkcs12.read(data, password.of(self.path))
        if store.problem is not None:
            if store.problem is Problem.WRONG and given and pkcs12.read(data, given.strip()).problem is None:
                raise _blank(self.path, "the PKCS12 file", given)
            raise _not_read(self.path, "the PKCS12 file", store.problem)
        if own_key and store.keys > 1:
            raise Unusable(
                f"{self.path} holds {store.keys} private keys, and programs differ in which of them they take.",
                "Make a file with the one that is meant, for example with: "
                f"keytool -importkeystore -srckeystore {_quoted(self.path)} -srcalias ALIAS -destkeystore client.p12 -deststoretype PKCS12",
            )
        self.kind, self.certificates, self.encrypted = "pkcs12", store.certificates, store.encrypted
        if own_key and store.key is not None:
            self.keys, self.count = (store.key,), store.keys

    def _key(self, data: bytes, given: bytes | None, password: Password) -> None:
        if pkcs12.is_pkcs12(data):
            self._key_of_store(data, given, password)
            return
        found = keys.read(data, given)
        if any(one.problem is Problem.MISSING for one in found):
            found = keys.read(data, password.of(self.key_path))
        self.count = len(found)
        self.encrypted = any(one.encrypted for one in found)
        self.keys = tuple(one.key for one in found if one.key is not None)
        if found and not self.keys:
            if found[0].problem is Problem.WRONG and given and any(one.key is not None for one in keys.read(data, given.strip())):
                raise _blank(self.key_path, "the private key", given)
            raise _unreadable(self.key_path, found[0])
        if not found and self.key_path != self.path:
            what = guess.looks_like(data)
            step = NEXT.get(what, "Name the file with the private key, in PEM or DER.").replace("FILE", _quoted(self.key_path))
            raise Unusable(f"{self.key_path} holds no private key: it looks like {what}.", step)
        if self.keys and data[:1] != b"\x30" and not self.encrypted and (words := problem_of_key(data)):
            self.unloadable += (Unloadable(what="key", words=words),)
        if self.keys and data[:1] == b"\x30":
            self.notes.append(
                f"{self.key_path} is DER: OpenSSL, curl and nginx want PEM. Convert it with: openssl pkey -inform DER -in {_quoted(self.key_path)}"
            )

    def _key_of_store(self, data: bytes, given: bytes | None, password: Password) -> None:
        store = pkcs12.read(data, given)
        if store.problem is Problem.MISSING:
            store = pkcs12.read(data, password.of(self.key_path))
        if store.problem is not None:
            if store.problem is Problem.WRONG and given and pkcs12.read(data, given.strip()).problem is None:
                raise _blank(self.key_path, "the PKCS12 file", given)
            raise _not_read(self.key_path, "the PKCS12 file", store.problem)
        if store.keys > 1:
            raise Unusable(f"{self.key_path} holds {store.keys} private keys, and programs differ in which of them they take.", "Name a file with one.")
        self.encrypted = store.encrypted
        self.keys, self.count = ((store.key,), store.keys) if store.key is not None else ((), 0)


def _content(path: Path, forms: str) -> bytes:
    with suppress(OSError):  # of a name that is too long; reading says so
        if path.is_dir():
            raise Unusable(f"{path} is a folder.", "Name the file in it that holds the client's certificate or key.")
    data = load_file(path, LIMIT)
    if not data.strip():
        raise Unusable(f"{path} is empty.", forms)
    return data


def _pair(held: _Files) -> tuple[int, int]:
    """Which certificate and which key belong together, by their places. Raises ``Unusable`` when none do."""
    parsed = [_parsed(one, held.path) for one in held.certificates]
    for at, certificate in enumerate(parsed):
        for number, key in enumerate(held.keys):
            if certificate is not None and _belongs(key, certificate):
                return at, number
    first = held.certificates[0]
    if parsed[0] is None:
        raise Unusable(f"The first certificate in {held.path} cannot be read: {'; '.join(first.read.faults[:2])}.", "Get the file again, as it was issued.")
    kind = keys.described(held.keys[0])
    about = first.read.key
    theirs = f"{about.kind} {about.curve or about.bits or ''}".strip() if about else "an unknown kind"
    same = ", but another one" if theirs == kind else ""
    raise Unusable(
        f'The private key in {held.key_path} ({kind}{same}) does not belong to the certificate "{title(first)}" in {held.path} ({theirs}).',
        "Name the key that the certificate was requested with: openssl pkey -pubout and openssl x509 -noout -pubkey must print the same.",
    )


def _parsed(one: Certificate, path: Path) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(one.der)
    except (ValueError, TypeError, UnsupportedAlgorithm, OverflowError):
        return None


def _belongs(key: PrivateKeyTypes, certificate: x509.Certificate) -> bool:
    encoded = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        return key.public_key().public_bytes(*encoded) == certificate.public_key().public_bytes(*encoded)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _credential(certificates: tuple[Certificate, ...], key: PrivateKeyTypes, held: _Files) -> Credential:
    parsed = [(one, _parsed(one, held.path)) for one in certificates]
    unread = [title(one) for one, made in parsed if made is None]
    if unread:
        held.notes.append(f'Not sent, because it cannot be read: "{unread[0]}".')
    if not isinstance(key, SigningKey) or not keys.usable(key):
        raise _useless(held, keys.described(key))
    credential = Credential(tuple(made for _, made in parsed if made is not None), key)
    if refused := presentable(credential):
        raise _useless(held, f"{keys.described(key)} ({refused})")
    return credential


def _useless(held: _Files, what: str) -> Unusable:
    return Unusable(
        f"The key in {held.key_path} is of a kind that this TLS library cannot use for a client certificate: {what}.",
        "Ask for a certificate with an RSA key of 2048 bits or more, or an EC key on P-256 or P-384.",
    )


def _order(certificates: tuple[Certificate, ...]) -> list[str]:
    """Remarks about what follows the client's own certificate: a wrong order, and roots that need not be sent."""
    notes = []
    names = [(one.read.issuer, one.read.subject) for one in certificates]
    above = [one for one in certificates[1:] if not is_self_issued(one)]
    ordered = all(lower[0] and upper[1] and lower[0].key == upper[1].key for lower, upper in zip(names, names[1 : len(above) + 1], strict=False))
    if above and not ordered:
        others = ", ".join(f'"{title(one)}"' for one in above[:3])
        notes.append(f"Behind the client's own certificate {others}: not in order, each the issuer of the one before it, or not belonging to it.")
    return notes


def _no_certificate(held: _Files) -> Unusable:
    what = held.looks_like if held.kind != "pkcs12" else "a PKCS12 file without certificates"
    if held.keys and held.key_path == held.path:
        return Unusable(f"{held.path} holds a private key, but no certificate.", "Name the certificate with --cert, and this file with --key.")
    step = NEXT.get(what, FORMS).replace("FILE", _quoted(held.path))
    return Unusable(f"{held.path} holds no certificate: it looks like {what}.", step)


def _no_key(held: _Files) -> Unusable:
    if held.kind == "pkcs12":
        says = f"{held.path} is a PKCS12 file with certificates only: there is no private key in it."
        return Unusable(says, "Export it again together with the private key, or name the key with --key FILE.")
    return Unusable(
        f'{held.path} holds the certificate "{title(held.certificates[0])}", but no private key, without which it cannot be used.',
        "Name the key with --key FILE. If it is not on this machine, it is where the certificate was requested.",
    )


def _unreadable(path: Path, one: FoundKey) -> Unusable:
    if one.problem is Problem.FOREIGN:
        return Unusable(f"{path} holds {one.what}, which no TLS client takes.", NEXT.get(one.what, FORMS).replace("FILE", _quoted(path)))
    return _not_read(path, f"the private key in {one.where}" if one.where != "the file" else "the private key", one.problem or Problem.DAMAGED)


def _blank(path: Path, what: str, given: bytes) -> Unusable:
    """The password fits but for what stands around it, as a line break from a file, or a blank from a mail."""
    kind = "a line break" if given.strip(b"\r\n") == given.strip() else "a blank"
    place = "before it" if given.rstrip() == given else "behind it"
    says = f"The password for {what} of {path} is wrong, and without {kind} {place} it is right."
    return Unusable(says, "Set the variable that --password-env names without it; $(cat FILE) in a shell takes line breaks away at the end.")


def _not_read(path: Path, what: str, problem: Problem) -> Unusable:
    if problem is Problem.WRONG:
        return Unusable(
            f"The password for {what} of {path} is wrong.", "Check the variable that --password-env names, or type it again; mind spaces and the keyboard."
        )
    if problem is Problem.UNSUPPORTED:
        step = "Write it anew with: openssl pkcs12 -legacy -in OLD -nodes, and openssl pkcs12 -export; or openssl pkcs8 -topk8 for a key alone."
        return Unusable(f"{what[0].upper()}{what[1:]} of {path} cannot be read: {problem}.", step)
    return Unusable(
        f"{what[0].upper()}{what[1:]} of {path} cannot be read: {problem}.", "Get the file again; if it was mailed, as an attachment or an archive."
    )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
