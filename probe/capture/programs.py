"""Which trust stores a running program reads, found out from how it was started. What it sets in its own code cannot be seen from outside."""

import os
from collections.abc import Callable
from dataclasses import field, replace
from pathlib import Path

from probe.capture.files import load as load_file
from probe.capture.java_options import PREFIX, settings
from probe.capture.process import Process
from probe.capture.stores import BUNDLES, FOLDERS, Loaded, load, relevant
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.facts.program import Program, ReadStore
from probe.facts.unusable import Unusable
from probe.formats import jks, pkcs12_store
from probe.formats.counted import overlooked, store_refusals
from probe.formats.guess import looks_like
from probe.formats.keys import Problem

CODE = "What the program sets in its own code, or reads from its own configuration (Tomcat, Kafka, JDBC drivers and NEXUSe2e do), cannot be seen from outside."
STALE = "A JVM reads its store once: what was changed since it was started counts after a restart."
_DEFAULT, _OLD = ("lib/security", "jre/lib/security"), ("jssecacerts", "cacerts")
_ARGUMENT_FILE = 64 * 1024
_OPENSSL = "OpenSSL"


@noun
class Looked:
    """A program and, for each of its stores, everything that was in it (``None``: it could not be read)."""

    program: Program
    loaded: tuple[Loaded | None, ...] = field(default=(), repr=False)

    def about(self, certificates: tuple[Certificate, ...]) -> Program:
        """The program, with what its stores hold that could matter to these certificates."""
        pairs = zip(self.program.stores, self.loaded, strict=True)
        return replace(self.program, stores=tuple(replace(one, store=relevant(held, certificates)) if held else one for one, held in pairs))


def look(pid: int) -> Looked:
    """Look into a running program. Raises ``Unusable`` when there is none, or when this user may not."""
    process = Process(pid)
    name = os.path.basename(process.executable)  # noqa: PTH119 -- a path of the other process
    if process.libjvm:
        kind, found = "java", _java(process, name == "java")
    elif name.startswith("node"):
        kind, found = "node", _node(process)
    elif name.startswith(("python", "pypy")):
        kind, found = "python", _python(process)
    elif name == "curl":
        kind, found = "curl", [_curl(process)]
    else:
        kind, found = "other", _openssl(process, "OpenSSL, and what is built on it")
    notes = [STALE, CODE] if kind == "java" else [CODE]
    if process.elsewhere:
        notes.insert(0, "It sees a tree of files of its own, as in a container; all paths are those that it sees.")
    program = Program(pid=pid, kind=kind, executable=process.executable, stores=tuple(one for one, _ in found), notes=tuple(notes))
    return Looked(program=program, loaded=tuple(held for _, held in found))


Found = list[tuple[ReadStore, Loaded | None]]


def _java(process: Process, launched: bool) -> Found:
    """The order of ``sun.security.ssl.TrustStoreManager``: the property, else jssecacerts; and cacerts when that file cannot be read."""
    wanted, late = settings(process.arguments, process.environment, launched, _reader(process))
    aside = f" {PREFIX}trustStore stands behind the class or file to run, where Java passes it to the program and does not obey it." if late else ""
    named = wanted.get("trustStore")
    password = wanted["trustStorePassword"].value if "trustStorePassword" in wanted else ""
    kind = wanted["trustStoreType"].value if "trustStoreType" in wanted else ""
    about = ReadStore(reader="Java's default trust manager", stack="java")
    if named and named.value == "NONE":
        says = f"{PREFIX}trustStore=NONE ({named.by}): no file is read; the store is one of the type {kind or 'that is the default'}."
        return [
            (replace(about, setting=f"{PREFIX}trustStore", says=says + aside, problem="a store of this kind cannot be read from outside", tone="warn"), None)
        ]
    folder = _security(process)
    own, default = (os.path.join(folder, one) for one in _OLD)  # noqa: PTH118 -- paths of the other process
    first = named.value if named and named.value else own
    setting = f"{PREFIX}trustStore" if named and named.value else ""
    tone = "warn" if aside else "good"
    if process.may_read(first):
        says = (
            f"{PREFIX}trustStore ({named.by}) names {process.called(first)}."
            if setting and named
            else "No store is named, and jssecacerts exists: Java reads it, and not the cacerts beside it."
        )
        path = process.called(first)
    elif setting and named:
        exists = process.place(first).exists()
        what = "which the program may not read, or which is no file" if exists else "and there is no such file"
        says = f"{PREFIX}trustStore ({named.by}) names {process.called(first)}, {what}. Java says nothing about that and reads its own cacerts: {default}."
        path, tone = default, "bad"
    else:
        says, path = f"No store is named: Java reads its own cacerts, {default}.", default
    held, problem = _keystore(process, path, password, kind)
    made = replace(about, setting=setting, path=path, says=says + aside, problem=problem, tone="bad" if problem else tone)
    return [(made, held)]


