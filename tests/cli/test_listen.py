"""The command ``probe listen`` as a user runs it: exit codes, formats, files, replay, Ctrl-C, and what must never come out."""

import base64
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import pytest

from probe.facts.noun import noun
from probe.lab.pki import authority
from probe.lab.traits import Traits
from tests.real.calling import HOST, chain_file, curl, key_file

PROBE = (sys.executable, "-m", "probe")
BEARER, COOKIE, QUERY, BODY, BASIC = (f"{word}-7Gm3wVq8Lx2R" for word in ("bearer", "cookie", "query", "body", "basic"))


@noun
class Ran:
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str
    port: int = 0


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("listen")
    root = authority("Listen Root CA")
    middle = root.intermediate("Listen Issuing CA")
    leaf = middle.issue(HOST, traits=Traits(key="rsa-2048", slot="listen"))
    chain_file(folder, leaf, middle)
    key_file(folder, leaf)
    chain_file(folder, root, name="root.pem")
    return folder


def listen(folder: Path, *options: str, call: tuple[str, ...] | None = ("--cacert", "root.pem"), path: str = "/api") -> Ran:
    """Run the command, and once it listens let curl call."""
    process, port = started(folder, *options)
    if port and call is not None:
        subprocess.run(curl(*call, path=path)(port), cwd=folder, capture_output=True, timeout=30, check=False)
    out, _ = process.communicate(timeout=40)
    return Ran(code=process.returncode, out=out, err=(folder / "err.txt").read_text(), port=port)


def started(folder: Path, *options: str) -> tuple["subprocess.Popen[str]", int]:
    """Run the command until it listens, or has ended; give its port. What it says on the way goes to a file, as a pipe that is read twice loses lines."""
    said = folder / "err.txt"
    with said.open("w") as place:
        process = subprocess.Popen((*PROBE, "listen", "0", *options), cwd=folder, stdout=PIPE, stderr=place, text=True)
    for _ in range(200):
        found = re.search(r"port (\d+).*\n", said.read_text())
        if found:
            return process, int(found[1])
        if process.poll() is not None:
            break
        time.sleep(0.05)
    return process, 0


OWN = ("--cert", "chain.pem", "--key", "key.pem", "--timeout", "20")


def test_a_call_that_works(files: Path) -> None:
    ran = listen(files, *OWN)
    assert ran.code == 0, ran.out + ran.err
    assert ran.out.startswith("WORKS  The call from 127.0.0.1:") and "GET /api" in ran.out
    assert "Let the other side call now" in ran.err


def test_a_call_that_fails_in_every_format(files: Path) -> None:
    ran = listen(files, *OWN, "--save", "seen.json", "--html", "seen.html", call=())
    assert ran.code == 1 and "The caller does not trust the root" in ran.out
    assert f"probe listen {ran.port} --cert chain.pem --key key.pem --timeout 20" in ran.out
    for form, words in (
        ("terminal", "FAILS  "),
        ("markdown", "# Fails: "),
        ("junit", '<failure type="chain.root-untrusted"'),
        ("html", "does not trust the root"),
    ):
        again = subprocess.run((*PROBE, "report", "seen.json", "--format", form), cwd=files, capture_output=True, text=True, timeout=30, check=False)
        assert again.returncode == 1 and words in again.stdout, form
    document = json.loads(subprocess.run((*PROBE, "report", "seen.html", "--format", "json"), cwd=files, capture_output=True, text=True, timeout=30).stdout)
    (result,) = document["results"]
    assert result["cause"]["code"] == "chain.root-untrusted" and result["cause"]["owner"] == "client"
    assert result["findings"][0]["evidence"][0]["at"] == "/calls/0/handshake"
    assert result["observation"]["calls"][0]["handshake"]["alerts"][-1]["description"] == 48
    first = subprocess.run((*PROBE, "report", "seen.json"), cwd=files, capture_output=True, text=True, timeout=30).stdout
    assert first == subprocess.run((*PROBE, "report", "seen.html"), cwd=files, capture_output=True, text=True, timeout=30).stdout
    assert first == ran.out


