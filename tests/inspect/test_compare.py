"""probe compare: what differs between saved observations, targets and files, and what it means."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.lab.dns_server import Record, Zone
from probe.lab.file_shop import Parts, parts
from probe.lab.keys import key_pem
from probe.lab.manners import Manners
from probe.lab.pki import authority
from probe.lab.proxy_server import http_proxy
from probe.lab.shop import HOST, credentials, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Credentials, Serving
from probe.lab.traits import Traits

Look = Callable[[Credentials, str], Path]


@pytest.fixture(scope="module")
def made() -> Parts:
    return parts()


@pytest.fixture
def look(tmp_path: Path, made: Parts) -> Look:
    """Check a server that sends these certificates, and save what was seen."""

    def seen(shown: Credentials, name: str) -> Path:
        with Stage() as stage:
            port = stage.tls(Serving(credentials=(shown,)))
            place = tmp_path / name
            assert run(["check", *reach(port, stage.trust_file(made.root)), "--save", str(place)]) in (0, 1)
        return place

    return seen


def compared(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["compare", *map(str, arguments)])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, " ".join(captured.out.split())


def test_the_same_is_the_same(look: Look, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    shown = credentials(made.leaf, made.intermediate)
    first = look(shown, "first.json")
    code, out = compared(capsys, first, first)
    assert code == 0 and out.startswith("THE SAME Nothing differs that a client would notice.")


def test_before_and_after_a_renewal(look: Look, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    renewed = made.intermediate.issue(HOST, traits=Traits(starts=-1))
    before, after = look(credentials(made.leaf, made.intermediate), "before.json"), look(credentials(renewed, made.intermediate), "after.json")
    code, out = compared(capsys, before, after)
    assert (
        code == 1 and "after.json has a newer certificate for the same names than" in out and "with a new key: whoever has the old certificate on file" in out
    )
    assert "Root" in out.partition("The same on both sides:")[2]


def test_works_here_and_not_there_because_of_the_chain(look: Look, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    here, there = look(credentials(made.leaf, made.intermediate), "here.json"), look(credentials(made.leaf), "there.json")
    code, out = compared(capsys, here, there)
    assert code == 1 and "Clients that do not fetch it refuse." in out and "is all right" in out


def test_another_root_is_told_before_it_is_met(look: Look, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    other = authority("New Root CA")
    before, after = look(credentials(made.leaf, made.intermediate), "before.json"), look(credentials(other.issue(HOST), other), "after.json")
    code, out = compared(capsys, before, after, "--format", "markdown")
    assert code == 1 and 'does not trust what leads to "New Root CA"' in out


def test_two_environments(look: Look, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = look(credentials(made.leaf, made.intermediate), "prod.json"), look(credentials(made.intermediate.issue("qa.example")), "qa.json")
    code, out = compared(capsys, first, second)
    assert code == 1 and "different endpoints, or environments" in out


def test_the_addresses_of_one_observation(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zone = Zone(records=tuple(Record(name=HOST, type="A", value=address) for address in ("127.0.0.1", "127.0.0.2")))
    old = made.intermediate.issue(HOST, traits=Traits(starts=-60))
    saved = tmp_path / "both.json"
    with Stage() as stage:
        servings = tuple(
            (address, Serving(credentials=(credentials(leaf, made.intermediate),))) for address, leaf in (("127.0.0.1", made.leaf), ("127.0.0.2", old))
        )
        port = stage.tls_at(servings)
        run(["check", f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root), "--save", str(saved)])
    code, out = compared(capsys, saved)
    assert code == 1 and "(127.0.0.1)" in out and "(127.0.0.2)" in out and "has a newer certificate" in out


def test_files_and_folders(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = authority("Another Root CA")
    for name, texts in (("old", (made.root.pem,)), ("new", (made.root.pem, other.pem))):
        (tmp_path / name).mkdir()
        for number, text in enumerate(texts):
            (tmp_path / name / f"{number}.pem").write_text(text)
    code, out = compared(capsys, tmp_path / "old", tmp_path / "new", "--format", "json")
    (found,) = json.loads(out)["comparisons"]
    (row,) = [one for one in found["rows"] if one["weight"] == "matters"]
    assert (
        code == 1
        and row["label"] == "All certificates"
        and "Another Root CA" in row["right"]
        and row["means"].endswith("holds 1 certificate more than " + str(tmp_path / "old") + ", which has nothing of its own.")
    )
    assert compared(capsys, tmp_path / "old", tmp_path / "old")[0] == 0


def test_a_file_and_what_the_endpoint_sends(look: Look, made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = look(credentials(made.leaf, made.intermediate), "seen.json")
    (tmp_path / "server.pem").write_text(made.leaf.pem)
    code, out = compared(capsys, seen, tmp_path / "server.pem")
    assert code == 0 and "server.pem lacks Lab Issuing CA" in out and "refuse" not in out


def test_what_cannot_be_compared_is_said(look: Look, made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = look(credentials(made.leaf, made.intermediate), "seen.json")
    for arguments in ((seen,), (seen, seen, "--format", "junit"), (tmp_path / "no such\n", seen)):
        capsys.readouterr()
        assert run(["compare", *map(str, arguments)]) == 2
        assert capsys.readouterr().err
    with Stage() as stage:
        assert compared(capsys, f"https://127.0.0.1:{stage.closed_port()}", seen)[0] in (1, 3)


def test_two_targets_that_are_asked_now(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Production and QA, each with a certificate and a root of its own."""
    qa_root = authority("QA Root CA")
    both = tmp_path / "both.pem"
    both.write_text(made.root.pem + qa_root.pem)
    with Stage() as stage:
        ports = [stage.tls(Serving(credentials=(one,))) for one in (credentials(made.leaf, made.intermediate), credentials(qa_root.issue("127.0.0.1")))]
        targets = [f"https://127.0.0.1:{port}" for port in ports]
        code, out = compared(capsys, *targets, "--trust", both, "--html", tmp_path / "page.html")
    assert code == 1 and "different endpoints, or environments" in out and 'does not trust what leads to "QA Root CA"' in out
    page = (tmp_path / "page.html").read_text()
    assert page.count('class="observation"') == 2 and all(target in page for target in targets)


