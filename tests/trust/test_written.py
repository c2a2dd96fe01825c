"""What --write leaves behind: real keytool, JVM, curl, openssl and Python take it; all of it or nothing is there, and nothing of others is lost."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from probe.capture import write_all as writing
from probe.capture.write_all import ToWrite, write_all
from probe.cli.main import run
from probe.facts.certificate import fingerprint
from probe.facts.unusable import Unusable
from probe.lab.pki import AUTHORITY
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

OWN = "own-Password-5Tz8"


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy()


@pytest.fixture(scope="module")
def port(made: Hierarchy) -> Iterator[int]:
    with Stage() as stage:
        yield stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate, made.root),)))


def asked(port: int, folder: Path, *options: str) -> int:
    return run(["trust", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--write", str(folder), *options])


@pytest.fixture
def folder(port: int, tmp_path: Path) -> Path:
    assert asked(port, tmp_path / "out", "--jks", "--hashed") == 0
    return tmp_path / "out"


def program(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def content(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_the_names_carry_subject_and_day_of_issue(folder: Path, made: Hierarchy) -> None:
    days = {one: f"{one.certificate.read.not_before:%Y-%m-%d}" for one in (made.root, made.intermediate, made.leaf)}
    stems = [f"root-lab-root-ca-{days[made.root]}", f"intermediate-lab-issuing-ca-{days[made.intermediate]}", f"server-shop-example-{days[made.leaf]}"]
    names = set(content(folder))
    assert {f"{one}.{kind}" for one in stems for kind in ("pem", "cer")} <= names
    assert {"bundle.pem", "bundle.p7b", "truststore.p12", "truststore.jks", "fingerprints.txt", "question.txt", "ticket.txt"} <= names
    assert (folder / f"{stems[0]}.cer").read_bytes() == made.root.der and made.root.pem in (folder / f"{stems[0]}.pem").read_text()
    text = (folder / "fingerprints.txt").read_text()
    assert all(fingerprint(one.certificate, kind) in text for one in days for kind in ("sha256", "sha1", "md5")) and "over another channel" in text
    assert made.root.pem.strip() in (folder / "ticket.txt").read_text() and not [one for one in names if one.startswith(".")]


@pytest.mark.parametrize("store", ["truststore.p12", "truststore.jks"])
def test_keytool_and_a_jvm_take_the_stores(store: str, folder: Path, made: Hierarchy, port: int, tmp_path: Path) -> None:
    listed = program("keytool", "-list", "-keystore", folder / store, "-storepass", "changeit")
    assert listed.returncode == 0 and "trustedCertEntry" in listed.stdout and "contains 1 entry" in listed.stdout
    assert fingerprint(made.root.certificate) in listed.stdout
    source = Path(__file__).parents[1] / "real" / "StoreConnect.java"
    subprocess.run(("javac", "-d", str(tmp_path), str(source)), check=True, capture_output=True, timeout=60)
    lines = f"{HOST}\t{port}\t{folder / store}\tchangeit\n"
    command = ("java", "-XX:TieredStopAtLevel=1", "-cp", str(tmp_path), "StoreConnect")
    assert subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=60).stdout == "ok\n"


def test_keytool_imports_the_single_files(folder: Path, tmp_path: Path) -> None:
    for number, one in enumerate(sorted([*folder.glob("root-*.pem"), *folder.glob("root-*.cer"), *folder.glob("intermediate-*.pem")])):
        done = program("keytool", "-importcert", "-noprompt", "-keystore", tmp_path / "own.p12", "-storepass", "changeit", "-alias", str(number), "-file", one)
        assert done.returncode == 0, done.stdout + done.stderr


def test_curl_openssl_and_python_take_the_bundle_and_the_folder(folder: Path, port: int) -> None:
    there = ("--connect-to", f"{HOST}:{port}:{LOOPBACK}:{port}", f"https://{HOST}:{port}/")
    assert program("curl", "-sS", "--cacert", folder / "bundle.pem", *there).returncode == 0
    assert program("curl", "-sS", "--cacert", "/dev/null", *there).returncode != 0
    for trusting in (("-CAfile", folder / "bundle.pem"), ("-CApath", folder)):
        client = ("openssl", "s_client", "-connect", f"{LOOPBACK}:{port}", "-servername", HOST, "-verify_return_error", "-verify_hostname", HOST)
        assert "Verify return code: 0 (ok)" in program(*client, "-no-CAfile", "-no-CApath", "-no-CAstore", *trusting).stdout
    script = (
        "import socket, ssl, sys\n"
        "context = ssl.create_default_context(cafile=sys.argv[1])\n"
        f"print(context.wrap_socket(socket.create_connection(('{LOOPBACK}', {port})), server_hostname='{HOST}').version())\n"
    )
    assert program(sys.executable, "-c", script, folder / "bundle.pem").stdout.startswith("TLSv1")


def test_the_steps_for_java_and_openssl_work_as_they_are_printed(folder: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    asked(port, folder, "--format", "json")
    (found,) = json.loads(capsys.readouterr().out)["results"]
    steps = {one["platform"]: [line for step in one["steps"] for line in step["commands"]] for one in found["platforms"]}
    commands = [one for one in (*steps["curl"], *steps["OpenSSL"], *steps["Java"]) if one.startswith(("curl ", "openssl ", "keytool -list -keystore"))]
    assert len(commands) == 3
    for one in commands:
        done = subprocess.run(("sh", "-c", one), capture_output=True, text=True, timeout=60, check=False, cwd=folder)
        assert done.returncode == 0, (one, done.stderr)


def test_a_second_run_changes_nothing(folder: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    before = content(folder)
    times = {one.name: one.stat().st_mtime_ns for one in folder.iterdir()}
    capsys.readouterr()
    assert asked(port, folder, "--jks", "--hashed") == 0
    assert content(folder) == before and times == {one.name: one.stat().st_mtime_ns for one in folder.iterdir()}
    out = capsys.readouterr().out
    assert "already, with the same content" in " ".join(out.split()) and "Written to" not in out


def test_what_holds_something_else_is_kept_unless_forced(folder: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "truststore.p12").write_bytes(b"somebody's own")
    (folder / "question.txt").unlink()
    before = content(folder)
    assert asked(port, folder) == 2
    assert "truststore.p12 exists and holds something else" in capsys.readouterr().err and content(folder) == before
    assert asked(port, folder, "--force") == 0
    assert content(folder)["truststore.p12"] != b"somebody's own" and "question.txt" in content(folder)


def test_an_own_password_is_used_and_shown_nowhere(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("STORE_PASSWORD", OWN)
    assert asked(port, tmp_path / "out", "--store-password-env", "STORE_PASSWORD", "--html", str(tmp_path / "page.html")) == 0
    listed = program("keytool", "-list", "-keystore", tmp_path / "out" / "truststore.p12", "-storepass", OWN)
    assert listed.returncode == 0 and "trustedCertEntry" in listed.stdout
    captured = capsys.readouterr()
    everything = captured.out + captured.err + (tmp_path / "page.html").read_text()
    assert OWN not in everything and not any(OWN.encode() in one for one in content(tmp_path / "out").values())
    assert "truststore.p12 -storepass changeit" not in everything and 'truststore.p12 -storepass "$STORE_PASSWORD"' in everything
    monkeypatch.setenv("STORE_PASSWORD", "abc")
    assert asked(port, tmp_path / "other", "--store-password-env", "STORE_PASSWORD") == 2
    assert "abc" not in capsys.readouterr().err.replace("abcd", "") and not (tmp_path / "other").exists()


def test_hostile_names_stay_in_the_folder(tmp_path: Path) -> None:
    names = ("../../../../etc/cron.d/x", "a\0b/../../c", "x" * 300, "CON", "\u202egnp.exe", ".hidden", "-rf", "-----BEGIN CERTIFICATE-----")
    for number, name in enumerate(names):
        top = hierarchy(root=replace(AUTHORITY, organization=name))
        root = top.root.intermediate("sub", replace(AUTHORITY, organization=name))
        made = replace(top, intermediate=root, leaf=root.issue(HOST))
        evil = tmp_path / f"{number}.pem"
        other = hierarchy(root=AUTHORITY)
        evil.write_text(made.leaf.pem + made.intermediate.pem + made.root.pem + other.root.pem)
        out = tmp_path / f"out-{number}"
        assert run(["trust", str(evil), "--no-fetch", "--write", str(out)]) in (0, 1)
        for one in out.iterdir():
            assert one.is_file() and len(one.name) < 120 and set(one.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.") and one.name[0].isalpha()
        assert all(b"\0" not in data for name_, data in content(out).items() if name_.endswith((".pem", ".txt")))
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([f"{n}.pem" for n in range(len(names))] + [f"out-{n}" for n in range(len(names))])


FILES = (ToWrite(name="one.pem", data=b"one"), ToWrite(name="two.pem", data=b"two"), ToWrite(name="three.pem", data=b"three"))


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "a\0b", "a\\b"])
def test_a_name_that_leads_elsewhere_is_a_defect(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leads elsewhere"):
        write_all(tmp_path, (ToWrite(name=name, data=b"x"),))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("existing", [True, False])
def test_a_full_disk_leaves_nothing_behind(existing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out"
    if existing:
        folder.mkdir()
        (folder / "mine").write_bytes(b"mine")
    real = os.fsync
    count = iter(range(10))

    def full(handle: int) -> None:
        if next(count) == 1:
            raise OSError(errno.ENOSPC, "full")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unusable, match="no space left") as caught:
        write_all(folder, FILES)
    assert "Nothing was written" in caught.value.next_step
    assert content(folder) == {"mine": b"mine"} if existing else not folder.exists()


def test_a_failure_between_the_places_puts_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.pem").write_bytes(b"old one")
    (tmp_path / "three.pem").write_bytes(b"old three")
    real = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if self.name == "three.pem":
            raise OSError(errno.EIO, "broken")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(Unusable, match="cannot be written"):
        write_all(tmp_path, FILES, force=True)
    assert content(tmp_path) == {"one.pem": b"old one", "three.pem": b"old three"}


def test_links_and_folders_in_the_way(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"of somebody")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "one.pem").symlink_to(outside)
    with pytest.raises(Unusable, match="something else"):
        write_all(folder, FILES)
    write_all(folder, FILES, force=True)
    assert outside.read_bytes() == b"of somebody" and not (folder / "one.pem").is_symlink() and (folder / "one.pem").read_bytes() == b"one"
    (folder / "two.pem").unlink()
    (folder / "two.pem").mkdir()
    with pytest.raises(Unusable, match="is a folder"):
        write_all(folder, FILES, force=True)


NOBODY = 65534


def test_a_folder_that_may_not_be_written_is_told_before_anything_is_asked(made: Hierarchy, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from probe.capture.write_all import check_folder\n"
        "from probe.facts.unusable import Unusable\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "try:\n"
        "    check_folder(Path(sys.argv[1]))\n"
        "except Unusable as told:\n"
        "    print(told.says, told.next_step)\n"
    )
    for place in ("/etc", "/etc/new"):
        said = program(sys.executable, "-c", script, place)
        assert "may not be written by this user" in said.stdout and "Nothing was written" in said.stdout, said.stderr


def test_reading_what_is_there_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LIMIT", 4)
    (tmp_path / "one.pem").write_bytes(b"onetwo")
    looked: list[bytes] = []

    def alike(data: bytes) -> bool:
        looked.append(data)
        return True

    with pytest.raises(Unusable, match="something else"):
        write_all(tmp_path, (ToWrite(name="one.pem", data=b"onetwo", alike=alike),))
    assert looked == []