def test_a_redacted_report_names_nobody(files: Path) -> None:
    listen(files, *OWN, "--save", "named.json", call=(), path="/api/oicp/operators/DE-ABC")
    for form in ("terminal", "html", "markdown", "json", "junit"):
        ran = subprocess.run((*PROBE, "report", "named.json", "--redact", "--format", form), cwd=files, capture_output=True, text=True, timeout=30, check=False)
        assert ran.returncode == 1
        for word in ("partner", "Listen Root", "Listen Issuing", "chain.pem", "key.pem", "DE-ABC"):
            assert word not in ran.stdout, (form, word)


def test_a_saved_call_is_no_endpoint_to_copy(files: Path) -> None:
    listen(files, *OWN, "--save", "copied.json")
    ran = subprocess.run((*PROBE, "lab", "reproduce", "copied.json", "--print"), cwd=files, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 2 and "about calls to this machine" in ran.stderr


def test_nobody_calls(files: Path) -> None:
    ran = listen(files, "--cert", "chain.pem", "--key", "key.pem", "--timeout", "0.5", call=None)
    assert ran.code == 3 and "Nobody called" in ran.out and "The network team" in ran.out


def test_the_time_may_run_out_after_some_of_the_calls(files: Path) -> None:
    ran = listen(files, *OWN[:4], "--timeout", "3", "--calls", "5")
    assert ran.code == 0 and "WORKS" in ran.out


def test_without_a_certificate(files: Path) -> None:
    ran = listen(files, "--name", HOST, "--timeout", "20")
    assert ran.code == 3 and "No --cert" in ran.err
    assert "as it must" in ran.out.replace("\n  ", " ") and f"Asks for (SNI): {HOST}" in ran.out


@pytest.mark.parametrize("after", ["before", "between"])
def test_ctrl_c_ends_it_at_once_and_tells_what_is_known(files: Path, after: str) -> None:
    process, port = started(files, *OWN, "--calls", "2")
    if after == "between":
        subprocess.run(curl("--cacert", "root.pem")(port), cwd=files, capture_output=True, timeout=30, check=False)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=10)
    err = (files / "err.txt").read_text()
    assert process.returncode == 130 and time.monotonic() - began < 3 and "Traceback" not in err
    assert out.startswith("WORKS" if after == "between" else "UNDECIDED")


WRONG = (
    (("--cert", "root.pem"), "no private key"),
    (("--cert", "missing.pem"), "missing.pem does not exist"),
    (("--cert", "root.pem", "--key", "key.pem"), "does not belong to the certificate"),
    (("--key", "key.pem"), "--key belongs to a certificate, and none is named"),
    (("--trust", "root.pem"), "no caller is asked for one"),
    (("--request-client-cert", "maybe"), "--request-client-cert 'maybe' cannot be used"),
    (("--address", "localhost"), "is no IP address"),
    (("--address", "192.0.2.1"), "is no address of this machine"),
    (("--calls", "0"), "--calls 0 cannot be used"),
    (("--timeout", "0"), "--timeout 0 cannot be used"),
    (("--answer", "100"), "--answer 100 cannot be used"),
    (("--name", "a b"), "--name"),
    (("--uploaded", "key.pem"), "holds no certificate"),
    (("--format", "pdf"), "There is no format"),
    (("--save", "x.json", "--redact"), "exclude each other"),
    (("--cert", "chain.pem", "--key", "key.pem", "--html", "key.pem"), "would overwrite"),
)