def test_how_they_were_asked_is_not_held_against_them(made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    """One through a proxy and in SMTP, the other directly and in IMAP: same certificate, same store."""
    with Stage() as stage:
        whole = credentials(made.leaf, made.intermediate)
        smtp, imap = (stage.tls(Serving(credentials=(whole,), plain=Manners(protocol=one))) for one in ("smtp", "imap"))
        trust, saved = stage.trust_file(made.root), [stage.folder / "smtp.json", stage.folder / "imap.json"]
        proxy = ("--proxy", f"http://127.0.0.1:{stage.raw(http_proxy)}")
        for way, file in ((f"smtp://shop.example:{smtp}", *proxy), saved[0]), ((f"imap://shop.example:{imap}", "--connect", "127.0.0.1"), saved[1]):
            assert run(["check", *way, "--trust", trust, "--save", str(file)]) == 0
        capsys.readouterr()
        code, out = compared(capsys, *saved)
    assert code == 0 and "Nothing differs that a client would notice." in out
    assert "cannot be compared" in out and "not reached in the same way" in out and "DNS was changed" not in out


def test_a_target_and_the_file_that_is_to_be_installed_there(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renewed = made.intermediate.issue(HOST, traits=Traits(starts=-1))
    (tmp_path / "new.pem").write_text(renewed.pem + made.intermediate.pem)
    (tmp_path / "root.pem").write_text(made.root.pem)
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
        code, out = compared(capsys, f"https://127.0.0.1:{port}", tmp_path / "new.pem", "--trust", tmp_path / "root.pem")
    assert code == 1 and "new.pem has a newer certificate for the same names" in out and "refuse" not in out


def test_works_on_mine_because_of_the_store(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One endpoint, seen from here with the company's root and from there without it."""
    other = authority("Another Root CA")
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
        for name, root in (("mine", made.root), ("theirs", other)):
            assert run(["check", *reach(port, stage.trust_file(root)), "--save", str(tmp_path / f"{name}.json"), "--html", str(tmp_path / f"{name}.html")]) in (
                0,
                1,
            )
    for kind in ("json", "html"):
        code, out = compared(capsys, tmp_path / f"mine.{kind}", tmp_path / f"theirs.{kind}")
        assert code == 1 and f"mine.{kind} is all right, {tmp_path}/theirs.{kind} is not. They were judged with different trust" in out
        assert "Own certificate" in out.partition("The same on both sides:")[2]


def test_another_store_that_knows_the_same_root_matters_to_nobody(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
        for name, text in (("one", made.root.pem), ("two", made.root.pem + authority("Another Root CA").pem)):
            (tmp_path / f"{name}.pem").write_text(text)
            run(["check", *reach(port, str(tmp_path / f"{name}.pem")), "--save", str(tmp_path / f"{name}.json")])
    code, out = compared(capsys, tmp_path / "one.json", tmp_path / "two.json")
    assert code == 0 and "each store has a certificate that its chain leads to" in out


def test_one_that_sends_more_than_is_needed_is_not_held_against_the_other(look: Look, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    unneeded = authority("Another Root CA").intermediate("Unneeded CA")
    more, plain = look(credentials(made.leaf, made.intermediate, unneeded), "more.json"), look(credentials(made.leaf, made.intermediate), "plain.json")
    code, out = compared(capsys, more, plain)
    assert "It works all the same" in out and "refuse" not in out
    assert code == 0


def test_the_same_key_in_a_new_certificate(look: Look, made: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    renewed = made.intermediate.issue(HOST, traits=Traits(starts=-1, key=made.leaf.key))
    before, after = look(credentials(made.leaf, made.intermediate), "before.json"), look(credentials(renewed, made.intermediate), "after.json")
    code, out = compared(capsys, before, after)
    assert code == 1 and "with the same key: pins on the certificate break, pins on the key hold" in out


def test_a_file_without_its_intermediate_is_not_said_to_work_all_the_same(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "alone.pem").write_text(made.leaf.pem)
    (tmp_path / "whole.pem").write_text(made.leaf.pem + made.intermediate.pem)
    for pair in (("alone.pem", "whole.pem"), ("whole.pem", "alone.pem")):
        code, out = compared(capsys, *(tmp_path / one for one in pair))
        assert code == 1 and "alone.pem lacks Lab Issuing CA" in out and "works all the same" not in out
        assert "whole.pem holds 1 certificate more than" in out.partition("A ")[0]


def test_one_name_and_another_key_is_not_called_renewed(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = authority("Lab Root CA", Traits(ca=True, key=made.root.key, starts=-1))
    other = authority("Lab Root CA", Traits(ca=True, key="rsa-2048"))
    for name, one in (("old", made.root), ("again", again), ("other", other)):
        (tmp_path / f"{name}.pem").write_text(one.pem)
    code, out = compared(capsys, tmp_path / "old.pem", tmp_path / "again.pem")
    assert code == 1 and "have no certificate in common" in out and '"Lab Root CA" is another certificate on each side, with the same key' in out
    code, out = compared(capsys, tmp_path / "old.pem", tmp_path / "other.pem")
    assert code == 1 and "with another key: what the one signed does not lead to the other" in out and "renewed" not in out


def test_an_altered_copy_is_not_another_certificate(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from probe.facts.certificate import Certificate, pem

    content = bytearray(made.leaf.der)
    content[-3] ^= 1
    (tmp_path / "sent.pem").write_text(made.leaf.pem)
    (tmp_path / "got.pem").write_text(pem(Certificate(der=bytes(content))))
    code, out = compared(capsys, tmp_path / "sent.pem", tmp_path / "got.pem")
    assert code == 1 and "one of the two was altered or damaged" in out and "renewed" not in out and "pins" not in out


def test_a_key_and_a_name_that_is_misspelled(made: Parts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.pem").write_text(made.leaf.pem)
    (tmp_path / "own.key").write_bytes(key_pem(made.leaf.key))
    code, out = compared(capsys, tmp_path / "own.pem", tmp_path / "own.key")
    # Nothing was compared, so that nothing differs.
    assert code == 3 and out.startswith("UNDECIDED") and "own.key holds no certificate, so that there is nothing to compare with." in out
    assert run(["compare", str(tmp_path / "own.pem"), "no-such-file.pem"]) == 2
    assert capsys.readouterr().err.startswith("probe: no-such-file.pem does not exist.")
