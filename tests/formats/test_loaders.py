"""Which client stacks load a PEM file as their trust store: predictions against the JVM and the OpenSSL of this machine."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from probe.formats import read
from probe.formats.loaders import refusals
from probe.lab.pki import authority
from probe.lab.shop import credentials
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from tests.formats.files import BOTH, PEM_FIRST, PEM_SECOND, VARIANTS
from tests.servers import key_pem

KEY = key_pem(authority("Files")).decode()
MORE: dict[str, bytes] = {
    "a key behind it": (PEM_FIRST + KEY).encode(),
    "a key in one line before it": (KEY.replace("\n", "") + "\n" + PEM_FIRST).encode(),
    "text that begins with 0": (PEM_FIRST + "0 more\n" + PEM_SECOND).encode(),
    "text that begins with 1": (PEM_FIRST + "1 more\n" + PEM_SECOND).encode(),
    "dashes in the text": ("a - b --- c\n-- d\n" + BOTH).encode(),
    "a rule of dashes": ("----------\n" + BOTH).encode(),
    "no padding": PEM_FIRST.replace("=", "").encode(),
    "too much padding": PEM_FIRST.replace("\n-----END", "=\n-----END").encode(),
    "the first without END and cut": (PEM_FIRST.partition("\n-----END")[0][:-70] + "\n" + PEM_SECOND).encode(),
    "mixed line ends": PEM_FIRST.replace("\n", "\r", 3).encode(),
}
FILES = {**{name: data for name, (data, _, _) in VARIANTS.items()}, **MORE}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    found = {name: folder / f"{number}.pem" for number, name in enumerate(FILES)}
    for name, path in found.items():
        path.write_bytes(FILES[name])
    return found


@pytest.fixture(scope="module")
def java(written: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """What Java says of each file: of all certificates in it, and of the first."""
    classes = tmp_path_factory.mktemp("classes")
    source = Path(__file__).parent.parent / "peers" / "Load.java"
    subprocess.run(("javac", "-d", str(classes), str(source)), check=True, capture_output=True, timeout=60)
    command = ("java", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", str(classes), "Load")
    said = subprocess.run(command, input="".join(f"{one}\n" for one in written.values()), capture_output=True, text=True, check=True, timeout=60)
    lines = [line.split("\t") for line in said.stdout.split("\n") if line]
    return {name: (line[0], line[1]) for name, line in zip(written, lines, strict=True)}


@pytest.mark.parametrize("name", FILES)
def test_java_says_what_was_predicted(name: str, java: dict[str, tuple[str, str]]) -> None:
    whole, first = java[name]
    found = next((one for one in refusals(FILES[name], read(FILES[name])) if one.stack == "java"), None)
    assert (found is None) is whole.isdecimal(), (whole, found)
    if found:
        assert ("takes it" in found.why) is (first == "X.509"), (first, found)
        assert whole.startswith(found.words), (whole, found)


@pytest.mark.parametrize("name", FILES)
def test_openssl_says_what_was_predicted(name: str, written: dict[str, Path]) -> None:
    found = next((one for one in refusals(FILES[name], read(FILES[name])) if one.stack == "openssl"), None)
    done = subprocess.run(("openssl", "verify", "-CAfile", str(written[name]), str(written["plain"])), capture_output=True, text=True, timeout=20, check=False)
    assert ("Error loading file" in done.stderr) is (found is not None), (done.stderr, found)
    if found:
        assert found.words == "Error loading file"


def test_no_key_is_quoted() -> None:
    for name in ("a key behind it", "a key in one line before it"):
        told = repr(refusals(MORE[name], read(MORE[name])))
        assert "java" in told and KEY.splitlines()[1] not in told


def test_what_is_no_store_was_not_compared() -> None:
    for data in (b"", b"no certificate"):
        assert refusals(data, read(data)) == ()


def pkcs7(encoding: Encoding) -> bytes:
    return serialize_certificates([authority(name).x509 for name in ("One", "Two")], encoding)


def keytool(folder: Path, file: Path) -> int:
    """How many certificates keytool imports of a file."""
    store = folder / f"{file.name}.p12"
    command = ("keytool", "-importcert", "-noprompt", "-storetype", "PKCS12", "-storepass", "changeit", "-alias", "x", "-keystore", str(store))
    done = subprocess.run((*command, "-file", str(file)), capture_output=True, timeout=30, check=False)
    return 0 if done.returncode else 1


OTHER_FORMS = {
    "der": (authority("Lonely").certificate.der, {"openssl"}),
    "two-der": (authority("Lonely").certificate.der + authority("Other").certificate.der, {"openssl"}),
    "p7b": (pkcs7(Encoding.DER), {"openssl", "java"}),
    "p7b-text": (pkcs7(Encoding.PEM), {"openssl", "java"}),
    "with-key": ((authority("Lonely").pem + KEY).encode(), {"java"}),
}


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_other_forms_are_refused_by_those_who_can_take_the_same_otherwise(name: str, tmp_path: Path) -> None:
    data, refusing = OTHER_FORMS[name]
    file = tmp_path / name
    file.write_bytes(data)
    found = refusals(data, read(data))
    assert {one.stack for one in found} == refusing and all(one.convertible for one in found)
    own = authority("Curl Root")
    asked = subprocess.run(("openssl", "verify", "-CAfile", str(file), str(file)), capture_output=True, text=True, timeout=20, check=False)
    assert ("Error loading file" in asked.stderr) is ("openssl" in refusing), asked.stderr
    with Stage() as stage:
        url = f"https://127.0.0.1:{stage.tls(Serving(credentials=(credentials(own.issue('127.0.0.1')),)))}/"
        curl = subprocess.run(("curl", "-sS", "--cacert", str(file), url), capture_output=True, text=True, timeout=20, check=False)
    assert curl.returncode == (77 if "openssl" in refusing else 60), curl.stderr
    # Of PKCS #7 keytool takes nothing; a key behind the only certificate does not stop it.
    assert keytool(tmp_path, file) == (0 if name.startswith("p7b") else 1)


def test_a_key_in_front_or_beside_several_certificates_stops_java() -> None:
    for text in (KEY + PEM_FIRST, PEM_FIRST + PEM_SECOND + KEY, PEM_FIRST + "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n"):
        (found,) = (one for one in refusals(text.encode(), read(text.encode())) if one.stack == "java")
        assert not found.convertible


def test_many_blocks_take_no_time() -> None:
    data = (PEM_FIRST * 3000).encode()
    assert refusals(data, read(data)) == ()
