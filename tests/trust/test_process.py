"""--pid: which store a running program really uses, held against what the program itself says. Real JVMs, Node and Python."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from probe.capture.process import Process
from probe.cli.main import run
from probe.formats.writing import pkcs12_trust_store
from probe.lab.pki import authority
from probe.lab.shop import HOST, Hierarchy, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

SECRET = "secret-7Hq2vXz9"
OTHER = "token-4Kd8wPm1"
PROPERTY = "-Djavax.net.ssl.trustStore"


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    subprocess.run(("javac", "-d", str(folder), str(Path(__file__).with_name("Waiting.java"))), check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def made(tmp_path: Path) -> Hierarchy:
    found = hierarchy()
    (tmp_path / "root.der").write_bytes(found.root.der)
    (tmp_path / "root.pem").write_text(found.root.pem)
    (tmp_path / "good.p12").write_bytes(pkcs12_trust_store([found.root.certificate], SECRET))
    return found


@contextmanager
def running(*command: str, folder: Path, **environment: str) -> Iterator[tuple[int, str]]:
    """A program with its process number and the first line that it says."""
    env = {**os.environ, "WANTED": str(folder / "root.der"), "API_TOKEN": OTHER, **environment}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=env) as process:
        try:
            assert process.stdout
            yield process.pid, process.stdout.readline().strip()
        finally:
            process.kill()


@contextmanager
def java(classes: Path, folder: Path, *options: str, behind: tuple[str, ...] = (), **environment: str) -> Iterator[tuple[int, str]]:
    command = ("java", "-XX:TieredStopAtLevel=1", "-Xshare:auto", *options, "-cp", str(classes), "Waiting", *behind)
    with running(*command, folder=folder, **environment) as started:
        yield started


def asked(capsys: pytest.CaptureFixture[str], made: Hierarchy, pid: int, *options: str) -> tuple[dict[str, Any], str]:
    """What is said of the program and the shop, as JSON; and all that was printed in every format."""
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,)))
        printed = ""
        for form in ("terminal", "markdown", "html", "json"):
            run(["trust", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--pid", str(pid), "--format", form, *options])
            captured = capsys.readouterr()
            printed += captured.out + captured.err
    return json.loads(captured.out)["results"][0], printed


def store(found: dict[str, Any]) -> dict[str, Any]:
    one: dict[str, Any] = found["program"]["stores"][0]
    return one


def trusts(found: dict[str, Any]) -> bool:
    return any("Java's default trust manager trusts the chain" in one["says"] for one in found["now"])


def test_a_jvm_with_the_right_store(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with java(classes, tmp_path, f"{PROPERTY}=good.p12", f"{PROPERTY}Password={SECRET}") as (pid, says):
        found, printed = asked(capsys, made, pid)
    assert says == "1 true" and trusts(found) and store(found)["size"] == 1
    assert store(found)["path"] == str(tmp_path / "good.p12") and store(found)["setting"] == PROPERTY
    assert SECRET not in printed and OTHER not in printed


def test_a_jvm_whose_store_is_missing_uses_its_cacerts(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with java(classes, tmp_path, f"{PROPERTY}=/opt/app/truststore.jks") as (pid, says):
        found, _ = asked(capsys, made, pid)
    count, has = says.split()
    assert has == "false" and store(found)["size"] == int(count) and not trusts(found)
    assert "no such file" in store(found)["says"] and "Java says nothing about that and reads its own cacerts" in store(found)["says"]
    assert store(found)["path"].endswith("/lib/security/cacerts")
    assert any(one["tone"] == "bad" and "does not trust the chain" in one["says"] for one in found["now"])


def test_the_fallback_is_opened_with_the_password_that_was_given(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with java(classes, tmp_path, f"{PROPERTY}=missing.p12", f"{PROPERTY}Password={SECRET}") as (pid, says):
        found, printed = asked(capsys, made, pid)
    assert says.startswith("refused") == (store(found)["size"] is None), (says, store(found))
    assert SECRET not in printed


def test_a_jvm_without_any_setting(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with java(classes, tmp_path) as (pid, says):
        found, _ = asked(capsys, made, pid)
    assert store(found)["size"] == int(says.split()[0]) and "No store is named" in store(found)["says"] and not trusts(found)


def test_a_pkcs12_store_without_its_password_is_empty(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with java(classes, tmp_path, f"{PROPERTY}={tmp_path}/good.p12") as (pid, says):
        found, _ = asked(capsys, made, pid)
    assert says == "0 false" and store(found)["size"] == 0 and "trustAnchors parameter must be non-empty" in store(found)["problem"]


def test_a_wrong_password_and_a_pem_file_cannot_be_opened(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with java(classes, tmp_path, f"{PROPERTY}=good.p12", f"{PROPERTY}Password=wrong-{SECRET}") as (pid, says):
        wrong, printed = asked(capsys, made, pid)
    with java(classes, tmp_path, f"{PROPERTY}=root.pem") as (pid, also):
        text, _ = asked(capsys, made, pid)
    assert says.startswith("refused") and "not the one of this file" in store(wrong)["problem"] and SECRET not in printed
    assert also.startswith("refused") and "problem accessing trust store" in store(text)["problem"]
    assert not trusts(wrong) and not trusts(text)


def test_options_behind_the_class_and_in_variables(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    behind = (f"{PROPERTY}=good.p12", f"{PROPERTY}Password={SECRET}")
    with java(classes, tmp_path, behind=behind) as (pid, says):
        late, printed = asked(capsys, made, pid)
    assert says.endswith("false") and "does not obey it" in store(late)["says"] and SECRET not in printed and not trusts(late)
    options = f"{PROPERTY}=good.p12 {PROPERTY}Password={SECRET}"
    with java(classes, tmp_path, JAVA_TOOL_OPTIONS=options) as (pid, says):
        variable, printed = asked(capsys, made, pid)
    assert says == "1 true" and trusts(variable) and "JAVA_TOOL_OPTIONS" in store(variable)["says"] and SECRET not in printed
    (tmp_path / "options").write_text(f"# store\n{PROPERTY}=good.p12\n{PROPERTY}Password={SECRET}\n")
    with java(classes, tmp_path, "@options") as (pid, says):
        file, printed = asked(capsys, made, pid)
    assert says == "1 true" and trusts(file) and SECRET not in printed


def test_jssecacerts_goes_before_cacerts(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A small Java of one's own, made by jlink, into which the file is put."""
    home = tmp_path / "java"
    subprocess.run(("jlink", "--add-modules", "java.base", "--output", str(home)), check=True, capture_output=True, timeout=120)
    (home / "lib/security/jssecacerts").write_bytes(pkcs12_trust_store([made.root.certificate], "changeit"))
    command = (str(home / "bin/java"), f"{PROPERTY}Password=changeit", "-cp", str(classes), "Waiting")
    with running(*command, folder=tmp_path) as (pid, says):
        found, _ = asked(capsys, made, pid)
    assert says == "1 true" and trusts(found) and store(found)["path"] == str(home / "lib/security/jssecacerts")


