"""A partner of NEXUSe2e exchanges its certificate: the table of steps, before and after, with endpoints and files of every kind."""

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs7, pkcs12
from cryptography.hazmat.primitives.serialization import Encoding as Form

from probe.cli.main import run
from probe.formats.writing import pkcs12_trust_store
from probe.lab.dns_server import Record, Zone
from probe.lab.keys import key_pem
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

PROFILE = ("--profile", "nexuse2e-partner")
SECOND = "127.0.0.2"
RENEWED = Traits(starts=-1, slot="renewed")
SECRET = "secret-Kq81zT"


class Desk:
    """Files on a desk and an endpoint, and what is said of them."""

    def __init__(self, stage: Stage, made: Hierarchy, capsys: pytest.CaptureFixture[str]) -> None:
        self.stage, self.made, self.capsys = stage, made, capsys
        self.new = made.intermediate.issue(HOST, traits=RENEWED)
        self.cas = stage.folder / "cas"
        self.cas.mkdir()
        self.listed(made.root, made.intermediate)

    def listed(self, *some: Issued) -> None:
        """Make this the list of authorities."""
        for file in self.cas.iterdir():
            file.unlink()
        for one in some:
            (self.cas / f"{one.traits.common_name}.pem").write_text(one.pem)

    def file(self, name: str, data: str | bytes) -> str:
        return str(self.stage.write(name, data))

    def serve(self, leaf: Issued, *others: Issued, address: str = LOOPBACK) -> int:
        return self.stage.tls(Serving(credentials=(credentials(leaf, *others),)), address)

    def asked(self, *options: str) -> tuple[int, dict[str, Any]]:
        code = run(["trust", *options, *PROFILE, "--var", f"ca_folder={self.cas}", "--format", "json"])
        captured = self.capsys.readouterr()
        assert not captured.err, captured.err
        return code, json.loads(captured.out)["results"][0]

    def reached(self, port: int, *options: str, new: str = "") -> tuple[int, dict[str, Any]]:
        named = new or self.file("new.pem", self.new.pem)
        return self.asked(*where(port), "--var", f"partner_certificate={named}", *options)


def where(port: int) -> tuple[str, ...]:
    return ("--var", f"host={HOST}", "--var", f"port={port}", "--connect", f"{LOOPBACK}:{port}")


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy()


@pytest.fixture
def desk(made: Hierarchy, capsys: pytest.CaptureFixture[str]) -> Any:
    with Stage() as stage:
        yield Desk(stage, made, capsys)


def step(found: dict[str, Any], begins: str, when: str = "before") -> str:
    """All that one step says, with its tones."""
    one = next(each for each in found["steps"] if each["step"].startswith(begins))
    return "\n".join(f"{each['tone']}: {each['says']}" for each in one[when])


def test_the_old_one_is_still_served(desk: Desk) -> None:
    port = desk.serve(desk.made.leaf, desk.made.intermediate)
    code, found = desk.reached(port)
    assert (code, found["answer"], found["verdict"]) == (1, "NOT YET", "fails")
    assert "good: " in step(found, "The partner sends") and "exactly one certificate, in PEM" in step(found, "The partner sends")
    assert "renewed with a new key, by the same issuer" in step(found, "The partner sends")
    assert "endpoint.rollover-pending" in step(found, "Agree")
    switch = step(found, "Choose it on the connection")
    assert "bad: Chosen now, every call to 127.0.0.1 fails: Expected certificate for subject DN" in switch
    assert "Both have the same subject" in switch and "New: Serial" in switch and "Served: Serial" in switch
    assert "is still needed: 127.0.0.1 serves it" in step(found, "Clean up")
    assert f'"{HOST} {desk.new.x509.not_valid_before_utc:%Y-%m-%d}"' in step(found, "Upload")
    assert "SHA-1 " in step(found, "Upload", "after") and "MD5 " in step(found, "Upload", "after")


