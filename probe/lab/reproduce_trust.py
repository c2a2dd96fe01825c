"""Copies of trust stores as files, and the options that name them."""

import hashlib
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from probe.capture.store_password import USUAL
from probe.facts.certificate import Certificate
from probe.facts.target import Pin
from probe.facts.trust import TrustStore
from probe.formats.writing import jks_trust_store, pkcs12_trust_store
from probe.lab.pki import authority, pem
from probe.lab.reproduce_chain import Copies
from probe.lab.stage import Stage

_OTHER = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
"""A block as a key or a request is one, with nothing secret in it."""
_DAMAGED = "-----BEGIN CERTIFICATE-----\nMIIB*damaged*\n-----END CERTIFICATE-----\n"


def trust_options(stage: Stage, stores: tuple[TrustStore, ...], copies: Copies) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write each store as a PEM file; give the ``--trust`` options, and what could not be copied."""
    options: list[str] = []
    losses: list[str] = []
    for number, store in enumerate(stores, 1):
        if not store.size and not store.skipped:
            options += ["--trust", "none"]
            continue
        blocks = [pem(copies.certificate(one).der) for one in store.certificates]
        more = store.size - len(store.certificates)
        if more > 0:
            blocks.append(authority("Stand-in for other authorities").pem)
            losses.append(f"{more} further certificates of the trust store {store.source}, unrelated to the chain; one stand-in is in their place")
        damaged = tuple(one for one in store.skipped if not one.other)
        if len(damaged) < len(store.skipped) and store.kind != "system":
            losses.append(f"what is no certificate in the trust store {store.source}; a harmless block is in its place")
            blocks.append(_OTHER)
        if damaged and store.kind != "system":
            losses.append(f"the unusable entries of the trust store {store.source}; one damaged entry is in their place")
            if store.kind == "folder":
                options += ["--trust", _folder(stage, number, blocks)]
                continue
            blocks.insert(0, _DAMAGED)
        refused_by = {one.stack for one in store.refused if not one.convertible}
        if any(one.stack == "java" and one.size for one in store.uncounted):
            losses.append(f"which entries of the trust store {store.source} Java does not count; of the copy it counts all")
        if store.kind in ("nss", "zip"):
            losses.append(f"the form of the trust store {store.source}; the copy is a text file")
        text = _converted(store, blocks) or _shaped("".join(blocks), refused_by, as_it_is=bool(store.skipped))
        options += ["--trust", str(stage.write(f"trust-{number}.pem" if len(stores) > 1 else "trust.pem", text))]
    return tuple(options), tuple(losses)


def _folder(stage: Stage, number: int, blocks: list[str]) -> str:
    """A folder with a file for each anchor, and one that is damaged."""
    folder = stage.folder / f"trust-{number}"
    folder.mkdir()
    for place, text in enumerate((*blocks, _DAMAGED)):
        (folder / f"{place}.pem").write_text(text)
    return str(folder)


def _converted(store: TrustStore, blocks: list[str]) -> bytes:
    """The same certificates as DER, PKCS #7 or a key store, where the store has that form; empty where it is text."""
    certificates = [found for one in blocks if one not in (_DAMAGED, _OTHER) and (found := _parsed(one))]
    if store.kind == "der":
        return b"".join(one.public_bytes(Encoding.DER) for one in certificates)
    if any(one.stack == "java" and not one.size for one in store.uncounted):
        return serialize_key_and_certificates(None, None, None, certificates, BestAvailableEncryption(USUAL.encode()))
    if store.kind in ("jks", "jceks", "pkcs12"):
        held = tuple(Certificate(der=one.public_bytes(Encoding.DER)) for one in certificates)
        return pkcs12_trust_store(held, USUAL) if store.kind == "pkcs12" else jks_trust_store(held, USUAL, datetime.now(UTC))
    return serialize_certificates(certificates, Encoding.DER) if store.kind == "pkcs7" else b""


def _parsed(text: str) -> x509.Certificate | None:
    """A block as a certificate; ``None`` for one that the library cannot read."""
    try:
        return x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        return None


def _shaped(text: str, refused_by: set[str], *, as_it_is: bool) -> bytes:
    """A file that just these clients cannot load: a byte order mark stops Java, bare carriage returns stop OpenSSL, indented lines stop both."""
    if as_it_is or not refused_by:
        return text.encode()
    if refused_by == {"java"}:
        return b"\xef\xbb\xbf" + text.encode()
    if refused_by == {"openssl"}:
        return text.replace("\n", "\r").encode()
    return "".join(f"  {line}\n" for line in text.splitlines()).encode()


def pinned(stage: Stage, pin: Pin, known: tuple[Certificate, ...], copies: Copies) -> tuple[str, ...]:
    """Give the option that names the expected certificate: its copy if it is known, else a hash."""
    found = pin.certificate or next((one for one in known if hashlib.sha256(one.der).hexdigest() == pin.sha256), None)
    if found is not None:
        return (pin.option, str(stage.write("pin.pem", pem(copies.certificate(found).der))))
    return (pin.option, copied_digest(pin, known, copies))


def copied_digest(pin: Pin, known: tuple[Certificate, ...], copies: Copies) -> str:
    """The SHA-256 of the copy of what is expected, a certificate or its key; the same as before, which then fits nothing, where neither is known."""
    for one in (*((pin.certificate,) if pin.certificate else ()), *known):
        copy, key = copies.certificate(one), one.read.key
        if hashlib.sha256(one.der).hexdigest() == pin.sha256:
            return hashlib.sha256(copy.der).hexdigest()
        if key and copy.read.key and hashlib.sha256(key.spki).hexdigest() == pin.sha256:
            return hashlib.sha256(copy.read.key.spki).hexdigest()
    return pin.sha256


def public_options(stage: Stage, compared: tuple[TrustStore, ...], public: str, copies: Copies) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the authorities that counted as public; give the ``--public`` option, and what could not be copied."""
    listed = [one for store in compared if store.source == public for one in store.certificates]
    losses = ("what the observing system trusts besides; the copy is compared with what this system trusts",) if len(compared) > 1 else ()
    if not listed:
        return (), losses
    return ("--public", str(stage.write("public.pem", "".join(pem(copies.certificate(one).der) for one in listed)))), losses
