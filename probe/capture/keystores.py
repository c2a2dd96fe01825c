"""Key stores that the user named as trust: opened with the password that was given, with the usual one, or without; and what each client makes of the file.

A password comes from an environment variable or a prompt, never from an argument, and goes nowhere but into the readers of stores.
"""

import shlex
from pathlib import Path

from probe.capture.store_password import UNCHECKED, USUAL, StorePassword
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.trust import Refused, Skipped
from probe.facts.unusable import Unusable
from probe.formats import jks, nss, pkcs12_store, zipped
from probe.formats.counted import overlooked, store_refusals
from probe.formats.keys import Problem
from probe.formats.keystore import KeyStore
from probe.formats.loaders import Overlooked, refusals

TRIES = 3
"""How often a person is asked."""
_NAMES = {"jks": "the JKS key store", "jceks": "the JCEKS key store", "pkcs12": "the PKCS12 file", "nss": "the NSS database"}


@noun
class Opened:
    """What was in a store: its anchors, what was passed over, who cannot load it or does not count all, and remarks for people."""

    kind: str
    certificates: tuple[Certificate, ...]
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[Refused, ...] = ()
    overlooked: tuple[Overlooked, ...] = ()
    notes: tuple[str, ...] = ()


def opened(path: Path, data: bytes, password: StorePassword) -> Opened:
    """Open a store. Raises ``Unusable`` for a wrong or missing password, for a damaged file, and for what holds no certificate at all."""
    if zipped.is_zip(data):
        return _zip(path, data)
    if nss.is_nss(data):
        return _nss(path, nss.read(data))
    store, used, notes = _unlocked(path, data, password)
    if store.problem is not None:
        raise _unusable(path, store)
    certificates = tuple(dict.fromkeys(one.certificate for one in store.entries))
    lost = overlooked(store, used == "")
    if store.kind == "pkcs12" and used and any(one.sealed for one in store.entries) and len(_all(lost)) < len(certificates):
        notes.append("Java counts its entries only with the password (-Djavax.net.ssl.trustStorePassword); without it Java takes this store for empty")
    if not certificates and not store.keys and store.skipped:
        raise Unusable(
            f"{path} holds no certificate that can be read: {store.skipped[0].where}: {store.skipped[0].why}.",
            "Get the file again, or make it anew with keytool.",
        )
    return Opened(kind=store.kind, certificates=certificates, skipped=store.skipped, refused=store_refusals(store), overlooked=lost, notes=tuple(notes))


def _all(lost: tuple[Overlooked, ...]) -> frozenset[Certificate]:
    return frozenset(certificate for one in lost for certificate in one.certificates)


def _unlocked(path: Path, data: bytes, password: StorePassword) -> tuple[KeyStore, str | None, list[str]]:
    """Read with one password after the other: the store, the password that fitted (``None``: none was needed or checked), and remarks."""
    read = jks.read if jks.is_jks(data) else pkcs12_store.read
    given = password.given()
    store = read(data, given)
    if given is not None and _open(store):
        return store, given if store.sealed or store.checkable else None, []
    if store.problem not in (None, Problem.WRONG, Problem.MISSING):
        return store, None, []
    usual = read(data, USUAL)
    if _open(usual) and (usual.sealed or usual.checkable):
        other = ", not with the one that was given" if given is not None else ""
        return usual, USUAL, [f"opened with the password {USUAL}, which is the usual one{other}"]
    if given is None and _open(store):
        # Whatever stands in the clear is read by every client that gives no password.
        empty = "" if store.sealed else None
        return store, empty, [UNCHECKED] if store.checkable and not store.checked else []
    for _ in range(TRIES):
        said = password.ask(str(path))
        if said is None:
            break
        store = read(data, said)
        if _open(store):
            return store, said, []
    return store, None, []


def _open(store: KeyStore) -> bool:
    return store.problem is None


def _unusable(path: Path, store: KeyStore) -> Unusable:
    what = _NAMES[store.kind]
    if store.problem is Problem.WRONG:
        return Unusable(f"The password for {what} {path} is wrong.", "Check the variable that --trust-password-env names, or type it again; mind the keyboard.")
    if store.problem is Problem.MISSING:
        return Unusable(
            f"{what[0].upper()}{what[1:]} {path} needs a password, and {USUAL} is not it.",
            "Put it into an environment variable and name that with --trust-password-env NAME, or run the command on a terminal, where it is asked for.",
        )
    if store.problem is Problem.UNSUPPORTED:
        line = "openssl pkcs12 -in FILE -nokeys -out anchors.pem" if store.kind == "pkcs12" else "keytool -list -rfc -keystore FILE > anchors.pem"
        return Unusable(f"{path} cannot be read: {store.why}.", f"Convert it with: {line.replace('FILE', shlex.quote(str(path)))}")
    return Unusable(f"{path} is damaged: {store.why}.", "Get the file again; if it was mailed, as an attachment or an archive.")


def _nss(path: Path, store: KeyStore) -> Opened:
    if store.problem is not None:
        raise _unusable(path, store)
    trusted = [one for one in store.entries if one.kind == "trusted"]
    certificates = tuple(dict.fromkeys(one.certificate for one in trusted))
    others = len(store.entries) - len(trusted)
    notes = [f"{others} more certificate{'s' if others > 1 else ''} in it {'are' if others > 1 else 'is'} not trusted for servers"] if others else []
    return Opened(kind="nss", certificates=certificates, skipped=store.skipped, refused=store_refusals(store), notes=tuple(notes))


def _zip(path: Path, data: bytes) -> Opened:
    content = zipped.read(data)
    if not content.certificates:
        reason = f" First problem: {content.skipped[0].where}: {content.skipped[0].why}." if content.skipped else ""
        raise Unusable(
            f"{path} holds no certificate: it looks like {content.looks_like or 'a ZIP archive'}.{reason}", "Take the certificates out of it, and name them."
        )
    found = tuple(dict.fromkeys(one for one, _ in content.certificates))
    return Opened(kind="zip", certificates=found, skipped=content.skipped, refused=refusals(data, content))
