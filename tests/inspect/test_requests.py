"""Requests before they are handed in: those that openssl, keytool, certtool and certutil wrote, beside the old certificate and a profile's rules."""

import json
from pathlib import Path
from typing import Any

import pytest

from probe.cli.main import run
from probe.lab.pki import Issued, authority
from probe.lab.surgery import children, tlv
from probe.lab.traits import Traits
from tests.peers.keystores import run as program
from tests.servers import key_pem

SECRET = "changeit-Qx92"


@pytest.fixture(scope="module")
def old() -> Issued:
    return authority("Lab Root CA").issue("api.corp.example", traits=Traits(key="rsa-2048", common_name="DE-DCB"))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[tuple[str, str]], dict[str, Any]]:
    """The exit code, what is said of the first request as (tone, sentence), and the whole."""
    code = run(["inspect", *arguments, "--trust", "none", "--format", "json"])
    captured = capsys.readouterr()
    assert not captured.err, captured.err
    found = json.loads(captured.out)["results"][0]
    ((_, said),) = found["inspection"]["requests"]
    return code, [(tone, says) for tone, says in said], found


def tones(said: list[tuple[str, str]]) -> set[str]:
    return {tone for tone, _ in said}


def openssl(folder: Path, subject: str, *options: str, key: str = "rsa:2048") -> str:
    program("openssl", "req", "-new", "-newkey", key, "-nodes", "-keyout", "k.pem", "-out", "r.csr", "-subj", subject, *options, folder=folder)
    return str(folder / "r.csr")