def _reader(process: Process) -> Callable[[str], str]:
    def read(path: str) -> str:
        try:
            return load_file(process.place(path), _ARGUMENT_FILE).decode("utf-8", "replace")
        except Unusable:
            return ""

    return read


def _security(process: Process) -> str:
    """The folder lib/security of the runtime that is loaded."""
    home = process.libjvm.rpartition("/lib/")[0]
    folders = [f"{home}/{one}" for one in _DEFAULT]
    return next((one for one in folders if process.place(one).is_dir()), folders[0])


def _keystore(process: Process, path: str, password: str, kind: str) -> tuple[Loaded | None, str]:
    """What the JVM counts of the file, with the password that it was given, and why it cannot open it."""
    if not process.may_read(path):
        return Loaded(source=path, kind="none", path=path), "it does not exist or cannot be read by the program, so that nothing is trusted"
    try:
        data = load_file(process.place(path))
    except Unusable:
        return None, "it may not be read by this user; run the command as root"
    what = looks_like(data)
    if kind and kind.upper() not in ("JKS", "PKCS12", "JCEKS"):
        return None, f"stores of the type {kind[:40]} cannot be read here"
    if not jks.is_jks(data) and what != "a PKCS12 file":
        return None, f"Java cannot open it (problem accessing trust store): it looks like {what}, and a trust store of Java is PKCS12 or JKS"
    read = jks.read if jks.is_jks(data) else pkcs12_store.read
    store = read(data, password or None)
    if store.kind == "jceks" and kind.upper() != "JCEKS":
        return None, f"Java cannot open it: a JCEKS store needs {PREFIX}trustStoreType=JCEKS"
    made = Loaded(source=path, kind=store.kind, path=path)
    if store.problem is Problem.MISSING:
        return made, f"without {PREFIX}trustStorePassword Java counts nothing of this PKCS12 store: the trustAnchors parameter must be non-empty"
    if store.problem is Problem.WRONG:
        return None, "Java cannot open it: the password that the program was started with is not the one of this file (keystore password was incorrect)"
    if store.problem is not None:
        return None, f"Java cannot open it: {store.why or store.problem.value}"
    found = tuple(dict.fromkeys(one.certificate for one in store.entries))
    lost = overlooked(store, False)
    made = replace(made, certificates=found, skipped=store.skipped, refused=tuple(one for one in store_refusals(store) if one.stack == "java"), overlooked=lost)
    counted = len(found) - len({certificate for one in lost for certificate in one.certificates})
    return made, "" if counted else "Java counts none of its entries as trusted: the trustAnchors parameter must be non-empty"


def _node(process: Process) -> Found:
    """Node's compiled-in list with NODE_EXTRA_CA_CERTS, or OpenSSL's or the system's store where an option says so."""
    environment = process.environment
    options = {*process.arguments[1:], *environment.get("NODE_OPTIONS", "").split()}
    about = ReadStore(reader="Node", stack="openssl")
    if "--use-openssl-ca" in options:
        return [(replace(one, reader="Node with --use-openssl-ca"), held) for one, held in _openssl(process, "Node")]
    public = load("certifi")
    says = "Node has a list of its own compiled in, Mozilla's; the public list that the probe brings stands for it."
    parts = [public.certificates]
    if "--use-system-ca" in options or environment.get("NODE_USE_SYSTEM_CA") == "1":
        says += " It reads the system's store besides."
        system = _default(process)
        parts += [system.certificates] if system else []
    extra = environment.get("NODE_EXTRA_CA_CERTS", "")
    tone, problem = "good", ""
    if extra:
        loaded, problem = _pem(process, extra)
        parts += [loaded.certificates] if loaded else []
        says += f" NODE_EXTRA_CA_CERTS adds {process.called(extra)}."
        if problem:
            says += f" But {problem}: Node prints a warning at its start and goes on without it."
            tone = "bad"
    every = tuple(dict.fromkeys(one for part in parts for one in part))
    path = process.called(extra) if extra else ""
    held = Loaded(source="node", kind="pem", path=path or "Node's own list", certificates=every)
    return [(replace(about, setting="NODE_EXTRA_CA_CERTS" if extra else "", path=path, says=says, tone=tone), held)]


