"""Every command of the probe with marked passwords, keys and tokens: none of them is in what it prints, writes or saves, nor in what it says when it breaks."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from probe.cli.main import program, run
from probe.lab import waiting
from probe.lab.answers import Answer
from probe.lab.pki import Issued, authority
from probe.lab.shop import hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from tests.golive.listing import endpoint, plan, resolvers
from tests.test_secrets_client import Client

PASSWORD, STORE, TOKEN, COOKIE, CHALLENGE = (f"{word}-8Rk5vHn2Xq7z" for word in ("password", "storeword", "token", "cookie", "challenge"))
WRONG = "wrong-3Fd8Lm5Pc1s-Jx0Te"
WORDS = (PASSWORD, STORE, TOKEN, COOKIE, CHALLENGE, WRONG)
ENVIRONMENT = {"CLIENT_PASSWORD": PASSWORD, "STORE_PASSWORD": STORE, "WRONG_PASSWORD": WRONG, "ECHO_TOKEN": TOKEN}
LOCK, OPEN = ("--password-env", "CLIENT_PASSWORD"), ("--trust", "store.p12", "--trust-password-env", "STORE_PASSWORD")
BY_PROFILE = ("--profile", "echo.toml", "--var", "token=ECHO_TOKEN", "--connect", LOOPBACK, "--trust", "root.pem")
FORMATS = ("terminal", "json", "html", "markdown", "junit")
PROFILE = """schema = 1
id = "echo"
title = "Repeats what it is told"
[variables.token]
type = "secret-env"
[endpoints.echo]
host = "shop.example"
port = {port}
[[checks]]
id = "who"
safe = true
request = {{ method = "GET", path = "/who", headers = {{ Authorization = "Token {{token}}" }} }}
expect = [{{ status = 200, proves = ["app"] }}]
"""


@dataclass
class Place:
    """Where the commands run: a folder with keys and stores, a shop that demands the client certificate, and what has been told so far."""

    folder: Path
    port: int
    resolver: str
    needles: dict[str, tuple[str, ...]]
    inputs: set[Path] = field(default_factory=set)
    outputs: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    @property
    def shop(self) -> tuple[str, ...]:
        """The shop as a target."""
        return ("https://shop.example", "--connect", f"{LOOPBACK}:{self.port}")

    def keep(self, label: str, code: int, out: str, err: str) -> None:
        """Remember what a run told, and all that it wrote."""
        self.codes[label] = code
        self.outputs |= {f"{label} out": out, f"{label} err": err}
        for file in sorted(self.folder.rglob("*")):
            if file.is_file() and file not in self.inputs:
                self.outputs[f"{label} {file.name}"] = file.read_bytes().decode("latin-1")
                file.unlink()

    def told(self, label: str = "") -> list[tuple[str, str]]:
        """The secrets that are in what was told, each with the place."""
        found = []
        for where, text in self.outputs.items():
            squeezed = re.sub(r"[\s:]", "", text) if where.startswith(label) else ""
            lower = squeezed.lower()
            found += [(name, where) for name, forms in self.needles.items() if any(one in squeezed or one in lower for one in forms)]
        return found


def forms(data: bytes) -> tuple[str, ...]:
    """Hex, and base64 at any of the three places."""
    cores = (base64.b64encode(b"\0" * lead + data)[4 if lead else 0 : -4].decode() for lead in range(3))
    return (data.hex(), *cores)


def needles(*clients: Client) -> dict[str, tuple[str, ...]]:
    """How each secret would look: words plain, in hex and in base64; numbers in decimal, hex and base64, of which the half is enough."""
    found = {word: (word, *forms(word.encode())) for word in WORDS}
    for client in clients:
        for name, number in client.secrets.items():
            size = (number.bit_length() + 7) // 8
            head = number.to_bytes(size, "big")[: max(12, size // 2)]
            found[f"{id(client)} {name}"] = (str(number), f"{number:x}", *forms(head))
    return found


def stores(folder: Path, root: Issued) -> None:
    data = pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(root.x509, b"root")], BestAvailableEncryption(STORE.encode()))
    (folder / "store.p12").write_bytes(data)
    (folder / "root.pem").write_text(root.pem)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("commands")
    accepted, made = authority("Secret Client CA"), hierarchy()
    mine = Client(folder, accepted, rsa.generate_private_key(public_exponent=65537, key_size=2048), "rsa", PASSWORD)
    other = Client(folder, made.intermediate, ec.generate_private_key(ec.SECP256R1()), "ec", PASSWORD)
    stores(folder, made.root)
    fields = (("Set-Cookie", f"session={COOKIE}"), ("WWW-Authenticate", f'Digest nonce="{CHALLENGE}"'), ("Location", f"https://u:{TOKEN}@x.example/?t={TOKEN}"))
    with Stage() as stage:
        answer = Answer(body=b"hello", fields=fields)
        port = stage.tls(Serving(credentials=(made.whole,), client="required", client_issuers=(accepted,), answer=answer))
        plain = stage.tls(Serving(credentials=(made.whole,), answer=Answer(choose=lambda request: Answer(body=b"you said " + request))))
        (folder / "echo.toml").write_text(PROFILE.format(port=plain))
        asking = resolvers(stage)
        table = endpoint(port, "store.p12", asking, *(f'{name} = "{value}"' for name, value in OF_PLAN), f'connect = "{LOOPBACK}"')
        (folder / "plan.toml").write_text(plan(table))
        (folder / "wrong.toml").write_text(plan(table.replace("CLIENT_PASSWORD", "WRONG_PASSWORD")))
        (folder / "typed.toml").write_text(plan(table.replace("CLIENT_PASSWORD", PASSWORD)))
        found = Place(folder=folder, port=port, resolver=json.loads(asking.partition("= ")[2])[0], needles=needles(mine, other))
        with inside(found):
            assert run(["check", *found.shop, *mine.locked, *OPEN, "--save", "seen.json", "--html", "seen.html"]) == 0
            found.inputs = {one for one in folder.rglob("*") if one.is_file()}
            found.outputs |= {one: (folder / one).read_text() for one in ("seen.json", "seen.html")}
            yield found


OF_PLAN = (("cert", "rsa.pem"), ("key", "rsa-locked.key"), ("password-env", "CLIENT_PASSWORD"), ("trust-password-env", "STORE_PASSWORD"))


class inside:  # noqa: N801 -- used as a word
    """In the folder, and with the passwords in the environment."""

    def __init__(self, place: Place) -> None:
        self.folder, self.before = place.folder, Path.cwd()

    def __enter__(self) -> None:
        os.chdir(self.folder)
        os.environ |= ENVIRONMENT

    def __exit__(self, *_why: object) -> None:
        os.chdir(self.before)
        for name in ENVIRONMENT:
            del os.environ[name]


Row = tuple[tuple[str, ...], int]
LISTEN = ("listen", "0", "--address", LOOPBACK, "--timeout", "0.1", "--cert", "rsa.pem", "--key", "rsa-locked.key")
FILES = ("rsa.pem", "rsa.key", "rsa-locked.key", "rsa-old.key", "rsa.p12", "ec.p12")


def rows(place: Place) -> dict[str, Row]:
    """What is run, by a label that begins with the command, and the exit code that shows that the secret was really used."""
    every: dict[str, Row] = {}
    for form in FORMATS:
        of = ("--format", form)
        every |= {
            f"check {form}": (("check", *place.shop, "--cert", "rsa.p12", *LOCK, *OPEN, *of), 0),
            f"report {form}": (("report", "seen.json", *OPEN, *of), 0),
            f"inspect {form}": (("inspect", *FILES, *LOCK, *of), 0),
            f"trust {form}": (("trust", "ec.p12", *LOCK, *OPEN, *of), 1),
            f"go-live {form}": (("go-live", "plan.toml", *of), 0),
            f"listen {form}": ((*LISTEN, *LOCK, *of), 3),
        }
        if form != "junit":
            every[f"compare {form}"] = (("compare", "seen.json", "ec.p12", *LOCK, *of), 1)
    wrong = ("--password-env", "WRONG_PASSWORD")
    return every | {
        "check profile": (
            ("check", *BY_PROFILE, "--save", "s.json"),
            0,
        ),
        "check wrong": (("check", *place.shop, "--cert", "rsa.p12", *wrong), 2),
        "check store": (("check", *place.shop, "--trust", "store.p12", "--trust-password-env", "WRONG_PASSWORD"), 2),
        "check target": (("check", f"https://user:{PASSWORD}@shop.example"), 2),
        "check variable": (("check", "--profile", "echo.toml", "--var", f"token={TOKEN}"), 2),
        "report html": (("report", "seen.html", "--html", "again.html", "--redact"), 0),
        "report wrong": (("report", "seen.json", "--trust", "store.p12", "--trust-password-env", "WRONG_PASSWORD"), 2),
        "inspect saved": (("inspect", *FILES, *LOCK, *OPEN, "--save", "files.json", "--html", "files.html"), 0),
        "inspect wrong": (("inspect", "rsa.p12", "rsa-locked.key", *wrong), 2),
        "inspect against": (("inspect", "rsa.key", "root.pem", "--against", "https://shop.example", "--connect", f"{LOOPBACK}:{place.port}"), 0),
        "trust written": (("trust", "ec.p12", *LOCK, "--write", "out", "--jks", "--hashed", "--store-password-env", "STORE_PASSWORD", "--html", "t.html"), 1),
        "trust wrong": (("trust", "ec.p12", *wrong), 2),
        "trust saved": (("trust", *place.shop, *OPEN, "--save", "trust.json"), 0),
        "trust judged again": (("trust", "seen.json", *OPEN), 0),
        "compare asked": (("compare", "https://127.0.0.1:1", "seen.json", *OPEN), 1),
        "compare page": (("compare", "rsa.p12", "ec.p12", *LOCK, "--html", "c.html"), 1),
        "compare wrong": (("compare", "seen.json", "ec.p12", *wrong), 2),
        "go-live saved": (("go-live", "plan.toml", "--save", "plan.json", "--html", "list.html"), 0),
        "go-live redacted": (("go-live", "plan.toml", "--redact"), 0),
        "go-live wrong": (("go-live", "wrong.toml"), 2),
        "go-live typed": (("go-live", "typed.toml"), 2),
        "go-live profile": (("go-live", *BY_PROFILE, "--resolver", place.resolver), 0),
        "go-live store": (("go-live", *BY_PROFILE[:-2], *OPEN, "--resolver", place.resolver), 0),
        "listen saved": ((*LISTEN, *LOCK, "--save", "calls.json", "--html", "calls.html"), 3),
        "listen store": ((*LISTEN, *LOCK, *OPEN, "--request-client-cert", "optional"), 3),
        "listen wrong": ((*LISTEN, *wrong), 2),
        "listen profile": ((*LISTEN, *LOCK, "--profile", "echo.toml", "--var", f"token={TOKEN}"), 2),
        "causes": (("causes", "client.required"), 0),
        "profiles list": (("profiles", "list"), 0),
        "profiles show": (("profiles", "show", "echo.toml"), 0),
        "profiles new": (("profiles", "new", "mine"), 0),
        "profiles validate": (("profiles", "validate", "echo.toml"), 0),
        "profiles learn": (("profiles", "learn", "prod=store.p12", "test=ec.pem", "--trust-password-env", "STORE_PASSWORD", "--output", "learned.toml"), 0),
        "profiles learn wrong": (("profiles", "learn", "prod=store.p12", "test=ec.pem", "--trust-password-env", "WRONG_PASSWORD"), 2),
        "lab list": (("lab", "list"), 0),
        "lab show": (("lab", "show", "client.required"), 0),
        "lab serve": (("lab", "serve", "client.untrusted"), 0),
        "lab reproduce": (("lab", "reproduce", "seen.json"), 0),
        "lab reproduce printed": (("lab", "reproduce", "seen.json", "--print"), 0),
        "demo": (("demo",), 0),
    }


@pytest.fixture(scope="module")
def told(place: Place) -> Place:
    """Everything once."""
    with pytest.MonkeyPatch.context() as patched:
        # What serves until Ctrl-C ends at once.
        patched.setattr(waiting, "wait", lambda: None)
        for label, (arguments, _) in rows(place).items():
            invoked(place, label, arguments)
    return place


def invoked(place: Place, label: str, arguments: tuple[str, ...]) -> None:
    """Run in this process, as a start of its own takes longer than most commands, and remember all that was told."""
    with captured() as said:
        code = run(list(arguments))
    place.keep(label, code, *said())


class captured:  # noqa: N801 -- used as a word
    """What is written to the two outputs of this process, by whomever."""

    def __enter__(self) -> Callable[[], tuple[str, str]]:
        from contextlib import ExitStack, redirect_stderr, redirect_stdout
        from io import StringIO

        self.held, out, err = ExitStack(), StringIO(), StringIO()
        self.held.enter_context(redirect_stdout(out))
        self.held.enter_context(redirect_stderr(err))
        return lambda: (out.getvalue(), err.getvalue())

    def __exit__(self, *_why: object) -> None:
        self.held.close()


def test_every_command_was_run(told: Place) -> None:
    """Commands of a system of its own, which make and keep keys, have tests of their own; below they are run with a password in the wrong place."""
    run_ones = {label for label, code in told.codes.items() if code in (0, 1, 3)}
    missing = [name for name, _ in leaves() if not name.startswith("insights-hub") and not any(f"{one} ".startswith(f"{name} ") for one in run_ones)]
    assert missing == []


def test_the_secrets_were_used(told: Place) -> None:
    """A password that nobody needed would prove nothing."""
    expected = {label: code for label, (_, code) in rows(told).items()}
    assert {label: code for label, code in told.codes.items() if label in expected} == expected, {
        label: told.outputs[f"{label} err"][:300] or told.outputs[f"{label} out"][:300] for label, code in expected.items() if told.codes[label] != code
    }


def test_no_command_tells_a_secret(told: Place) -> None:
    assert told.told() == []
    assert not [where for where, text in told.outputs.items() if re.search(r"BEGIN [A-Z ]*PRIVATE KEY", text)]


def test_a_secret_would_be_found(place: Place) -> None:
    for name, shapes in place.needles.items():
        for one in shapes:
            seen = Place(folder=place.folder, port=0, resolver="", needles=place.needles, outputs={"x": f"before {one[:7]}\n{one[7:]} behind"})
            assert name in [found for found, _ in seen.told()]


BREAKING = (
    "check profile",
    "report terminal",
    "inspect terminal",
    "trust terminal",
    "compare terminal",
    "go-live terminal",
    "listen terminal",
    "lab reproduce",
)


@pytest.mark.parametrize("label", [*BREAKING, "profiles show", "profiles validate", "profiles learn"])
def test_what_breaks_tells_nothing(label: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that has secrets in its words ends the command with a sentence that has not."""
    arguments, _ = rows(place)[label]

    def broken(path: Path, *_more: object, **_named: object) -> None:
        raise ArithmeticError(f"{path}: {PASSWORD} {STORE} {TOKEN}")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", broken)
        patched.setattr(Path, "open", broken)
        with captured() as said:
            code = run(list(arguments))
    place.keep(f"broken {label}", code, *said())
    assert code == 4 and "This is a defect of the probe (ArithmeticError in probe." in place.outputs[f"broken {label} err"], place.outputs[
        f"broken {label} err"
    ]
    assert place.told(f"broken {label}") == []