def test_a_good_one_of_openssl(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = asked(capsys, openssl(tmp_path, "/C=DE/O=Corp/CN=api.corp.example", "-addext", "subjectAltName=DNS:api.corp.example"))
    assert code == 0 and tones(said) == {"good"}
    assert [says for _, says in said] == [
        "Its own key signed it (RSA with SHA-256).",
        "Its key is RSA 2048.",
        "Its subject is CN=api.corp.example,O=Corp,C=DE.",
        "The country is DE.",
        "It asks for api.corp.example.",
    ]


def test_a_renewal_with_the_same_key_for_hubject(tmp_path: Path, old: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.key").write_bytes(key_pem(old))
    (tmp_path / "old.pem").write_text(old.pem)
    program("openssl", "req", "-new", "-key", "old.key", "-out", "new.csr", "-subj", "/C=DE/O=Corp/CN=DE-DCB", folder=tmp_path)
    code, said, found = asked(capsys, str(tmp_path / "new.csr"), str(tmp_path / "old.pem"), "--profile", "hubject-emp")
    texts = " ".join(says for _, says in said)
    assert code == 0 and "note" in tones(said) and "It has the same key as the certificate" in texts
    # No rule for requests is published; that is said, and nothing is made up.
    assert "Hubject publishes no rule for requests of eRoaming" in texts and "Not verified (source: " in texts
    assert any(tone == "warn" and "compares the whole subject" in says and "That rule was not verified" in says for tone, says in said)
    finding = next(one for one in found["findings"] if one["code"] == "file.request-flawed")
    assert (finding["effect"], finding["certainty"]) == ("risks", "possible")


def test_of_keytool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about = ("-alias", "one", "-keystore", "s.p12", "-storetype", "PKCS12", "-storepass", SECRET)
    program("keytool", "-genkeypair", *about, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=shop.example, C=EN", folder=tmp_path)
    program("keytool", "-certreq", *about, "-ext", "san=dns:shop.example,dns:www.shop.example", "-file", "k.csr", folder=tmp_path)
    code, said, _ = asked(capsys, str(tmp_path / "k.csr"))
    assert code == 0 and ("warn", "The country is EN, which is no country code; GB is meant, perhaps.") in said
    assert ("good", "Its key is EC P-256.") in said and ("good", "It asks for shop.example, www.shop.example.") in said
    # The product's own requests are of RSA keys, and its pages expect them.
    code, said, _ = asked(capsys, str(tmp_path / "k.csr"), "--profile", "nexuse2e-partner")
    assert code == 1 and any(tone == "bad" and "takes RSA" in says for tone, says in said)


def test_of_certtool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.cfg").write_text('cn = "shop.example"\ncountry = "ZZ"\ndns_name = "shop.example"\nca\nchallenge_password = "' + SECRET + '"\n')
    program("certtool", "--generate-privkey", "--key-type", "rsa", "--bits", "2048", "--outfile", "t.key", folder=tmp_path)
    program("certtool", "--generate-request", "--load-privkey", "t.key", "--template", "t.cfg", "--outfile", "t.csr", folder=tmp_path)
    code, said, _ = asked(capsys, str(tmp_path / "t.csr"))
    assert code == 0 and ("warn", "The country is ZZ, which is no country code of ISO 3166-1.") in said
    assert any(tone == "warn" and "challenge password in plain text" in says for tone, says in said)
    assert any(tone == "warn" and "CA:TRUE" in says for tone, says in said)
    assert SECRET not in json.dumps(said)


def test_of_certutil(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "empty").write_text("\n")
    database = ("-d", f"sql:{tmp_path}", "-f", "empty")
    program("certutil", "-N", *database, "--empty-password", folder=tmp_path)
    program("certutil", "-R", *database, "-z", "noise", "-s", "CN=shop.example,C=fr", "-8", "shop.example", "-o", "n.csr", "-a", folder=tmp_path)
    code, said, _ = asked(capsys, str(tmp_path / "n.csr"))
    assert code == 0 and any(tone == "warn" and "the code is written FR" in says for tone, says in said)


@pytest.mark.parametrize(
    ("subject", "options", "key", "tone", "words"),
    [
        ("/C=DE/CN=shop.example", ("-addext", "subjectAltName=DNS:shop.example"), "rsa:1024", "warn", "2048 bits or more"),
        ("/C=DE/CN=shop.example", ("-addext", "subjectAltName=DNS:shop.example", "-sha1"), "rsa:2048", "warn", "Its own key signed it, with RSA with SHA-1"),
        ("/C=DE/CN=shop.example", (), "rsa:2048", "warn", "asks for no subjectAltName"),
        ("/C=DE/CN=client.example", ("-addext", "extendedKeyUsage=clientAuth"), "rsa:2048", "good", "Its subject is"),
        ("/C=DE/CN=shop.example", ("-addext", "subjectAltName=DNS:www.shop.example"), "rsa:2048", "warn", "is not among these"),
        ("/CN=shop.example", ("-addext", "subjectAltName=DNS:shop.example,DNS:https://shop.example/"), "rsa:2048", "warn", "is no host name"),
        ("/", (), "rsa:2048", "warn", "asks for no name"),
        ("/", ("-addext", "subjectAltName=critical,DNS:shop.example"), "rsa:2048", "note", "Its subject is empty"),
        ("/CN=shop.example/C=DE/C=FR", ("-addext", "subjectAltName=DNS:shop.example,IP:192.0.2.1"), "rsa:2048", "warn", "2 countries"),
        ("/CN=shop.example", ("-addext", "subjectAltName=DNS:*.shop.example,DNS:shop.example,email:a@shop.example"), "ed25519", "warn", "Its key is Ed25519"),
    ],
)
def test_what_is_remarked(subject: str, options: tuple[str, ...], key: str, tone: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = asked(capsys, openssl(tmp_path, subject, *options, key=key))
    assert code == 0 and any(each == tone and words in says for each, says in said), said
    assert tone != "good" or tones(said) == {"good"}


def test_a_country_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # openssl refuses to write such a one; others do not. The name is exchanged in one that it wrote, which breaks the signature too.
    openssl(tmp_path, "/C=DE/CN=shop.example", "-outform", "DER")
    body, algorithm, signature = children((tmp_path / "r.csr").read_bytes())
    version, name, *rest = children(body)
    longer = tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550406"), tlv(0x13, b"Germany"))), *children(name)[1:])
    (tmp_path / "long.csr").write_bytes(tlv(0x30, tlv(0x30, version, longer, *rest), algorithm, signature))
    code, said, _ = asked(capsys, str(tmp_path / "long.csr"))
    assert code == 1 and any(tone == "bad" and 'The country is "Germany"' in says for tone, says in said)


@pytest.mark.parametrize(("host", "tone"), [("api.corp.example", "good"), ("other.example", "bad"), ("", "good")])
def test_for_the_endpoint_that_the_partner_calls(host: str, tone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = openssl(tmp_path, "/C=DE/CN=api.corp.example", "-addext", "subjectAltName=DNS:*.corp.example,DNS:api.corp.example")
    options = ("--var", f"host={host}") if host else ()
    code, said, _ = asked(capsys, request, "--profile", "hubject-partner-endpoint", *options)
    assert code == (1 if tone == "bad" else 0) and (tone == "bad") == any(each == "bad" and "does not ask for other.example" in says for each, says in said)


def test_the_subject_that_a_profile_wants(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = openssl(tmp_path, "/CN=press-4")
    wrong, said, _ = asked(capsys, request, "--profile", "insights-hub-mqtt", "--var", "device=press-5")
    assert wrong == 1 and ("bad", 'CN is "press-4"; insights-hub-mqtt wants "press-5".') in said
    right, said, _ = asked(capsys, request, "--profile", "insights-hub-mqtt", "--var", "device=press-4")
    assert right == 0 and ("good", 'CN is as insights-hub-mqtt wants it: "press-4".') in said
    _, said, _ = asked(capsys, request, "--profile", "insights-hub-mqtt")
    assert any(tone == "note" and "needs --var device=VALUE" in says for tone, says in said)


def test_beside_a_certificate_that_has_nothing_to_do_with_it(tmp_path: Path, old: Issued, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.pem").write_text(old.pem)
    request = openssl(tmp_path, "/C=DE/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example")
    code, said, _ = asked(capsys, request, str(tmp_path / "old.pem"))
    assert code == 0 and any(tone == "note" and "is it to replace that one?" in says for tone, says in said)


def test_every_form_tells_it_and_a_saved_one_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = openssl(tmp_path, "/C=UK/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example")
    saved = tmp_path / "seen.json"
    asked_for = ["inspect", request, "--trust", "none", "--profile", "hubject-cpo"]
    assert run([*asked_for, "--save", str(saved)]) == 0
    text = capsys.readouterr().out
    assert "Requests, before they are handed in" in text and "    LOOK     The country is UK" in text and "    note     Hubject publishes" in text
    for form in ("html", "markdown"):
        assert run([*asked_for, "--format", form]) == 0
        printed = capsys.readouterr().out
        assert "Requests, before they are handed in" in printed and "The country is UK" in printed and "hubject-cpo" in printed
    again = text.rpartition("To repeat:")[2].split()
    assert again[:2] == ["probe", "inspect"] and "--profile" in again
    assert run(again[1:]) == 0
    assert capsys.readouterr().out.partition("How this was")[0] == text.partition("How this was")[0]
    assert run(["report", str(saved)]) == 0
    assert capsys.readouterr().out == text


def test_options_of_a_profile_without_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = openssl(tmp_path, "/CN=shop.example")
    assert run(["inspect", request, "--var", "provider=DE-DCB"]) == 2
    assert "--var belongs to a profile" in capsys.readouterr().err
    assert run(["inspect", request, "--profile", "nothing-known"]) == 2
    assert "There is no profile 'nothing-known'" in capsys.readouterr().err