def test_ready_to_switch(desk: Desk) -> None:
    port = desk.serve(desk.new, desk.made.intermediate)
    code, found = desk.reached(port, "--var", f"present_certificate={desk.file('old.pem', desk.made.leaf.pem)}")
    assert (code, found["answer"], found["before"], found["ticket"]) == (0, "READY TO SWITCH", "", None)
    assert 'good: It shows the whole chain up to a root: "shop.example", "Lab Issuing CA", "Lab Root CA".' in step(found, "The chain")
    assert step(found, "Import") == "good: Nothing is missing."
    assert "presents exactly the new certificate now" in step(found, "Choose") and "the connection accepts it" in step(found, "Choose")
    assert "good: The certificate is equal, and its chain is trusted." in step(found, "Choose", "after")
    assert "is not served any more" in step(found, "Clean up") and "references this certificate" in step(found, "Clean up")


def test_the_page_complains_and_the_connection_works(desk: Desk) -> None:
    desk.listed(desk.made.intermediate)
    code, found = desk.reached(desk.serve(desk.new, desk.made.intermediate))
    assert (code, found["answer"]) == (0, "READY TO SWITCH")
    page = step(found, "The chain")
    assert 'warn: It shows "Missing certificate!" behind "shop.example", "Lab Issuing CA", with Distinguished Name CN=Lab Root CA.' in page
    assert "the connection accepts it, whatever the page shows" in step(found, "Choose")


def test_the_page_names_the_organisation(desk: Desk) -> None:
    top = authority("Partner Root", replace(AUTHORITY, organization="Partner AG"))
    leaf = top.issue(HOST, traits=Traits(ca_issuers=("http://ca.partner.example/root.cer",)))
    _, found = desk.asked(desk.file("theirs.pem", leaf.pem), "--no-fetch")
    page = step(found, "The chain")
    assert "with Distinguished Name CN=Partner Root,O=Partner AG, Organization Partner AG." in page
    assert top.x509.extensions.get_extension_for_class(_ski()).value.digest.hex(":").upper() in page and "http://ca.partner.example/root.cer" in page


def _ski() -> Any:
    from cryptography.x509 import SubjectKeyIdentifier

    return SubjectKeyIdentifier


def test_two_addresses_of_which_one_was_forgotten(desk: Desk) -> None:
    new, old = (Serving(credentials=(credentials(one, desk.made.intermediate),)) for one in (desk.new, desk.made.leaf))
    port = desk.stage.tls_at(((LOOPBACK, new), (SECOND, old)))
    zone = desk.stage.dns(Zone(records=tuple(Record(name=HOST, type="A", value=one) for one in (LOOPBACK, SECOND))))
    named = desk.file("new.pem", desk.new.pem)
    variables = ("--var", f"host={HOST}", "--var", f"port={port}", "--var", f"partner_certificate={named}")
    code, found = desk.asked(*variables, "--resolver", zone)
    assert (code, found["answer"]) == (1, "NOT YET") and f"another certificate at {SECOND}, {LOOPBACK} already the new one" in found["sentence"]
    assert "endpoint.inconsistent" in step(found, "Agree") and f"good: {LOOPBACK} serves the new one." in step(found, "Agree")


def test_the_authority_is_missing(desk: Desk) -> None:
    other = hierarchy()
    desk.listed(other.root)
    code, found = desk.reached(desk.serve(desk.new, desk.made.intermediate, desk.made.root))
    assert (code, found["answer"]) == (1, "IMPORT FIRST")
    imports = step(found, "Import")
    assert "is the one that the certificate below it names" in imports and "over another channel" in imports
    # The list has a root of this name already, which a plain display name would overwrite.
    assert 'The list has another certificate of this name as "Lab Root CA": under its plain name the two would overwrite each other' in imports
    assert "bad: What 127.0.0.1 sends is not trusted with the list alone" in step(found, "Choose")


