"""Key stores that real programs wrote: keytool, openssl, certutil of NSS, and Bouncy Castle within keytool; and the JVM that is asked what it counts."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from probe.facts.noun import noun
from probe.lab.pki import Issued, authority
from tests.servers import key_pem

PASSWORD = "changeit"
OWN = "a password of its own"
BOUNCY_CASTLE = Path("/usr/share/java/bcprov.jar")
_PROVIDER = ("-providerpath", str(BOUNCY_CASTLE), "-provider", "org.bouncycastle.jce.provider.BouncyCastleProvider")
SOURCE = Path(__file__).with_name("Stores.java")


@cache
def roots() -> tuple[Issued, Issued]:
    """The two authorities that stand in every store."""
    return authority("Key Store Root A"), authority("Key Store Root B")


def run(*command: str, folder: Path | None = None) -> str:
    """Run a program to its end; a failure names what it said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=folder, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def keytool(store: Path, kind: str, *entries: tuple[str, Path], password: str = PASSWORD, options: tuple[str, ...] = ()) -> Path:
    """Import certificates into a store."""
    for alias, file in entries:
        about = ("-alias", alias, "-file", str(file), "-keystore", str(store), "-storetype", kind, "-storepass", password)
        run(
            "keytool",
            *(one for one in options if one.startswith("-J")),
            "-importcert",
            "-noprompt",
            *about,
            *(one for one in options if not one.startswith("-J")),
        )
    return store


def written(folder: Path) -> dict[str, Path]:
    """Every store by its name; passwords are ``PASSWORD`` but where the name says otherwise."""
    a, b = roots()
    first, second, both, key = (folder / name for name in ("a.pem", "b.pem", "both.pem", "leaf.key"))
    first.write_text(a.pem)
    second.write_text(b.pem)
    both.write_text(a.pem + b.pem)
    leaf = a.issue("keys.example")
    (folder / "chain.pem").write_text(leaf.pem + a.pem)
    key.write_bytes(key_pem(leaf))
    pair = (("älpha", first), ("beta", second))

    def openssl(name: str, *options: str, password: str = PASSWORD) -> Path:
        run("openssl", "pkcs12", "-export", "-out", str(folder / name), "-passout", f"pass:{password}", *options)
        return folder / name

    found = {
        "jks": keytool(folder / "store.jks", "JKS", *pair),
        "jks with a password of its own": keytool(folder / "own.jks", "JKS", *pair, password=OWN),
        "jceks": keytool(folder / "store.jceks", "JCEKS", *pair),
        "pkcs12": keytool(folder / "store.p12", "PKCS12", *pair),
        "pkcs12 with a password of its own": keytool(folder / "own.p12", "PKCS12", *pair, password=OWN),
        "pkcs12 of old Java": keytool(folder / "legacy.p12", "PKCS12", *pair, options=("-J-Dkeystore.pkcs12.legacy",)),
        "pkcs12 without protection": keytool(
            folder / "plain.p12",
            "PKCS12",
            *pair,
            options=("-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE", "-J-Dkeystore.pkcs12.macAlgorithm=NONE"),
        ),
        "pkcs12 of openssl": openssl("nokeys.p12", "-nokeys", "-in", str(both)),
        "pkcs12 of old openssl": openssl("nokeys-legacy.p12", "-nokeys", "-in", str(both), "-legacy"),
        "pkcs12 of openssl with 3DES": openssl("nokeys-3des.p12", "-nokeys", "-in", str(both), "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        "pkcs12 of openssl in the clear": openssl("clear.p12", "-nokeys", "-in", str(both), "-certpbe", "NONE"),
        "pkcs12 with an empty password": openssl("empty.p12", "-nokeys", "-in", str(both), password=""),
        "pkcs12 with a key": openssl("key.p12", "-in", str(folder / "chain.pem"), "-inkey", str(key), "-name", "me"),
    }
    run(
        "keytool",
        "-genseckey",
        "-storetype",
        "JCEKS",
        "-storepass",
        PASSWORD,
        "-alias",
        "secret",
        "-keyalg",
        "AES",
        "-keysize",
        "128",
        "-keystore",
        str(found["jceks"]),
    )
    found["pkcs12 of gnutls"] = folder / "gnutls.p12"
    about = ("--load-ca-certificate", str(first), "--p12-name", "first", "--password", PASSWORD, "--outder")
    run("certtool", "--to-p12", *about, "--outfile", str(found["pkcs12 of gnutls"]))
    copied = ("-srcstoretype", "PKCS12", "-srcstorepass", PASSWORD, "-deststoretype", "JKS", "-deststorepass", PASSWORD)
    run("keytool", "-importkeystore", "-srckeystore", str(found["pkcs12 with a key"]), "-destkeystore", str(folder / "key.jks"), *copied)
    found["jks with a key"] = folder / "key.jks"
    for kind in ("JKS", "PKCS12"):
        path = shutil.copy(found["jks" if kind == "JKS" else "pkcs12"], folder / f"emptied.{kind}")
        for alias, _ in pair:
            run("keytool", "-delete", "-alias", alias, "-keystore", str(path), "-storepass", PASSWORD)
        found[f"{kind.lower()} without entries"] = Path(path)
    return found


def bouncy_castle(folder: Path, kind: str) -> Path:
    """A store of Bouncy Castle: BCFKS or BKS."""
    (folder / "a.pem").write_text(roots()[0].pem)
    return keytool(folder / f"store.{kind.lower()}", kind, ("a", folder / "a.pem"), options=_PROVIDER)


def nss(folder: Path) -> Path:
    """A database of NSS with one authority that is trusted for servers, one for mail only, and a server that is trusted by itself."""
    a, b = roots()
    for name, text in (("a", a.pem), ("b", b.pem), ("leaf", b.issue("trusted.example").pem)):
        (folder / f"{name}.pem").write_text(text)
    place = f"sql:{folder}"
    run("certutil", "-N", "-d", place, "--empty-password")
    for name, trust in (("a", "C,,"), ("b", ",C,"), ("leaf", "P,,")):
        run("certutil", "-A", "-d", place, "-n", f"näme {name}", "-t", trust, "-i", str(folder / f"{name}.pem"))
    return folder / "cert9.db"


@noun
class Counted:
    """What the JVM's default trust manager said of a store: the SHA-256 of every anchor, or its exceptions."""

    anchors: frozenset[str] = frozenset()
    refused: str = ""


def compiled(folder: Path) -> Path:
    """Compile the program that asks the trust manager."""
    run("javac", "-d", str(folder), str(SOURCE))
    return folder


def asked(classes: Path, questions: Iterable[tuple[Path, str | None]]) -> list[Counted]:
    """Ask about each (store, password or ``None``), in one JVM. It remembers a store by its path, so each question gets a copy of its own."""
    wanted = []
    for number, (path, password) in enumerate(questions):
        copy = classes / f"question-{number}"
        if path.exists():
            shutil.copy(path, copy)
        wanted.append(f"{copy}\t{'-' if password is None else password}\n")
    command = ("java", "-XX:TieredStopAtLevel=1", "-cp", str(classes), "Stores")
    done = subprocess.run(command, input="".join(wanted), capture_output=True, text=True, timeout=60, check=True)
    found = []
    for line in done.stdout.splitlines():
        state, _, said = line.partition("\t")
        found.append(Counted(anchors=frozenset(said.split(",")) - {""}) if state == "ok" else Counted(refused=said))
    assert len(found) == len(wanted), done.stderr
    return found
