"""probe trust as a user runs it: what it recommends in each situation, how sure it is, and how it ends."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from probe.cli.main import run
from probe.formats.writing import pkcs12_trust_store
from probe.lab.dns_server import Record, Zone
from probe.lab.keys import key_pem
from probe.lab.pki import AUTHORITY, Issued, authority, self_signed
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Credentials, Serving
from probe.lab.traits import Traits

Told = tuple[int, dict[str, Any]]
Asked = Callable[..., Told]


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Asked:
    """The exit code and the advice about what the server shows."""

    def ask(stage: Stage, shown: Credentials | Hierarchy, *options: str, host: str = HOST) -> Told:
        port = stage.tls(Serving(credentials=(shown.whole if isinstance(shown, Hierarchy) else shown,)))
        code = run(["trust", f"https://{host}:{port}", "--connect", f"{LOOPBACK}:{port}", "--format", "json", *options])
        captured = capsys.readouterr()
        assert not captured.err
        return code, json.loads(captured.out)["results"][0]

    return ask


def best(found: dict[str, Any]) -> dict[str, Any] | None:
    return next((one for one in found["choices"] if one["best"]), None)


def trusting(choice: dict[str, Any]) -> dict[str, bool]:
    return {one["stack"]: one["trusts"] for one in choice["stacks"]}


def sha256(one: Issued) -> str:
    from probe.facts.certificate import fingerprint

    return fingerprint(one.certificate)


def sent_with_root(made: Hierarchy) -> Credentials:
    return credentials(made.leaf, made.intermediate, made.root)


def test_the_root_is_recommended_and_must_be_verified_first(asked: Asked) -> None:
    made = hierarchy()
    with Stage() as stage:
        code, found = asked(stage, sent_with_root(made))
    choice = best(found)
    assert code == 0 and found["verdict"] == "works" and choice
    assert [one["kind"] for one in found["choices"]] == ["root", "intermediate", "leaf"]
    assert choice["kind"] == "root" and trusting(choice) == {"java": True, "openssl": True}
    (certificate,) = choice["certificates"]
    assert certificate["sha256"] == sha256(made.root) and certificate["pem"] == made.root.pem
    assert sha256(made.root) in found["before"] and "over another channel" in found["before"]
    assert "only seen on the wire" in found["before"] and certificate["verify"]
    assert trusting(found["choices"][1]) == {"java": True, "openssl": False}
    assert "2027" in found["choices"][2]["remarks"][0]["says"] or "ends on" in found["choices"][2]["remarks"][0]["says"]
    assert "Base64" in found["question"] and sha256(made.root) in found["question"]
    assert found["ticket"] and made.root.pem.strip() in found["ticket"]["text"] and "[ ] by" in found["ticket"]["text"]


def test_a_root_that_a_store_has_needs_no_second_channel(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hierarchy()
    with Stage() as stage:
        monkeypatch.setenv("SSL_CERT_FILE", stage.trust_file(made.root))
        code, found = asked(stage, made)
    choice = best(found)
    assert code == 0 and choice and choice["kind"] == "root" and not found["before"] and not found["question"]
    assert "system's trust store" in choice["certificates"][0]["origin"]
    assert any(one["tone"] == "good" and "trust the chain already" in one["says"] for one in found["now"])


def test_a_root_that_is_nowhere_is_asked_for(asked: Asked) -> None:
    made = hierarchy()
    with Stage() as stage:
        code, found = asked(stage, made)
        as_java = asked(stage, made, "--as", "java")
    assert code == 1 and found["verdict"] == "depends"
    choice = best(found)
    assert choice and choice["kind"] == "intermediate" and "no choice is good for OpenSSL 3" in found["sentence"]
    lines = {one["label"]: one["value"] for one in found["missing"][0]["lines"]}
    assert lines["Issued by"] == "CN=Lab Root CA" and "names no URL" in lines["Where it should be"]
    assert "CN=Lab Root CA" in found["question"] and "What CA (Certificate Authority) signed" in found["question"]
    assert not any(one["takes_it"] and one["platform"].startswith("nginx") for one in found["platforms"])
    assert as_java[0] == 0 and as_java[1]["verdict"] == "works" and best(as_java[1])
    assert as_java[1]["before"].startswith("The root is better, and was found nowhere: ask for it")


def test_issuers_are_fetched_up_to_the_root(asked: Asked) -> None:
    with Stage() as stage:
        issuers = stage.http()
        middle = replace(AUTHORITY, ca_issuers=(f"{issuers.url}/root.der",))
        made = hierarchy(intermediate=middle, leaf=Traits(ca_issuers=(f"{issuers.url}/issuing.der",)))
        issuers.put("/issuing.der", made.intermediate.der)
        issuers.put("/root.der", made.root.der)
        code, found = asked(stage, credentials(made.leaf))
        offline = asked(stage, credentials(made.leaf), "--no-fetch")
    choice = best(found)
    assert code == 0 and choice and choice["kind"] == "root-with-missing"
    assert [one["sha256"] for one in choice["certificates"]] == [sha256(made.root), sha256(made.intermediate)]
    assert all("fetched from http://" in one["origin"] and one["verify"] for one in choice["certificates"])
    root = next(one for one in found["choices"] if one["kind"] == "root")
    assert trusting(root) == {"java": False, "openssl": False}
    assert "let the server send its intermediates" in choice["remarks"][0]["says"]
    assert offline[0] == 1 and "not asked, because of --no-fetch" in json.dumps(offline[1]["missing"])


def test_an_expired_root_is_no_choice_for_openssl(asked: Asked) -> None:
    made = hierarchy(root=replace(AUTHORITY, starts=-3650, ends=-5))
    with Stage() as stage:
        code, found = asked(stage, sent_with_root(made))
        alone = asked(stage, sent_with_root(made), "--as", "openssl")
    assert code == 1 and found["verdict"] == "depends"
    assert trusting(found["choices"][0]) == {"java": True, "openssl": False} and not found["choices"][0]["best"]
    choice = best(found)
    assert choice and choice["kind"] == "intermediate"
    assert "expired on" in found["choices"][0]["certificates"][0]["remarks"][0]["says"]
    assert alone[0] == 1 and alone[1]["verdict"] == "fails" and best(alone[1]) is None and not alone[1]["ticket"]
    assert alone[1]["sentence"].startswith("No certificate helps")


def test_a_renewed_root_takes_the_place_of_the_expired_one(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hierarchy(root=replace(AUTHORITY, starts=-3650, ends=-5))
    renewed = authority("Lab Root CA", replace(AUTHORITY, key=made.root.key))
    with Stage() as stage:
        monkeypatch.setenv("SSL_CERT_FILE", stage.trust_file(renewed))
        code, found = asked(stage, sent_with_root(made))
    choice = best(found)
    assert code == 0 and choice and choice["certificates"][0]["sha256"] == sha256(renewed)


def test_an_expired_server_certificate_is_helped_by_nothing(asked: Asked) -> None:
    made = hierarchy(leaf=Traits(starts=-90, ends=-3))
    with Stage() as stage:
        code, found = asked(stage, sent_with_root(made))
    assert code == 1 and found["verdict"] == "fails" and best(found) is None
    assert not found["ticket"] and not found["platforms"]


def test_a_self_signed_server_is_its_own_anchor(asked: Asked) -> None:
    with Stage() as stage:
        code, found = asked(stage, credentials(self_signed(HOST)))
    choice = best(found)
    assert code == 0 and choice and [one["kind"] for one in found["choices"]] == ["leaf"] and not found["missing"]
    assert "over another channel" in found["before"] and "ends on" in choice["remarks"][0]["says"]


def test_a_box_on_the_way_is_never_recommended(asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = authority("FortiGate CA", replace(AUTHORITY, organization="Fortinet"))
    with Stage() as stage:
        code, found = asked(stage, credentials(box.issue(HOST), box), "--write", str(tmp_path / "out"))
        monkeypatch.setenv("SSL_CERT_FILE", stage.trust_file(box))
        trusted = asked(stage, credentials(box.issue(HOST), box))
    for code_, one in ((code, found), trusted):
        assert code_ == 1 and best(one) is None and one["sentence"].startswith("Install nothing yet") and not one["ticket"] and not one["platforms"]
        assert "network" in one["before"]
    assert not list((tmp_path / "out").glob("truststore*")) and not (tmp_path / "out" / "bundle.pem").exists()


def test_a_wrong_name_is_not_mended_by_trust(asked: Asked) -> None:
    made = hierarchy("other.example")
    with Stage() as stage:
        code, found = asked(stage, sent_with_root(made))
        address = asked(stage, sent_with_root(made), "--as", "java", host=LOOPBACK)
    assert code == 1 and found["verdict"] == "fails" and "still refuse its name" in found["sentence"]
    assert any("name.mismatch" in one["says"] and "other.example" in one["says"] for one in found["remarks"])
    assert address[0] == 1 and any("name.ip-not-in-san" in one["says"] or "name.mismatch" in one["says"] for one in address[1]["remarks"])


def test_several_addresses_with_different_chains_need_both_roots(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = hierarchy(), authority("Second Root CA")
    second = other.intermediate("Second Issuing CA")
    both = (sent_with_root(one), credentials(second.issue(HOST), second, other))
    addresses = (LOOPBACK, "127.0.0.2")
    with Stage() as stage:
        port = stage.tls_at(tuple((address, Serving(credentials=(shown,))) for address, shown in zip(addresses, both, strict=True)))
        zone = Zone(records=tuple(Record(name=HOST, type="A", value=address) for address in addresses))
        code = run(["trust", f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--format", "json"])
    (found,) = json.loads(capsys.readouterr().out)["results"]
    choice = best(found)
    assert code == 0 and choice and choice["kind"] == "several"
    assert {each["sha256"] for each in choice["certificates"]} == {sha256(one.root), sha256(other)}
    assert "2 different chains" in json.dumps(found["remarks"]) and "127.0.0.2" in json.dumps(found["remarks"])


def test_the_file_to_be_sent_is_judged_before_it_is_sent(asked: Asked) -> None:
    made = hierarchy()
    old = authority("Lab Root CA", replace(AUTHORITY, starts=-3650, ends=-5, key=made.root.key))
    stranger = authority("Test Environment Root")
    with Stage() as stage:
        good = asked(stage, made, "--trust", stage.trust_file(made.root), "--as", "java")
        expired = asked(stage, made, "--trust", stage.trust_file(old), "--as", "java")
        wrong = asked(stage, made, "--trust", stage.trust_file(stranger), "--as", "java")
        key = stage.write("both.pem", made.root.pem + key_pem(made.root.key).decode())
        secret = asked(stage, made, "--trust", str(key))
    assert good[0] == 0 and any("is the root of this chain" in one["says"] for one in good[1]["now"])
    assert any("expired on" in one["says"] and "do not send it" in one["says"] for one in expired[1]["now"])
    assert any("another environment" in one["says"] for one in wrong[1]["now"])
    assert any("private key: never send it" in one["says"] for one in secret[1]["now"])
    assert "PRIVATE KEY" not in json.dumps(secret[1])


def test_a_file_needs_no_endpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    chain, leaf, root = (tmp_path / name for name in ("chain.pem", "leaf.pem", "root.pem"))
    chain.write_text(made.leaf.pem + made.intermediate.pem + made.root.pem)
    leaf.write_text(made.leaf.pem)
    root.write_text(made.root.pem)
    codes = [run(["trust", str(one), "--format", "json", "--no-fetch"]) for one in (chain,)]
    whole = json.loads(capsys.readouterr().out)["results"][0]
    assert codes == [0] and best(whole) and whole["choices"][0]["kind"] == "root"
    assert "this file alone" in whole["before"]
    assert run(["trust", str(leaf), "--as", "openssl", "--format", "json", "--no-fetch"]) == 1
    alone = json.loads(capsys.readouterr().out)["results"][0]
    assert best(alone) is None and alone["missing"] and "CN=Lab Issuing CA" in alone["question"]
    assert run(["trust", str(root), "--format", "json"]) == 3
    authorities = json.loads(capsys.readouterr().out)["results"][0]
    assert authorities["verdict"] == "undecided" and "Name the endpoint too" in authorities["sentence"] and "Lab Root CA" in authorities["sentence"]


def test_a_file_behind_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    store = tmp_path / "handover.p12"
    store.write_bytes(pkcs12_trust_store([made.leaf.certificate, made.intermediate.certificate, made.root.certificate], "wort-9Gk4"))
    assert run(["trust", str(store)]) == 2
    assert "needs a password" in capsys.readouterr().err
    monkeypatch.setenv("FILE_PASSWORD", "wrong-9Gk4")
    assert run(["trust", str(store), "--password-env", "FILE_PASSWORD"]) == 2
    assert "9Gk4" not in capsys.readouterr().err
    monkeypatch.setenv("FILE_PASSWORD", "wort-9Gk4")
    assert run(["trust", str(store), "--password-env", "FILE_PASSWORD", "--format", "json", "--no-fetch"]) == 0
    out = capsys.readouterr().out
    assert "wort-9Gk4" not in out and best(json.loads(out)["results"][0])


@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "json"])
def test_every_format_has_the_answer_and_a_saved_one_gives_it_again(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy(root=replace(AUTHORITY, organization="<script>alert(1)</script>`|* \x1b[31m"))
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(sent_with_root(made),)))
        saved = tmp_path / "seen.json"
        assert run(["trust", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--format", form, "--save", str(saved)]) == 0
    first = capsys.readouterr().out
    assert run(["trust", str(saved), "--format", form]) == 0
    assert capsys.readouterr().out == first
    assert "\x1b" not in first and "<script>alert" not in (first if form == "html" else "")
    assert sha256(made.root)[:59] in first and "over another channel" in " ".join(first.split())
    if form in ("html", "json"):
        page = tmp_path / f"page.{form}"
        page.write_text(first)
        assert run(["trust", str(page), "--format", form]) == 0
        assert capsys.readouterr().out == first


def test_nothing_seen_is_no_advice(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with Stage() as stage:
        port = stage.closed_port()
        code = run(["trust", f"https://{HOST}:{port}", "--connect", f"{LOOPBACK}:{port}", "--write", str(tmp_path / "out")])
    out = capsys.readouterr().out
    assert code == 3 and out.startswith("UNDECIDED") and "No certificate" in out and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "No target is named"),
        (("no-such.pem",), "does not exist"),
        (("a\0b",), "is not a target"),
        (("shop.example", "--force"), "goes with --write"),
        (("shop.example", "--format", "yaml"), "no format"),
        (("shop.example", "--pid", "999999999"), "no process"),
        (("shop.example", "--write", "/dev/null"), "not a folder"),
        (("shop.example", "--write", "/nowhere/at/all"), "does not exist"),
        (("x" * 300,), "too long"),
        (("/etc/passwd",), "holds no certificate that can be read"),
    ],
)
def test_bad_input_is_told_in_a_sentence(arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", *arguments]) == 2
    captured = capsys.readouterr()
    assert says in captured.err and not captured.out and "Traceback" not in captured.err


def test_an_unknown_host_and_several_targets(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one, other = hierarchy(), hierarchy("dc2.example")
    with Stage() as stage:
        zone = stage.dns(Zone(records=tuple(Record(name=name, type="A", value=LOOPBACK) for name in (HOST, "dc2.example"))))
        assert run(["trust", "https://gone.example", "--resolver", zone]) == 2
        assert "does not exist" in capsys.readouterr().out
        ports = [stage.tls(Serving(credentials=(sent_with_root(made),))) for made in (one, other)]
        places = [f"https://{name}:{port}" for name, port in zip((HOST, "dc2.example"), ports, strict=True)]
        assert run(["trust", *places, "--resolver", zone, "--format", "json", "--write", str(tmp_path / "out")]) == 0
        both = json.loads(capsys.readouterr().out)["results"]
        assert run(["trust", places[0], "https://gone.example", "--resolver", zone, "--format", "json"]) == 1
    chosen = [found for one_of in both if (found := best(one_of))]
    assert [found["certificates"][0]["sha256"] for found in chosen] == [sha256(one.root), sha256(other.root)]
    bundle = (tmp_path / "out" / "bundle.pem").read_text()
    assert one.root.pem in bundle and other.root.pem in bundle and len(list((tmp_path / "out").glob("root-*.pem"))) == 2


def test_authorities_of_other_chains_in_a_file_are_sent_by_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Java takes ten certificates; a bundle or archive with more is still no chain of that length."""
    root = authority("True Root CA")
    middle = root.intermediate("True Issuing CA")
    others = "".join(authority(f"Other CA {number}").pem for number in range(12))
    (tmp_path / "all.pem").write_text(middle.issue("many.example").pem + middle.pem + root.pem + others)
    code = run(["trust", str(tmp_path / "all.pem"), "--format", "json"])
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert (code, result["verdict"]) == (0, "works") and result["choices"][0]["certificates"][0]["subject"] == "CN=True Root CA"