def test_a_proposal_is_never_a_name_that_is_taken(desk: Desk) -> None:
    other = hierarchy()
    desk.listed()
    day = f"{desk.made.root.x509.not_valid_before_utc:%Y-%m-%d}"
    (desk.cas / f"Lab Root CA {day}.pem").write_text(other.root.pem)
    _, found = desk.reached(desk.serve(desk.new, desk.made.intermediate, desk.made.root))
    serial = f"{desk.made.root.x509.serial_number:X}"[-4:]
    assert f'under the display name "Lab Root CA {day} {serial[:2]}:{serial[2:]}"' in step(found, "Import")


@pytest.mark.parametrize("needed", [True, False])
def test_two_entries_of_one_display_name(desk: Desk, needed: bool) -> None:
    desk.listed(*(() if needed else (desk.made.intermediate,)))
    below = desk.cas / "more"
    below.mkdir()
    (desk.cas / "root.pem").write_text(desk.made.root.pem)
    (below / "Root.pem").write_text(authority("Another").pem)
    code, found = desk.reached(desk.serve(desk.new, desk.made.intermediate))
    assert (code, found["answer"]) == ((1, "IMPORT FIRST") if needed else (0, "READY TO SWITCH"))
    assert f"{'bad' if needed else 'warn'}: 2 entries have the display name" in step(found, "Import")


def test_what_is_in_the_list_twice_and_what_does_not_belong_there(desk: Desk) -> None:
    (desk.cas / "again.pem").write_text(desk.made.root.pem)
    (desk.cas / "leaf.pem").write_text(desk.made.leaf.pem)
    _, found = desk.reached(desk.serve(desk.new, desk.made.intermediate))
    assert "under 2 display names" in step(found, "Import") and "is no authority's certificate; Java trusts" in step(found, "Import")


def test_the_list_as_a_key_store(desk: Desk) -> None:
    store = desk.file("cas.p12", pkcs12_trust_store([desk.made.root.certificate, desk.made.intermediate.certificate], "changeit"))
    desk.cas = Path(store)
    code, found = desk.reached(desk.serve(desk.new, desk.made.intermediate))
    assert (code, found["answer"]) == (0, "READY TO SWITCH")


def forms(desk: Desk) -> dict[str, tuple[str | bytes, str, str]]:
    """Files that a partner may send: content, the tone of what is said, and words of it."""
    new, issuing = desk.new, desk.made.intermediate
    expired = issuing.issue(HOST, traits=replace(RENEWED, starts=-90, ends=-3))
    return {
        "new.der": (new.der, "good", "exactly one certificate, in DER"),
        "chain.pem": (new.pem + issuing.pem, "warn", "only the first is read"),
        "upside.pem": (issuing.pem + new.pem, "bad", "an authority"),
        "both.pem": (new.pem + key_pem(new.key).decode(), "bad", "holds a private key"),
        "bundle.p7b": (pkcs7.serialize_certificates([new.x509], Form.DER), "bad", "PKCS #7"),
        "authority.pem": (issuing.pem, "bad", "an authority's certificate (CA:TRUE)"),
        "expired.pem": (expired.pem, "bad", "It expired on"),
        "empty.pem": ("nothing here", "bad", "holds no certificate"),
        "cut.pem": (new.pem[:400], "bad", "holds no certificate"),
    }


@pytest.mark.parametrize("name", ["new.der", "chain.pem", "upside.pem", "both.pem", "bundle.p7b", "authority.pem", "expired.pem", "empty.pem", "cut.pem"])
def test_the_file_that_the_partner_sends(desk: Desk, name: str) -> None:
    data, tone, words = forms(desk)[name]
    code, found = desk.reached(desk.serve(desk.new, desk.made.intermediate), new=desk.file(name, data))
    said = step(found, "The partner sends")
    assert any(line.startswith(tone) and words in line for line in said.splitlines()), said
    assert (code, found["answer"]) == ((1, "DO NOT USE IT") if tone == "bad" else (0, "READY TO SWITCH"))
    assert (len(found["steps"]) == 1) == (tone == "bad")


