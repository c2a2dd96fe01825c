"""``probe go-live`` as a user meets it: in a process of its own, with exit codes, files and one clear sentence for what cannot be used."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from probe.lab.pki import authority
from probe.lab.shop import credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from tests.golive.listing import HOST, endpoint, plan, resolvers

PROBE = (sys.executable, "-m", "probe")
PASSWORD = "correct-horse-6Yh2kQx9"


def probe(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((*PROBE, "go-live", *arguments), capture_output=True, text=True, timeout=60, cwd=folder, env={**os.environ, **environment})


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def healthy(stage: Stage, *lines: str) -> str:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,)))
    return endpoint(port, stage.trust_file(made.root), resolvers(stage), *lines)


def broken(stage: Stage, *lines: str) -> str:
    made = hierarchy()
    port = stage.tls(Serving(credentials=(credentials(made.leaf),)))
    return endpoint(port, stage.trust_file(made.root), resolvers(stage), *lines)


def test_exit_codes(stage: Stage, tmp_path: Path) -> None:
    good, bad = healthy(stage, 'name = "good"'), broken(stage, 'name = "bad"')
    optional = broken(stage, 'name = "optional"', "required = false")
    unsure = endpoint(1, stage.trust_file(authority()), resolvers(stage), 'name = "unsure"', 'skip = ["tls"]', 'reason = "later"')
    for text, code in ((plan(good), 0), (plan(good, bad), 1), (plan(good, optional), 0), (plan(unsure), 3), ("schema = 1\n", 2)):
        (tmp_path / "plan.toml").write_text(text)
        done = probe("plan.toml", folder=tmp_path)
        assert done.returncode == code, done.stdout + done.stderr


def test_the_example_is_printed_and_works(tmp_path: Path) -> None:
    done = probe("--example", folder=tmp_path)
    assert done.returncode == 0 and "[[endpoint]]" in done.stdout
    (tmp_path / "plan.toml").write_text(done.stdout)
    run = probe("plan.toml", folder=tmp_path)
    assert run.returncode in (0, 1) and "Partner interface" in run.stdout and run.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "No plan is named."),
        (("nowhere.toml",), "nowhere.toml does not exist."),
        (("plan.toml", "--format", "pdf"), "There is no format 'pdf' for this list."),
        (("plan.toml", "--save", "seen.json", "--redact"), "--save and --redact exclude each other"),
        (("plan.toml", "--save", "plan.toml"), "--save would overwrite plan.toml"),
        (("plan.toml", "--on", "soon"), "--on 'soon' is not a time."),
        (("plan.toml", "--days", "-3"), "--days -3 cannot be used."),
        (("plan.toml", "--trust", "none"), "--trust goes with --profile"),
        (("plan.toml", "--endpoint", "x"), "The plan has no endpoint 'x'."),
        (("plan.toml", "--connect", "127.0.0.1"), "--connect is for one endpoint, and the plan has 2."),
        (("plan.toml", "--profile", "generic-https"), "Both a plan and --profile are given."),
        (("--profile", "no-such"), "There is no profile 'no-such'."),
        (("plan.toml", "--html", "plan.toml"), "--html would overwrite plan.toml"),
        (("--profile", "generic-https"), "The variable host of the profile generic-https must be given."),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_exit_2(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(
        plan('[[endpoint]]\nname = "a"\ntarget = "https://127.0.0.1"\n', '[[endpoint]]\nname = "b"\ntarget = "https://127.0.0.1"\n')
    )
    done = probe(*arguments, folder=tmp_path)
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr and done.stdout == "", done.stderr


def test_all_faults_of_a_plan_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text('schema = 1\n[[endpoint]]\ntarget = "https://a.example"\nconect = "x"\ntimeout = "y"\ntrust = ["nowhere.pem"]\n')
    done = probe("plan.toml", folder=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    for line in (4, 5, 6):
        assert f"plan.toml line {line}:" in done.stderr
    assert "3 faults in plan.toml; nothing was checked." in done.stderr


def test_every_format_and_a_page_that_is_judged_again(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(plan(healthy(stage, 'name = "good"'), broken(stage, 'name = "bad"')))
    document = json.loads(probe("plan.toml", "--format", "json", "--html", "list.html", "--output", "-", folder=tmp_path).stdout)
    assert (document["schema"], document["kind"], document["ready"]) == (1, "go-live", False)
    (failed,) = [one for group in document["results"] for one in group["items"] if one["outcome"] == "fail"]
    assert failed["id"] == "chain" and failed["code"].startswith("chain.") and failed["owner"]
    suites = ElementTree.fromstring(probe("plan.toml", "--format", "junit", folder=tmp_path).stdout)  # noqa: S314 -- our own document
    assert (suites.get("failures"), suites.get("errors"), suites.get("tests")) == ("1", "0", "14")
    assert [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None] == ["chain"]
    again = subprocess.run((*PROBE, "report", "list.html"), capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert again.returncode == 1 and "Summary of 2 targets" in again.stdout
    (tmp_path / "list.json").write_text(json.dumps(document))
    assert subprocess.run((*PROBE, "report", "list.json"), capture_output=True, timeout=60, cwd=tmp_path).returncode == 1


SHAPE = {
    "": {"schema", "kind", "title", "source", "ready", "sentence", "interrupted", "looked_at", "day", "remarks", "checked_by", "made_by", "redacted"}
    | {"counts", "results"},
    "day": {"begin", "end", "until"},
    "counts": {"pass", "fail", "warn", "not-done"},
    "result": {"name", "direction", "target", "items", "circumstances", "repeat", "observation", "further", "lookups"},
    "item": {"id", "about", "title", "required", "outcome", "says", "code", "owner", "faults", "evidence"},
    "fault": {"code", "title", "certainty", "owner", "summary"},
    "evidence": {"says", "at"},
}


def test_the_schema_of_the_document_is_stable(stage: Stage, tmp_path: Path) -> None:
    """Fields may be added, with a line here; none may go or change."""
    (tmp_path / "plan.toml").write_text(plan(broken(stage)))
    document: dict[str, Any] = json.loads(probe("plan.toml", "--format", "json", folder=tmp_path).stdout)
    (result,) = document["results"]
    (fault,) = [one for item in result["items"] for one in item["faults"]][:1]
    found = {"": document, "day": document["day"], "counts": document["counts"], "result": result, "item": result["items"][0], "fault": fault}
    found["evidence"] = result["items"][0]["evidence"][0]
    assert {name: set(one) for name, one in found.items()} == SHAPE
    assert result["observation"]["target"]["host"] == HOST


def test_one_endpoint_at_an_address_given_by_hand(stage: Stage, tmp_path: Path) -> None:
    other = endpoint(stage.closed_port(), stage.trust_file(authority()), resolvers(stage), 'name = "other"')
    (tmp_path / "plan.toml").write_text(plan(healthy(stage, 'name = "mine"'), other))
    done = probe("plan.toml", "--endpoint", "mine", "--connect", LOOPBACK, folder=tmp_path)
    assert done.returncode == 0 and "DNS leads to the address that was checked." in done.stdout and "other" not in done.stdout


def test_ctrl_c_prints_what_is_known_and_marks_the_rest(stage: Stage, tmp_path: Path) -> None:
    trust, dns = stage.trust_file(authority()), resolvers(stage)
    begun, over = threading.Event(), threading.Event()

    def hold(connection: socket.socket) -> None:
        over.wait(30)

    def tell(connection: socket.socket) -> None:
        begun.set()
        over.wait(30)

    # Four are looked at side by side: when the fifth gets its turn, the first one is done, because the others are held.
    talks = (hold, hold, hold, tell, hold, hold)
    quiet = [endpoint(stage.raw(talk), trust, dns, f'name = "quiet {number}"') for number, talk in enumerate(talks)]
    (tmp_path / "plan.toml").write_text(plan(healthy(stage, 'name = "good"'), *quiet))
    running = subprocess.Popen((*PROBE, "go-live", "plan.toml"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert begun.wait(30)
    running.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = running.communicate(timeout=20)
    over.set()
    assert running.returncode == 130 and "Traceback" not in err and time.monotonic() - began < 5
    assert "The check was interrupted." in out and "Interrupted." in out
    good, last = out.index("good (we call)"), out.index("quiet 5 (we call)")
    assert out[good : out.index("quiet 0 (we call)")].count("PASS") == 7 and "OPEN" in out[last:] and "PASS  The chain" not in out[last:]


def test_no_secret_of_the_plan_or_its_environment_is_told(stage: Stage, tmp_path: Path) -> None:
    top = authority("Clients Root")
    own = top.issue("client.example", traits=Traits(extended_key_usage=("client",)))
    sealed = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
    (tmp_path / "client.pem").write_text(own.pem)
    (tmp_path / "client.key").write_bytes(sealed)
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), client="required", client_issuers=(top,)))
    lines = (f'cert = "{tmp_path / "client.pem"}"', f'key = "{tmp_path / "client.key"}"', 'password-env = "GOLIVE_WORD"')
    (tmp_path / "plan.toml").write_text(plan(endpoint(port, stage.trust_file(made.root), resolvers(stage), *lines)))
    numbers: Any = own.key.private_numbers()  # type: ignore[union-attr]
    secret = numbers.private_value.to_bytes(32, "big")
    told = []
    for word, codes, forms in ((PASSWORD, {0}, ("terminal", "json", "junit")), (f"wrong-{PASSWORD}", {2}, ("json",))):
        for form in forms:
            done = probe("plan.toml", "--format", form, "--html", "list.html", folder=tmp_path, GOLIVE_WORD=word)
            assert done.returncode in codes, done.stdout + done.stderr
            told += [done.stdout, done.stderr]
    told.append((tmp_path / "list.html").read_text())
    embedded = [base64.b64decode(piece.partition("</template>")[0].partition(">\n")[2]).decode() for piece in told[-1].split('class="observation"')[1:]]
    assert embedded and "client.pem" in embedded[0]
    spelled = {PASSWORD, base64.b64encode(PASSWORD.encode()).decode().rstrip("="), secret.hex(), secret.hex(":"), str(numbers.private_value)}
    spelled |= {base64.b64encode(secret).decode()[:40], sealed.decode().split("\n")[2]}
    assert not [word for word in spelled for text in (*told, *embedded) if word.lower() in text.lower()]
    missing = probe("plan.toml", folder=tmp_path)
    assert missing.returncode == 2 and "plan.toml line" in missing.stderr and "does not exist" in missing.stderr
    # What stands there may be the password itself.
    assert "GOLIVE_WORD" not in missing.stderr


def test_the_help_shows_examples(tmp_path: Path) -> None:
    done = probe("--help", folder=tmp_path)
    assert done.returncode == 0 and "probe go-live plan.toml --on" in done.stdout and "Exit code: 0 all required items passed" in " ".join(done.stdout.split())
