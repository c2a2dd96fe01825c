"""Everything in one file: certificates, keys, requests and stores, whatever its form. Sans I/O.

Keys are opened only to see which public key they belong to; nothing else of them, and nothing of a password, leaves this module.
"""

import re
from dataclasses import replace

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probe.facts.files import Entry, InspectedFile, Uncounting
from probe.facts.trust import Skipped
from probe.formats import csr, guess, jks, jks_keys, keys, nss, pkcs12, pkcs12_keys, pkcs12_store, zipped
from probe.formats import read as read_certificates
from probe.formats.counted import overlooked, store_refusals
from probe.formats.csr import Request
from probe.formats.keys import FoundKey, Problem
from probe.formats.keystore import KeyStore
from probe.formats.loaders import refusals

PROBLEMS = {Problem.MISSING: "password-missing", Problem.WRONG: "password-wrong", Problem.DAMAGED: "damaged", Problem.UNSUPPORTED: "unsupported"}
NOT_CHECKED = "its integrity was not checked, as no password was given"
UNOPENED = "not looked into"
"""What is said of a key that stays closed."""
KEPT_SKIPPED = 200
"""Blocks that could not be used of which the places are kept; a report shows a few dozen."""
_LINE = re.compile(r"line (\d{1,9})")


def everything(data: bytes, path: str, password: str | None = None, named: bool = True) -> tuple[InspectedFile, ...]:
    """All that is in ``data``: one file, or each entry of an archive. ``password`` opens what is locked. Never raises."""
    if zipped.is_zip(data):
        return _archive(data, path, password, named)
    return (_one(data, path, password, named),)


def wants_password(files: tuple[InspectedFile, ...]) -> bool:
    """Whether another password could show more."""
    return any(one.problem.startswith("password") or any(entry.problem.startswith("password") for entry in one.entries) for one in files)


def unopened(one: InspectedFile) -> bool:
    """Whether keys of a store stayed closed though all else of it could be read."""
    return one.kind in ("jks", "jceks") and any(entry.kind == "key" and not entry.public and not entry.problem for entry in one.entries)


def _archive(data: bytes, path: str, password: str | None, named: bool) -> tuple[InspectedFile, ...]:
    bodies = zipped.bodies(data)
    if bodies is None:
        return (InspectedFile(path=path, named=named, size=len(data), problem="damaged", why="the ZIP archive is damaged", looks_like="a damaged ZIP archive"),)
    found = []
    for name, body, why in bodies:
        inner = f"{path}: {name}"
        if why:
            found.append(InspectedFile(path=inner, named=False, problem="unreadable", why=why))
        elif zipped.is_zip(body):
            found.append(InspectedFile(path=inner, named=False, size=len(body), looks_like="a ZIP archive inside of another"))
        else:
            found.append(_one(body, inner, password, False))
    return tuple(found) or (InspectedFile(path=path, named=named, size=len(data), looks_like="an empty ZIP archive"),)


def _one(data: bytes, path: str, password: str | None, named: bool) -> InspectedFile:
    if jks.is_jks(data):
        return _jks(data, path, password, named)
    if pkcs12.is_pkcs12(data):
        return _pkcs12(data, path, password, named)
    if nss.is_nss(data):
        return _store(data, path, nss.read(data), None, named)
    return _plain(data, path, password, named)


def _plain(data: bytes, path: str, password: str | None, named: bool) -> InspectedFile:
    content = read_certificates(data)
    entries = [Entry(kind="certificate", where=where, certificate=one) for one, where in content.certificates]
    secret = password.encode("utf-8", "surrogateescape") if password is not None else None
    found_keys = keys.read(data, secret)
    foreign = [one for one in found_keys if one.problem is Problem.FOREIGN]
    entries += [_key(one) for one in found_keys if one.problem is not Problem.FOREIGN]
    entries += [_request(one) for one in csr.read(data)]
    if content.kind in ("pem", "base64", "none"):
        entries.sort(key=lambda one: _line(one.where))
    kind = content.kind if content.kind != "none" else ("der" if data[:1] == b"\x30" else "pem") if entries else "none"
    looks = "" if entries else foreign[0].what if foreign else content.looks_like or guess.looks_like(data)
    damaged = [one for one in content.skipped if not one.other]
    return InspectedFile(
        path=path,
        named=named,
        size=len(data),
        kind=kind,
        entries=tuple(entries),
        # Keys and requests are entries here, and nothing that was passed over.
        skipped=tuple(one for one in content.skipped if not one.other or not _is_entry(one, entries))[:KEPT_SKIPPED],
        odd=tuple(Skipped(where=one.where, why=one.what) for one in content.oddities) if content.kind in ("pem", "base64") else (),
        refused=refusals(data, content) if content.certificates else (),
        keys=len(found_keys),
        looks_like=looks,
        problem="damaged" if not entries and damaged else "",
        why=f"{damaged[0].where}: {damaged[0].why}" if not entries and damaged else "",
        notes=tuple(f"{one.where}: {one.what}, which no TLS program takes" for one in foreign[:3]) if entries else (),
    )