@pytest.mark.parametrize(("options", "says"), WRONG, ids=[" ".join(options) for options, _ in WRONG])
def test_what_cannot_be_used_is_said_in_a_sentence(files: Path, options: tuple[str, ...], says: str) -> None:
    ran = subprocess.run((*PROBE, "listen", "0", *options), cwd=files, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 2 and says in ran.stderr.replace("\n       ", " ") and ran.stdout == "", ran.stderr


def test_a_port_that_is_taken(files: Path) -> None:
    process, port = started(files, *OWN)
    try:
        ran = subprocess.run((*PROBE, "listen", str(port), *OWN), cwd=files, capture_output=True, text=True, timeout=30, check=False)
        assert ran.returncode == 2 and f"Port {port} is in use" in ran.stderr
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def test_an_encrypted_key_with_its_password_in_the_environment(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = "p-7Gm3wVq8Lx2R"
    command = ["openssl", "pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.pem", "-passout", f"pass:{password}"]
    subprocess.run(command, cwd=files, check=True, capture_output=True, timeout=30)
    monkeypatch.setenv("LISTEN_PASSWORD", password)
    ran = listen(files, "--cert", "chain.pem", "--key", "locked.pem", "--password-env", "LISTEN_PASSWORD", "--timeout", "20", "--save", "locked.json")
    assert ran.code == 0, ran.err
    assert password not in ran.out + ran.err + (files / "locked.json").read_text()
    monkeypatch.setenv("LISTEN_PASSWORD", "wrong-7Gm3wVq8Lx2R")
    ran = listen(files, "--cert", "chain.pem", "--key", "locked.pem", "--password-env", "LISTEN_PASSWORD")
    assert ran.code == 2 and "wrong-7Gm3wVq8Lx2R" not in ran.out + ran.err


def secrets(folder: Path) -> dict[str, bytes]:
    """Everything that may not come out: what the caller says in confidence, and the numbers of our key."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    found = {word: word.encode() for word in (BEARER, COOKIE, QUERY, BODY, BASIC)}
    key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    numbers = key.private_numbers()
    for name, value in (("p", numbers.p), ("q", numbers.q), ("d", numbers.d)):
        found[name] = value.to_bytes((value.bit_length() + 7) // 8, "big")
        found[f"{name} in decimal"] = str(value).encode()
    return found


def spellings(secret: bytes) -> Iterator[str]:
    digits = secret.hex()
    yield from (digits, digits.upper(), secret.hex(":"), secret.hex(":").upper(), secret.decode("latin-1"))
    for shift in range(3):
        yield base64.b64encode(bytes(shift) + secret)[4 if shift else 0 :].decode().rstrip("=")[:-1]


@pytest.mark.parametrize("plain", [False, True], ids=["over TLS", "in plain HTTP"])
@pytest.mark.parametrize("form", ["terminal", "json", "html", "markdown", "junit"])
def test_no_secret_of_caller_or_key_comes_out(files: Path, tmp_path: Path, form: str, plain: bool) -> None:
    said = ("-H", f"Authorization: Bearer {BEARER}", "-b", f"session={COOKIE}", "-d", BODY, "-u", f"me:{BASIC}", "--cacert", "root.pem")
    options = (*OWN, "--format", form, "--save", str(tmp_path / "s.json"), "--html", str(tmp_path / "s.html"))
    if plain:
        process, port = started(files, *options)
        command = ["curl", "-s", "-m", "5", *said, f"http://127.0.0.1:{port}/x?token={QUERY}"]
        subprocess.run(command, cwd=files, capture_output=True, timeout=30, check=False)
        out, _ = process.communicate(timeout=30)
        ran = Ran(code=process.returncode, out=out, err=(files / "err.txt").read_text())
    else:
        ran = listen(files, *options, call=said, path=f"/x?token={QUERY}")
    assert ran.code == (1 if plain else 0), ran.out + ran.err
    outputs = {"out": ran.out, "err": ran.err, "saved": (tmp_path / "s.json").read_text(), "html": (tmp_path / "s.html").read_text()}
    document = json.loads(outputs["saved"])
    outputs["bytes"] = " ".join(bytes_of(document))
    for name, secret in secrets(files).items():
        for where, text in outputs.items():
            assert not any(one in text for one in spellings(secret)), (name, where)


def bytes_of(value: object) -> Iterator[str]:
    """Whatever in a saved document may be base64, as bytes in latin-1."""
    if isinstance(value, dict):
        for one in value.values():
            yield from bytes_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from bytes_of(one)
    elif isinstance(value, str) and len(value) >= 8 and len(value) % 4 == 0 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value):
        yield base64.b64decode(value).decode("latin-1")


def test_a_hostile_name_reaches_no_command(files: Path) -> None:
    """The caller writes the name in its ClientHello; what people copy from the report must not hold it unless it is a plain name."""
    process, port = started(files, *OWN, "--save", "hostile.json")
    name = "x.example;touch${IFS}hacked"
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", name, "-verify_return_error", "-no-CApath"]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
    out, _ = process.communicate(timeout=30)
    commands = [line for line in out.splitlines() if line.startswith(("         ", "    probe "))]
    assert process.returncode == 1 and commands and not any("touch" in line for line in commands), commands
    assert f"Asks for (SNI): {name}" in out


def test_the_temporary_key_is_never_written(tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    ran = subprocess.run((*PROBE, "listen", "0", "--timeout", "0.3"), cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 3 and set(tmp_path.iterdir()) == before and "PRIVATE" not in ran.stdout + ran.stderr
