"""Nothing of a client's key or password comes out of the probe: not in a report or a saved file, not in a complaint, not when it breaks or is interrupted."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12

from probe.facts.noun import noun
from probe.lab.client_shop import FOR_CLIENTS, wanting
from probe.lab.pki import Issued, authority
from probe.lab.shop import hierarchy
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from tests.test_secrets import leaked

pytestmark = pytest.mark.timeout(300)  # some sixty processes, one after the other
PASSWORD = "pass-6Yh2kQx9Zt4w-Vb7Rn"
WRONG = "wrong-3Fd8Lm5Pc1s-Jx0Te"
FORMATS = (("--format", "terminal"), ("--format", "json"), ("--format", "html"), ("--format", "markdown"), ("--format", "junit"), ("--redact",))
SAVED = ("--html", "report.html", "--save", "seen.json")
BROKEN = "import probe.tls.engine as e, sys\ndef fail(*a, **k):\n    raise RuntimeError('broken on purpose')\ne.Engine.{method} = fail\n"
START = "from probe.cli.start import main\nsys.argv = ['probe', *sys.argv[1:]]\nmain()\n"


@noun
class Told:
    """Everything that the probe gave away, by what was run, and how each run ended."""

    outputs: dict[str, str]
    codes: dict[str, int]


def secrets(*keys: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> dict[str, int]:
    """The numbers that make a key private."""
    found: dict[str, int] = {}
    for at, key in enumerate(keys):
        if isinstance(key, rsa.RSAPrivateKey):
            numbers = key.private_numbers()
            found |= {f"{name}{at}": getattr(numbers, name) for name in ("d", "p", "q", "dmp1", "dmq1", "iqmp")}
        else:
            found[f"scalar{at}"] = key.private_numbers().private_value
    return found


def told_of(number: int, text: str) -> bool:
    """Whether a number stands in a text: in decimal or hex, or as bytes in hex or base64."""
    size = (number.bit_length() + 7) // 8
    # The whole number, and the half of it: who prints only a part has told enough.
    halves = (number, number >> (number.bit_length() // 2))
    squeezed = re.sub(r"[\s:]", "", text)
    plain = any(str(one) in squeezed or f"{one:x}" in squeezed.lower() for one in halves)
    return plain or leaked(squeezed, number.to_bytes(size, "big")[: max(12, size // 2)])


class Client:
    """A client certificate in all its files, and what must not be told of it."""

    def __init__(self, folder: Path, issuer: Issued, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str, password: str = PASSWORD) -> None:
        own = issuer.issue(traits=replace(FOR_CLIENTS, key=key))
        lock = BestAvailableEncryption(password.encode())
        self.plain = ("--cert", f"{name}.pem", "--key", f"{name}.key")
        self.locked = ("--cert", f"{name}.pem", "--key", f"{name}-locked.key", "--password-env", "CLIENT_PASSWORD")
        self.old = ("--cert", f"{name}.pem", "--key", f"{name}-old.key", "--password-env", "CLIENT_PASSWORD")
        self.store = ("--cert", f"{name}.p12", "--password-env", "CLIENT_PASSWORD")
        self.secrets = secrets(key)
        (folder / f"{name}.pem").write_text(own.pem)
        (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / f"{name}-locked.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        (folder / f"{name}-old.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, lock))
        (folder / f"{name}.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, own.x509, [issuer.x509], lock))


@contextmanager
def silent() -> Iterator[int]:
    """A port that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client-secrets")


@pytest.fixture(scope="module")
def accepted() -> Issued:
    return authority("Secret Client CA")


@pytest.fixture(scope="module")
def everybody(folder: Path, accepted: Issued) -> tuple[Client, Client]:
    by_rsa = Client(folder, accepted, rsa.generate_private_key(public_exponent=65537, key_size=2048), "rsa")
    return by_rsa, Client(folder, authority("Foreign CA"), ec.generate_private_key(ec.SECP256R1()), "ec")


def environment(password: str = PASSWORD) -> dict[str, str]:
    return {**os.environ, "CLIENT_PASSWORD": password, "PYTHONPATH": str(Path(__file__).parents[1])}


@pytest.fixture(scope="module")
def told(folder: Path, accepted: Issued, everybody: tuple[Client, Client]) -> Told:
    outputs: dict[str, str] = {}
    codes: dict[str, int] = {}
    shop = hierarchy()
    (folder / "root.pem").write_text(shop.root.pem)
    good, foreign = everybody

    def run(label: str, port: int, *options: str, password: str = PASSWORD, program: tuple[str, ...] = ("-m", "probe")) -> None:
        command = (sys.executable, *program, "check", "https://shop.example", "--connect", f"127.0.0.1:{port}", "--trust", "root.pem", *options)
        done = subprocess.run(command, cwd=folder, env=environment(password), capture_output=True, text=True, timeout=60)
        codes[label], outputs[f"{label} out"], outputs[f"{label} err"] = done.returncode, done.stdout, done.stderr
        for file in (folder / "report.html", folder / "seen.json"):
            if file.exists():
                outputs[f"{label} {file.name}"] = file.read_text()
                file.unlink()

    with Stage() as stage:
        port = stage.tls(Serving(credentials=(shop.whole,), client="required", client_issuers=(accepted,)))
        page = stage.tls(Serving(credentials=(shop.whole,), client="required", client_issuers=(accepted,), client_word="page"))
        for form in FORMATS:
            run(f"good {form[-1]}", port, *good.plain, *form)
        for name, one in (("rsa", good), ("ec", foreign)):
            for kind, options in (("plain", one.plain), ("locked", one.locked), ("old", one.old), ("store", one.store)):
                run(f"{name} {kind}", page, *options, *SAVED)
            for kind, options in (("locked", one.locked), ("old", one.old), ("store", one.store)):
                run(f"{name} {kind} wrong", page, *options, password=WRONG)
                run(f"{name} {kind} empty", page, *options, password="")
        run("mismatch", port, "--cert", "rsa.pem", "--key", "ec.key")
        run("no certificate", port, "--cert", "rsa.key")
        run("key as trust", port, *good.plain, "--trust", "rsa.key")
        run("key as pin", port, *good.plain, "--pin", "rsa.key")
        run("key on file", port, *good.plain, "--on-file", "rsa.key")
        run("nobody asked", port, *(one for one in good.locked if one not in ("--password-env", "CLIENT_PASSWORD")))
        for method in ("__init__", "outgoing", "incoming", "record"):
            run(f"broken {method}", port, *good.locked, program=("-c", BROKEN.format(method=method) + START))
        run("broken development", port, *good.locked, program=("-X", "dev", "-c", BROKEN.format(method="incoming") + START))
    return Told(outputs=outputs, codes=codes)