def _python(process: Process) -> Found:
    """The ssl module reads what OpenSSL reads; requests has a list of its own."""
    found = _openssl(process, "Python's ssl module, urllib, aiohttp")
    name = next((one for one in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if process.environment.get(one)), "")
    about = ReadStore(reader="requests", stack="openssl", setting=name)
    if not name:
        says = "No file is named: requests uses the list of its package certifi; the one that the probe brings stands for it."
        return [*found, (replace(about, says=says), load("certifi"))]
    path = process.environment[name]
    held, problem = _pem(process, path)
    says = f"{name} names {process.called(path)}, which requests reads in place of its own list."
    if problem:
        says += f" But {problem}: requests then ends every request with an error."
    return [*found, (replace(about, path=process.called(path), says=says, problem=problem, tone="bad" if problem else "good"), held)]


def _curl(process: Process) -> tuple[ReadStore, Loaded | None]:
    given = next((after for one, after in zip(process.arguments, process.arguments[1:], strict=False) if one == "--cacert"), "")
    name = "--cacert" if given else "CURL_CA_BUNDLE" if process.environment.get("CURL_CA_BUNDLE") else ""
    path = given or process.environment.get("CURL_CA_BUNDLE", "")
    if not path:
        return _openssl(process, "curl")[0]
    held, problem = _pem(process, path)
    says = f"{name} names {process.called(path)}."
    about = ReadStore(reader="curl", stack="openssl", setting=name, path=process.called(path), says=says)
    return replace(about, problem=problem, tone="bad" if problem else "good"), held


def _openssl(process: Process, reader: str) -> Found:
    """SSL_CERT_FILE and SSL_CERT_DIR, each in place of its own default."""
    file, folders = process.environment.get("SSL_CERT_FILE", ""), process.environment.get("SSL_CERT_DIR", "")
    says, tone, paths = [], "good", []
    parts: list[Loaded] = []
    for name, path in (("SSL_CERT_FILE", file), *(("SSL_CERT_DIR", one) for one in folders.split(":") if one)):
        if not path:
            continue
        held, problem = _pem(process, path)
        says.append(f"{name} names {process.called(path)}." + (f" But {problem}: {_OPENSSL} says nothing about that." if problem else ""))
        tone = "bad" if problem else tone
        parts += [held] if held else []
        paths.append(process.called(path))
    if not file or not folders:
        default = _default(process)
        parts += [default] if default else []
        says.append(
            f"{'Beside it it' if says else 'Nothing is named: it'} reads the system's store{f', {default.path}' if default else ', and there is none'}."
        )
        paths += [default.path] if default and not file and not folders else []
    every = tuple(dict.fromkeys(one for part in parts for one in part.certificates))
    path = "; ".join(paths)
    setting = " and ".join(name for name, value in (("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folders)) if value)
    about = ReadStore(reader=reader, stack="openssl", setting=setting, path=path, says=" ".join(says), tone=tone)
    return [(about, Loaded(source=setting or "system", kind="pem", path=path, certificates=every))]


def _default(process: Process) -> Loaded | None:
    """The system's store as the process sees it."""
    for one in (*BUNDLES, *FOLDERS):
        place = process.place(one)
        if place.exists():
            try:
                return replace(load(str(place)), path=one, source="system")
            except Unusable:
                continue
    return None


def _pem(process: Process, path: str) -> tuple[Loaded | None, str]:
    """A file or folder of certificates as the process calls it, or why it is of no use."""
    place = process.place(path)
    if not place.exists():
        return None, "there is no such file"
    if not Path(place).is_dir() and not process.may_read(path):
        return None, "the program may not read it"
    try:
        return replace(load(str(place)), path=process.called(path), source=process.called(path)), ""
    except Unusable:
        return None, "it holds no certificate that can be read"