def _is_entry(skipped: Skipped, entries: list[Entry]) -> bool:
    return any(one.where == skipped.where and one.kind != "certificate" for one in entries)


def _line(where: str) -> int:
    found = _LINE.match(where)
    return int(found[1]) if found else 0


def _key(one: FoundKey) -> Entry:
    problem = "" if one.problem is None else PROBLEMS.get(one.problem, "unsupported")
    what = keys.described(one.key) if one.key is not None else one.what
    return Entry(kind="key", where=one.where, what=what, public=_public(one.key), problem=problem, encrypted=one.encrypted)


def _public(key: PrivateKeyTypes | None) -> bytes:
    """The SubjectPublicKeyInfo that belongs to a private key, as certificates carry it."""
    if key is None:
        return b""
    try:
        return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return b""


def _request(one: Request) -> Entry:
    remarks = [*one.faults]
    remarks += ["it asks for a certificate of an authority (CA:TRUE)"] if one.is_ca else []
    remarks += ["it carries a challenge password, which everybody can read who gets the request"] if one.challenge_password else []
    remarks += ["its signature is not by its own key"] if one.signed is False else []
    return Entry(
        kind="request",
        where=one.where,
        what="certificate request",
        public=one.key.spki if one.key else b"",
        problem="damaged" if one.subject is None and one.key is None else "",
        subject=one.subject.der if one.subject else b"",
        names=(*one.dns_names, *one.ip_addresses, *(f"{kind}:{value}" for kind, value in one.other_names)),
        signed=one.signed,
        algorithm=one.signature_oid,
        purposes=one.extended_key_usage,
        wants_ca=bool(one.is_ca),
        challenge=one.challenge_password,
        remarks=tuple(remarks),
    )


def _entries(store: KeyStore) -> tuple[Entry, ...]:
    return tuple(
        Entry(kind="certificate", where=one.where, certificate=one.certificate, alias=one.alias, role=one.kind, added=one.added) for one in store.entries
    )


def _store(data: bytes, path: str, store: KeyStore, password: str | None, named: bool, more: tuple[Entry, ...] = ()) -> InspectedFile:
    problem = PROBLEMS.get(store.problem, "unsupported") if store.problem is not None else ""
    total = len({one.certificate for one in store.entries})
    unchecked = store.checkable and not store.checked and not problem
    return InspectedFile(
        path=path,
        named=named,
        size=len(data),
        kind=store.kind,
        entries=(*_entries(store), *more),
        skipped=store.skipped[:KEPT_SKIPPED],
        refused=store_refusals(store) if store.entries else (),
        uncounted=tuple(Uncounting(stack=one.stack, why=one.why, size=total - len(set(one.certificates))) for one in overlooked(store, password == "")),
        keys=store.keys,
        problem=problem,
        why=store.why,
        notes=(NOT_CHECKED,) if unchecked else (),
        unchecked=unchecked,
    )


def _jks(data: bytes, path: str, password: str | None, named: bool) -> InspectedFile:
    store = jks.read(data, password)
    if not store.keys or store.problem is not None:
        return _store(data, path, store, password, named)
    found = [_of_store(alias, key) for alias, key in jks_keys.read(data, password)]
    return _store(data, path, store, password, named, tuple(found))


def _of_store(alias: str, one: FoundKey) -> Entry:
    """A key of a store. One with a password of its own is no fault: the certificates are all there."""
    if one.problem in (Problem.MISSING, Problem.WRONG):
        why = "as no password was given" if one.problem is Problem.MISSING else "as it has a password of its own"
        return Entry(kind="key", where=one.where, alias=alias, what=f"{UNOPENED} {why}", encrypted=True)
    return replace(_key(one), alias=alias)


def _pkcs12(data: bytes, path: str, password: str | None, named: bool) -> InspectedFile:
    store = pkcs12_store.read(data, password)
    if not store.keys or store.problem is not None:
        return _store(data, path, store, password, named)
    found = pkcs12.read(data, password.encode("utf-8", "surrogateescape") if password is not None else None)
    if store.keys > 1 and (several := pkcs12_keys.read(data, password)):
        return _store(data, path, store, password, named, tuple(_of_store(alias, one) for alias, one in several))
    if store.keys > 1 or found.key is None:
        problem = PROBLEMS.get(found.problem, "unsupported") if found.problem is not None and found.key is None else ""
        key = Entry(kind="key", where="the file", what=jks_keys.WHAT if store.keys == 1 else f"{store.keys} private keys", problem=problem, encrypted=True)
    else:
        key = Entry(kind="key", where="the file", what=keys.described(found.key), public=_public(found.key), encrypted=found.encrypted)
    return _store(data, path, store, password, named, (key,))