def assert_untold(outputs: dict[str, str], everybody: tuple[Client, Client]) -> None:
    words = [(one, where) for one in (PASSWORD, WRONG) for where, text in outputs.items() if leaked(text, one.encode())]
    assert not words
    numbers = [(name, where) for client in everybody for name, number in client.secrets.items() for where, text in outputs.items() if told_of(number, text)]
    assert not numbers
    assert not [where for where, text in outputs.items() if "PRIVATE KEY" in text]


def test_there_were_secrets_to_be_told(told: Told, everybody: tuple[Client, Client]) -> None:
    assert {code for label, code in told.codes.items() if label.startswith("good")} == {0}
    assert {code for label, code in told.codes.items() if label.startswith("ec") and not label.endswith(("wrong", "empty"))} == {1}
    assert {code for label, code in told.codes.items() if label.endswith(("wrong", "empty")) or label in ("mismatch", "no certificate", "nobody asked")} == {2}
    assert all('"rsa.pem"' in told.outputs[f"rsa {kind} seen.json"] for kind in ("plain", "locked"))
    assert all(code not in (0, 2) for label, code in told.codes.items() if label.startswith("broken")), told.codes
    number = everybody[1].secrets["scalar0"]
    raw = number.to_bytes(32, "big")
    for form in (str(number), f"{number:X}", raw.hex(":"), raw.hex(" ")):
        assert told_of(number, f"before {form} behind")
    assert "ec.key" in told.outputs["mismatch err"]


def test_no_secret_is_told(told: Told, everybody: tuple[Client, Client]) -> None:
    assert_untold(told.outputs, everybody)


def test_what_is_saved_has_no_place_for_a_key(told: Told) -> None:
    saved = [json.loads(text) for where, text in told.outputs.items() if where.endswith("seen.json")]
    assert len(saved) == 8
    for one in saved:
        assert set(one["identity"]) == {"source", "key_source", "kind", "certificates", "keys", "key", "fits", "encrypted", "notes", "unloadable"}


def test_ctrl_c_tells_nothing(folder: Path, everybody: tuple[Client, Client]) -> None:
    good, _ = everybody
    outputs = {}
    with silent() as port:
        for form in (("--format", "terminal"), ("--format", "json"), SAVED):
            command = (sys.executable, "-m", "probe", "check", "https://shop.example", "--connect", f"127.0.0.1:{port}", "--trust", "none", *good.store, *form)
            process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            outputs[f"{form} out"], outputs[f"{form} err"] = process.communicate(timeout=30)
            assert process.returncode == 130, outputs
            assert "Traceback" not in outputs[f"{form} err"]
    outputs["seen.json"] = (folder / "seen.json").read_text()
    assert '"interrupted"' in outputs["seen.json"]
    assert_untold(outputs, everybody)


def typed(folder: Path, arguments: tuple[str, ...], words: bytes) -> tuple[int, str]:
    """Run the probe on a terminal of its own, type ``words`` when it asks for the password, and give its exit code and all that the terminal showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(sys.executable, (sys.executable, "-m", "probe", *arguments), environment())  # noqa: S606 -- the program under test, on a terminal
    shown, sent, until = b"", False, time.monotonic() + 40
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
        if not sent and b"Password of" in shown:
            time.sleep(0.3)
            os.write(terminal, words)
            sent = True
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert sent, shown
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace")


@pytest.mark.parametrize(("words", "code"), [(PASSWORD, 0), (WRONG, 2), ("\x03", 130)], ids=["right", "wrong", "ctrl-c"])
def test_what_is_typed_is_not_shown(words: str, code: int, folder: Path, accepted: Issued, everybody: tuple[Client, Client]) -> None:
    good, _ = everybody
    shop = hierarchy()
    (folder / "shop.pem").write_text(shop.root.pem)
    with Stage() as stage:
        made = wanting(accepted)
        port = stage.tls(Serving(credentials=(shop.whole,), client=made.client, client_issuers=made.client_issuers))
        target = ("check", "https://shop.example", "--connect", f"127.0.0.1:{port}", "--trust", "shop.pem", *good.store[:2])
        ended, shown = typed(folder, target, words.encode() + (b"" if words == "\x03" else b"\n"))
    assert ended == code, shown
    assert "Traceback" not in shown
    assert_untold({"terminal": shown}, everybody)