def test_an_archive_of_several_is_not_one_certificate(desk: Desk, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        archive.writestr("a.pem", desk.new.pem)
        archive.writestr("b.pem", desk.made.intermediate.pem)
    code, found = desk.asked(str(tmp_path / "sent.zip"))
    assert (code, found["answer"]) == (1, "DO NOT USE IT") and "2 files were sent" in found["sentence"]


def test_a_file_before_it_is_uploaded(desk: Desk) -> None:
    named = desk.file("theirs.pem", desk.new.pem)
    code, found = desk.asked(named)
    assert (code, found["answer"]) == (0, "UPLOAD") and "open: The endpoint was not looked at." in step(found, "Agree")
    assert "whatever is sent behind it" in step(found, "Choose")
    desk.listed(desk.made.root)
    code, found = desk.asked(named)
    # Only what the endpoint sends can tell: a good endpoint must not be called broken.
    assert (code, found["answer"], found["verdict"]) == (3, "IMPORT FIRST", "undecided") and "CN=Lab Issuing CA" in found["sentence"]
    assert run([*shlex.split(found["repeat"])[1:], "--format", "json"]) == 3
    assert json.loads(desk.capsys.readouterr().out)["results"][0]["sentence"] == found["sentence"]


def test_another_host_same_file_and_an_older_one(desk: Desk) -> None:
    port = desk.serve(desk.new, desk.made.intermediate)
    other = desk.made.intermediate.issue("other.example", traits=RENEWED)
    code, found = desk.reached(port, new=desk.file("other.pem", other.pem))
    assert code == 1 and f"warn: It is not for {HOST} but for other.example." in step(found, "The partner sends")
    assert "chain.pin-mismatch" in step(found, "Agree")
    _, found = desk.reached(port, new=desk.file("older.pem", desk.made.leaf.pem))
    assert "before the present one" in step(found, "The partner sends")
    _, found = desk.reached(port, "--var", f"present_certificate={desk.file('nothing.pem', 'nothing')}")
    assert "nothing.pem holds no certificate, so that" in step(found, "The partner sends")
    _, found = desk.reached(port, "--var", f"present_certificate={desk.file('new2.pem', desk.new.pem)}")
    assert "the very certificate that is on file already" in step(found, "The partner sends")


def test_nobody_answers(desk: Desk) -> None:
    code, found = desk.reached(desk.stage.closed_port())
    assert (code, found["answer"], found["verdict"]) == (3, "NOT KNOWN", "undecided")
    assert "open: " in step(found, "Agree") and "bad" not in step(found, "Choose")


def test_valid_only_later(desk: Desk) -> None:
    later = desk.made.intermediate.issue(HOST, traits=replace(RENEWED, starts=3))
    code, found = desk.reached(desk.serve(desk.made.leaf, desk.made.intermediate), new=desk.file("later.pem", later.pem))
    assert code == 1 and "agree on a time after that" in step(found, "Agree")


@pytest.mark.parametrize(
    ("chain", "right", "words"), [(True, True, "Its chain is inside."), (False, True, "Its chain is not inside"), (True, False, "could not be opened")]
)
def test_the_own_certificate(desk: Desk, monkeypatch: pytest.MonkeyPatch, chain: bool, right: bool, words: str) -> None:
    monkeypatch.setenv("OWN_PASSWORD", SECRET if right else "wrong")
    own = desk.made.intermediate.issue("us.example", traits=replace(RENEWED, extended_key_usage=("client",)))
    others = [desk.made.intermediate.x509] if chain else None
    store = pkcs12.serialize_key_and_certificates(b"own", own.key, own.x509, others, BestAvailableEncryption(SECRET.encode()))
    port = desk.serve(desk.new, desk.made.intermediate)
    code, found = desk.reached(port, "--var", f"own_certificate={desk.file('own.p12', store)}", "--password-env", "OWN_PASSWORD")
    said = step(found, "The own certificate")
    assert code == 0 and words in said and SECRET not in json.dumps(found)
    assert not right or ("exactly one private key" in said and 'The key belongs to "us.example"' in said)


def test_without_the_new_certificate_the_advice_asks_for_it(desk: Desk) -> None:
    code, found = desk.asked(*where(desk.serve(desk.new, desk.made.intermediate)))
    assert code == 0 and not found["steps"] and not found["answer"]
    assert any("--var partner_certificate=FILE" in one["says"] for one in found["now"])


def test_every_form_has_the_table_and_a_saved_one_has_it_again(desk: Desk, tmp_path: Path) -> None:
    port = desk.serve(desk.made.leaf, desk.made.intermediate)
    new = desk.file("new.pem", desk.new.pem)
    asked = ["trust", *PROFILE, *where(port), "--var", f"ca_folder={desk.cas}", "--var", f"partner_certificate={new}"]
    saved, page = tmp_path / "seen.json", tmp_path / "table.html"
    assert run([*asked, "--save", str(saved), "--html", str(page)]) == 1
    printed = desk.capsys.readouterr().out
    assert printed.startswith("NOT YET  ") and "Clean up" in printed and "     before:" in printed
    html = page.read_text()
    assert '<h2 id="t1">Not yet</h2>' in html and html.count('<th scope="row">') == 7 and "rollover-pending" in html
    assert run([*asked, "--format", "markdown"]) == 1
    rows = [line for line in desk.capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert rows[0] == "| Step | Before | After |" and len([one for one in rows if "Agree on a time" in one]) == 1
    for again in (saved, page):
        assert run(["trust", str(again)]) == 1
        assert desk.capsys.readouterr().out.partition("\nAgain\n")[0].startswith(printed.partition("\nThe choices")[0][:2000])


def test_hostile_names_cannot_leave_their_cell(desk: Desk) -> None:
    evil = authority("Evil | <script>\u202e\x1b[31m")
    leaf = evil.issue(HOST, traits=RENEWED)
    port = desk.serve(leaf, evil)
    asked = ["trust", *PROFILE, *where(port), "--var", f"ca_folder={desk.cas}", "--var", f"partner_certificate={desk.file('new.pem', leaf.pem)}"]
    for form in ("terminal", "markdown", "html", "json"):
        assert run([*asked, "--format", form]) == 1
        printed = desk.capsys.readouterr().out
        assert "\x1b" not in printed and "\u202e" not in printed
        assert form != "html" or "<script" not in printed
        if form == "markdown":
            table = [line for line in printed.splitlines() if line.startswith("| ") and "Lab" not in line]
            assert all(line.replace("\\|", "").count("|") in (3, 4) for line in table)


def test_under_pseudonyms(desk: Desk) -> None:
    port = desk.serve(desk.made.leaf, desk.made.intermediate)
    new = desk.file("acme-new.pem", desk.new.pem)
    asked = ["trust", *PROFILE, *where(port), "--var", f"ca_folder={desk.cas}", "--var", f"partner_certificate={new}", "--redact"]
    for form in ("terminal", "json", "html", "markdown"):
        assert run([*asked, "--format", form]) == 1
        printed = desk.capsys.readouterr().out
        for secret in (HOST, "Lab Issuing CA", "acme-new", str(desk.cas), _sha1(desk.new), _sha1(desk.made.leaf)):
            assert secret not in printed, (form, secret)


def _sha1(one: Issued) -> str:
    from probe.facts.certificate import fingerprint

    return fingerprint(one.certificate, "sha1")


def test_a_locked_store_in_place_of_the_file_is_called_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    lock = BestAvailableEncryption(SECRET.encode())
    (tmp_path / "sent.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"shop", made.leaf.key, made.leaf.x509, None, lock))
    (tmp_path / "root.pem").write_text(made.root.pem)
    about = ("--var", f"ca_folder={tmp_path / 'root.pem'}", "--var", f"partner_certificate={tmp_path / 'sent.p12'}", "--var", f"host={LOOPBACK}")
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf, made.intermediate),)))
        code = run(["trust", *PROFILE, *about, "--var", f"port={port}"])
    said = " ".join(capsys.readouterr().out.split())
    assert code == 1 and "sent.p12 is PKCS #12 behind a password" in said and "holds no certificate" not in said
