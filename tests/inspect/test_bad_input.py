"""Files that somebody may not read, that are too large, that circle, that are cut off or locked: one clear answer, in bounded time and memory."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from probe.capture.inspect import EVERY, inspected
from probe.capture.store_password import Passwords
from probe.cli.main import run
from probe.formats.everything import everything
from probe.lab.file_shop import Parts, parts
from tests.inspect.terminal import typed
from tests.peers.keystores import PASSWORD, nss, written

NOBODY = 65534
NOTHING = ("--trust", "none")


@pytest.fixture(scope="module")
def made() -> Parts:
    return parts()


@pytest.fixture
def open_folder(made: Parts) -> Iterator[Path]:
    """A folder that everybody may look into, with one file that nobody but its owner may read, and a folder that is closed."""
    folder = Path(tempfile.mkdtemp(prefix="probe-"))
    folder.chmod(0o755)
    (folder / "open.pem").write_text(made.chain)
    (folder / "locked.pem").write_text(made.root.pem)
    (folder / "closed").mkdir()
    (folder / "closed" / "inside.pem").write_text(made.root.pem)
    for name, mode in (("open.pem", 0o644), ("locked.pem", 0), ("closed", 0)):
        (folder / name).chmod(mode)
    yield folder
    (folder / "closed").chmod(0o700)
    shutil.rmtree(folder)


def as_nobody(*arguments: str) -> tuple[int, str]:
    """Run the command in a child that has lost all privileges, and give its exit code and all that it printed."""
    # What is loaded now need not be read from folders that nobody may look into.
    run(["inspect", "/dev/null"])
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(reading)
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            sys.stdout, sys.stderr = (os.fdopen(one, "w", encoding="utf-8") for one in (1, 2))
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            code = run(["inspect", *arguments, *NOTHING])
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as said:
        text = said.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), " ".join(text.split())


@pytest.mark.parametrize("name", ["locked.pem", "closed", "closed/inside.pem"])
def test_what_one_may_not_read_is_one_sentence(name: str, open_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        code, said = as_nobody(str(open_folder / name))
    assert code == 2 and "may not be read" in said and "Traceback" not in said, said
    assert str(open_folder / name) in said


def test_in_a_folder_what_may_not_be_read_is_named_and_the_rest_is_read(open_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        code, said = as_nobody(str(open_folder))
    assert code == 3 and said.startswith("UNDECIDED"), said
    assert f"{open_folder}/locked.pem may not be read" in said and f"{open_folder}/closed may not be read" in said and "file.unreadable" in said
    assert "open.pem: PEM, 2 certificates" in said


def test_one_file_of_two_that_may_not_be_read_is_a_problem(open_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        code, said = as_nobody(str(open_folder / "open.pem"), str(open_folder / "locked.pem"))
    assert code == 1 and said.startswith("PROBLEM FOUND") and "may not be read" in said and "open.pem: PEM, 2 certificates" in said


def test_a_wrong_password_is_asked_for_again_on_a_terminal(made: Parts, tmp_path: Path) -> None:
    (tmp_path / "client.p12").write_bytes(made.store("the right one"))
    code, shown = typed(("inspect", str(tmp_path / "client.p12"), *NOTHING), ("a wrong one", "the right one"))
    assert code == 0 and shown.count("Password of") == 2 and shown.count("once more") == 1 and "ALL FINE" in shown
    assert "right one" not in shown and "wrong one" not in shown
    code, shown = typed(("inspect", str(tmp_path / "client.p12"), *NOTHING), ("one", "two", "three"))
    assert code == 2 and shown.count("Password of") == 3 and "does not open with the password" in " ".join(shown.split())


def test_without_a_terminal_nobody_is_asked(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "client.p12").write_bytes(made.store("the right one"))
    sealed = made.leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"the right one"))
    (tmp_path / "locked.key").write_bytes(sealed)
    for name in ("client.p12", "locked.key"):
        assert run(["inspect", str(tmp_path / name), *NOTHING]) == 2
        out, err = capsys.readouterr()
        assert "locked, and no password was given" in " ".join(out.split()) and "Password of" not in out + err
    monkeypatch.setenv("SECRET_OF_A_FILE", "a wrong one")
    for name in ("client.p12", "locked.key"):
        assert run(["inspect", str(tmp_path / name), "--password-env", "SECRET_OF_A_FILE", *NOTHING]) == 2
        out, err = capsys.readouterr()
        assert "does not open with the password that was given" in " ".join(out.split()) and "a wrong one" not in out + err


def test_five_thousand_files_are_counted_aloud_on_a_terminal(made: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    first = folder / "0.pem"
    first.write_text(made.root.pem)
    for number in range(1, 5000):
        os.link(first, folder / f"{number}.pem")
    # Links to one file are one file: these are copies by name only, so half of them get a body of their own.
    for number in range(1, 5000, 2):
        (folder / f"{number}.pem").unlink()
        (folder / f"{number}.pem").write_text(made.leaf.pem)
    code, shown = typed(("inspect", str(folder), *NOTHING))
    assert code == 0 and f"... inspect: {EVERY:,} files read" in shown and "2,500 files read" in shown
    assert "2 certificates in 2,501 files" in " ".join(shown.split())


def test_a_gigabyte_costs_neither_memory_nor_time(made: Parts, tmp_path: Path) -> None:
    huge = tmp_path / "huge.pem"
    with huge.open("wb") as file:
        file.write(made.root.pem.encode())
        file.truncate(1 << 30)
    (tmp_path / "folder").mkdir()
    os.link(huge, tmp_path / "folder" / "huge.pem")
    (tmp_path / "folder" / "root.pem").write_text(made.root.pem)
    command = [sys.executable, "-m", "probe", "inspect", *NOTHING]
    bounded = partial(subprocess.run, capture_output=True, text=True, timeout=60, check=False, preexec_fn=_half_a_gigabyte)
    alone = bounded([*command, str(huge)])
    assert (alone.returncode, alone.stdout) == (2, "") and "64 MiB" in alone.stderr and len(alone.stderr.splitlines()) <= 3
    inside = bounded([*command, str(tmp_path / "folder")])
    assert inside.returncode == 3 and "huge.pem is larger than 16 MiB" in " ".join(inside.stdout.split()) and inside.stderr == ""


def _half_a_gigabyte() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))


def test_circles_of_links_end(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").mkdir()
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "one").symlink_to("two")
    (tmp_path / "a" / "two").symlink_to("one")
    (tmp_path / "a" / "root.pem").write_text(made.root.pem)
    (tmp_path / "a" / "b" / "again.pem").symlink_to(tmp_path / "a" / "root.pem")
    assert run(["inspect", str(tmp_path / "a"), *NOTHING]) == 0
    assert "1 certificate in 1 file" in " ".join(capsys.readouterr().out.split())
    for name in ("one", "two"):
        assert run(["inspect", str(tmp_path / "a" / name), *NOTHING]) == 2
        assert "circle" in capsys.readouterr().err


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = written(tmp_path_factory.mktemp("stores"))
    kept = {name: found[name] for name in ("jks", "jks with a key", "jceks", "pkcs12", "pkcs12 with a key", "pkcs12 of old openssl")}
    return kept | {"nss": nss(tmp_path_factory.mktemp("nss"))}


@pytest.mark.parametrize("name", ["jks", "jks with a key", "jceks", "pkcs12", "pkcs12 with a key", "pkcs12 of old openssl", "nss"])
def test_a_store_that_is_cut_off_is_never_whole(name: str, stores: dict[str, Path], tmp_path: Path) -> None:
    whole = stores[name].read_bytes()
    (file,) = everything(whole, name, None if name == "nss" else PASSWORD)
    count = len([one for one in file.entries if one.certificate])
    assert count and not file.problem
    for part in (0.02, 0.3, 0.6, 0.9):
        (cut,) = everything(whole[: int(len(whole) * part)], name, None if name == "nss" else PASSWORD)
        held = len([one for one in cut.entries if one.certificate])
        # It says so itself; of JKS and NSS, whose entries stand one after the other, what came before the cut is shown.
        assert (cut.problem or cut.skipped or not cut.entries) and held <= count, (name, part)
        # A password is only called wrong where the check value is there; behind a secret key nobody can tell.
        assert cut.problem != "password-wrong" or "damaged" in cut.why, (name, part, cut.why)


@pytest.mark.parametrize("name", ["jks", "pkcs12", "nss"])
def test_a_truncated_store_ends_in_a_sentence(name: str, stores: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = tmp_path / f"cut{stores[name].suffix}"
    whole = stores[name].read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    code = run(["inspect", str(cut), *NOTHING])
    out, err = capsys.readouterr()
    assert code in (1, 2) and out.startswith("PROBLEM FOUND") and err == "" and "file.unreadable" in out, out


@pytest.mark.parametrize("size", [1, 3, 100, 5000, 1_000_000])
@pytest.mark.parametrize(
    "start", [b"", b"\x30\x82", b"-----BEGIN CERTIFICATE-----\n", b"\xfe\xed\xfe\xed\0\0\0\2", b"\xce\xce\xce\xce", b"PK\3\4", b"\xff\xfe"]
)
def test_garbage_is_no_certificate(start: bytes, size: int, tmp_path: Path) -> None:
    pattern = bytes((7 * one * one + 13 * one + len(start)) % 251 for one in range(4096))
    (tmp_path / "garbage").write_bytes(start + (pattern * (size // len(pattern) + 1))[:size])
    (file,) = inspected((str(tmp_path / "garbage"),), Passwords(""))
    assert not any(one.certificate for one in file.entries)