def test_a_traceback_of_the_interpreter_tells_nothing(place: Place) -> None:
    """In a process of its own, in development mode, with the exception in the middle of a check."""
    start = "import probe.tls.engine as e, sys\ndef fail(*a, **k):\n    raise RuntimeError('broken')\ne.Engine.incoming = fail\n"
    start += "from probe.cli.start import main\nsys.argv = ['probe', *sys.argv[1:]]\nmain()\n"
    for arguments in (("go-live", "plan.toml"), ("trust", *place.shop, *OPEN), ("inspect", *FILES, *LOCK, "--against", *place.shop)):
        command = (sys.executable, "-X", "dev", "-c", start, *arguments)
        environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[1])}
        done = subprocess.run(command, cwd=place.folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
        place.keep(f"interpreter {arguments[0]}", done.returncode, done.stdout, done.stderr)
        assert done.returncode != 0, done.stdout
    assert place.told("interpreter") == []


def leaves() -> list[tuple[str, Any]]:
    """Every command that can be called, by its name."""

    def below(name: str, one: Any) -> list[tuple[str, Any]]:
        inner = getattr(one, "commands", None)
        return [(name, one)] if inner is None else [leaf for word, each in inner.items() for leaf in below(f"{name} {word}".strip(), each)]

    return below("", typer.main.get_command(program()))


TYPED = [
    (name, next(one for one in option.opts if one.startswith("--")))
    for name, command in leaves()
    for option in command.params
    if any(one.endswith("-password-env") or one == "--password-env" for one in option.opts)
]


def test_there_are_such_options() -> None:
    assert len(TYPED) >= 9


@pytest.mark.parametrize(("name", "option"), TYPED, ids=[f"{name} {option}" for name, option in TYPED])
def test_a_password_in_the_place_of_a_name_is_not_repeated(name: str, option: str, place: Place) -> None:
    """It is easily typed where the name of the environment variable is wanted."""
    files = {"listen": ("0", "--timeout", "0.1"), "go-live": ("--profile", "generic-https", "--var", "host=localhost")}
    files |= {"profiles learn": ("a=ec.p12", "b=rsa.pem")}
    given = files.get(name, ("https://127.0.0.1:1",) if name == "check" else ("seen.json", "ec.p12") if name == "compare" else ("seen.json",))
    more = {"check": ("--cert", "rsa.p12", "--trust", "store.p12"), "listen": ("--cert", "rsa.p12"), "report": ("--trust", "store.p12")}
    more |= {"trust": ("--trust", "store.p12", "--write", "typed"), "inspect": ("rsa.p12",), "go-live": ("--cert", "rsa.p12")}
    label = f"typed {name} {option}"
    invoked(place, label, (*name.split(), *given, *more.get(name, ()), option, PASSWORD))
    assert place.codes[label] == 2 or name == "inspect", place.outputs[f"{label} out"] + place.outputs[f"{label} err"]
    assert place.told(label) == []
