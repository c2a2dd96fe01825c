"""Which client stacks load a PEM file as their trust store: predictions against the JVM and the OpenSSL of this machine."""

import subprocess
from pathlib import Path

import pytest

from probe.formats import read
from probe.formats.loaders import refusals
from probe.lab.pki import authority
from tests.formats.files import BOTH, FIRST, PEM_FIRST, PEM_SECOND, VARIANTS
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


def test_other_kinds_were_not_compared() -> None:
    for data in (FIRST, b"", b"no certificate"):
        assert refusals(data, read(data)) == ()


def test_many_blocks_take_no_time() -> None:
    data = (PEM_FIRST * 3000).encode()
    assert refusals(data, read(data)) == ()