def test_node_and_its_extra_file(made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = "console.log('ready'); process.stdin.resume()"
    with running("node", "-e", script, folder=tmp_path, NODE_EXTRA_CA_CERTS="root.pem") as (pid, _):
        extra, printed = asked(capsys, made, pid)
    with running("node", "-e", script, folder=tmp_path, NODE_EXTRA_CA_CERTS="gone.pem") as (pid, _):
        gone, _ = asked(capsys, made, pid)
    assert any("Node trusts the chain" in one["says"] for one in extra["now"]) and OTHER not in printed
    assert "prints a warning" in store(gone)["says"] and any("Node does not trust the chain" in one["says"] for one in gone["now"])


def test_python_has_two_stores(made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = "print('ready', flush=True); input()"
    with running(sys.executable, "-c", script, folder=tmp_path, SSL_CERT_FILE="root.pem", REQUESTS_CA_BUNDLE="gone.pem") as (pid, _):
        found, printed = asked(capsys, made, pid)
    one, other = found["program"]["stores"]
    assert one["setting"] == "SSL_CERT_FILE" and one["path"].startswith(str(tmp_path / "root.pem")) and not one["problem"]
    assert other["setting"] == "REQUESTS_CA_BUNDLE" and "no such file" in other["says"] and OTHER not in printed
    assert any("Python's ssl module, urllib, aiohttp trusts the chain" in each["says"] for each in found["now"])


def test_a_program_in_a_tree_of_its_own(made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in a container: paths and links begin at its own top, not at ours."""
    top = tmp_path / "top"
    (top / "etc" / "deep").mkdir(parents=True)
    (top / "etc" / "deep" / "root.pem").write_text(made.root.pem)
    (top / "etc" / "link.pem").symlink_to("/etc/deep/../deep/root.pem")
    script = f"import os; os.chroot({str(top)!r}); os.chdir('/'); print('ready', flush=True); input()"
    with running(sys.executable, "-c", script, folder=tmp_path, SSL_CERT_FILE="/etc/link.pem", REQUESTS_CA_BUNDLE="etc/none.pem") as (pid, _):
        found, _ = asked(capsys, made, pid)
    one, other = found["program"]["stores"]
    assert one["path"] == "/etc/link.pem" and one["size"] == 1 and "as in a container" in json.dumps(found["program"]["notes"])
    assert other["path"] == "/etc/none.pem" and "no such file" in other["says"]
    assert any("Python's ssl module, urllib, aiohttp trusts the chain" in each["says"] for each in found["now"])


def sleeping() -> "subprocess.Popen[bytes]":
    """A program that was really begun: between fork and exec it has no arguments yet."""
    process = subprocess.Popen(("sleep", "30"), env={"TOKEN": OTHER, "PATH": os.environ["PATH"]})
    while not Path(f"/proc/{process.pid}/cmdline").read_bytes().startswith(b"sleep\0"):
        time.sleep(0.01)
    return process


def test_a_process_shows_nothing_of_itself() -> None:
    with sleeping() as process:
        try:
            found = Process(process.pid)
        finally:
            process.kill()
    assert OTHER not in repr(found) and OTHER not in str(found) and found.environment["TOKEN"] == OTHER


def test_a_process_of_the_kernel_or_one_that_ended(capsys: pytest.CaptureFixture[str]) -> None:
    ended = subprocess.Popen(("true",))
    ended.wait()
    assert run(["trust", HOST, "--pid", str(ended.pid)]) == 2
    assert "There is no process" in capsys.readouterr().err


def test_a_process_of_somebody_else_is_refused() -> None:
    """As another user: what that one may not look into ends in a sentence."""
    script = (
        "import os, sys\n"
        "from probe.capture.programs import look\n"
        "from probe.facts.unusable import Unusable\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    look(int(sys.argv[1]))\n"
        "except Unusable as told:\n"
        "    print(told.says, told.next_step)\n"
    )
    with sleeping() as process:
        try:
            said = subprocess.run((sys.executable, "-c", script, str(process.pid)), capture_output=True, text=True, timeout=60, check=True)
        finally:
            process.kill()
    assert "may not be looked into" in said.stdout and "as root" in said.stdout


def test_a_store_that_the_program_may_not_read_counts_as_missing(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The service's user may not read what root reads; then Java goes back to its own cacerts."""
    closed = Path(tempfile.mkdtemp(prefix="probe-test-"))
    try:
        closed.chmod(0o755)
        for one in classes.iterdir():
            shutil.copy(one, closed)
        (closed / "good.p12").write_bytes((tmp_path / "good.p12").read_bytes())
        (closed / "root.der").write_bytes(made.root.der)
        (closed / "good.p12").chmod(0o600)
        options = (f"{PROPERTY}=good.p12", f"{PROPERTY}Password=changeit", "-XX:TieredStopAtLevel=1", "-cp", str(closed), "Waiting")
        with running("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "java", *options, folder=closed) as (pid, says):
            found, _ = asked(capsys, made, pid)
    finally:
        shutil.rmtree(closed)
    assert says.endswith("false") and int(says.split()[0]) == store(found)["size"]
    assert "which the program may not read" in store(found)["says"] and not trusts(found)


def test_a_jvm_that_points_to_the_wrong_store(classes: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The store is there and can be read; it lacks the root, which cacerts, or the system's store, might have: Java looks nowhere else."""
    wrong = tmp_path / "wrong.p12"
    wrong.write_bytes(pkcs12_trust_store([authority("Another Root CA").certificate], SECRET))
    with java(classes, tmp_path, f"{PROPERTY}={wrong}", f"{PROPERTY}Password={SECRET}") as (pid, says):
        found, printed = asked(capsys, made, pid)
    assert says == "1 false" and not trusts(found) and SECRET not in printed
    assert store(found)["path"] == str(wrong) and store(found)["size"] == 1
    assert any(one["tone"] == "bad" and "does not trust the chain" in one["says"] and "PKIX path building failed" in one["says"] for one in found["now"])
    # Judged with that very store, while another one has the root.
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,)))
        where = (f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--as", "java", "--trust", str(wrong), "--trust-password-env", "STORE_PASSWORD")
        os.environ["STORE_PASSWORD"] = SECRET
        try:
            assert run(["check", *where, "--public", str(tmp_path / "root.pem"), "--format", "json"]) == 1
        finally:
            del os.environ["STORE_PASSWORD"]
    cause = json.loads(capsys.readouterr().out)["results"][0]["cause"]
    assert cause["code"] == "trust.store-not-used" and cause["certainty"] == "proven"
