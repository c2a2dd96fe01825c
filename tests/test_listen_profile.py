"""``probe listen --profile``: names, files, trust and texts of the call come from a profile; with real callers."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from probe.case.called import apart
from probe.causes.words import Verdict
from probe.diagnose import diagnose
from probe.facts.codec import parse, text
from probe.facts.observation import Observation
from probe.facts.unusable import Unusable
from probe.jobs.listen import Listener, Wishes
from probe.jobs.listen_profile import ProfileWishes
from probe.lab.pki import Issued, authority
from probe.report import Result
from probe.report.compose import compose
from tests.cli.test_listen import PROBE, listen
from tests.real.calling import HOST, chain_file, curl, key_file
from tests.servers import key_pem

NAME = "hubject-partner-endpoint"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our certificate, the renewed one, the caller's authority and the certificate of the caller."""
    made = tmp_path_factory.mktemp("listen-profile")
    root = authority("Listen Root CA")
    middle = root.intermediate("Listen Issuing CA")
    old, new = middle.issue(HOST), middle.issue(HOST)
    chain_file(made, new, middle)
    key_file(made, new)
    chain_file(made, root, name="root.pem")
    chain_file(made, old, name="uploaded.pem")
    chain_file(made, new, name="current.pem")
    theirs = authority("Platform Root CA")
    (made / "theirs").mkdir()
    chain_file(made / "theirs", theirs, name="platform.pem")
    caller(made, theirs)
    return made


def caller(folder: Path, issuer: Issued) -> None:
    own = issuer.issue("caller.platform.example")
    chain_file(folder, own, name="caller.pem")
    (folder / "caller-key.pem").write_bytes(key_pem(own))


def wishes(folder: Path, *var: str, request: str = "off", **more: object) -> Wishes:
    given = ProfileWishes(profile=NAME, var=(f"host={HOST}", *(f"{one.partition('=')[0]}={folder / one.partition('=')[2]}" for one in var)))
    made = Wishes(address="127.0.0.1", cert=str(folder / "chain.pem"), key=str(folder / "key.pem"), request=request, timeout=20.0, profile=given)
    return replace(made, **more)  # type: ignore[arg-type]  # fields of Wishes


def called(folder: Path, wanted: Wishes, *options: str) -> tuple[Observation, Result]:
    """Wait for one call of curl, and report it."""
    listener = Listener(0, wanted)
    calling = subprocess.Popen(curl(*options)(listener.target.port), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        seen = listener.wait()
    finally:
        calling.wait(timeout=30)
    (one,) = apart(seen)
    return one, compose((diagnose(one),)).results[0]


def test_the_name_and_what_is_not_verified_come_from_the_profile(folder: Path) -> None:
    seen, result = called(folder, wishes(folder), "--cacert", "root.pem")
    assert result.verdict is Verdict.WORKS and seen.target.name == HOST and seen.agreement is not None and seen.agreement.checks == ()
    said = dict(result.circumstances)
    assert said["Profile"].startswith(NAME) and said["System"] == "Hubject eRoaming: Hubject calls a partner" and f"host={HOST}" in said["Variables"]
    assert any(label == "Not verified" for label, _ in result.circumstances) and result.checks == ()
    assert f"--profile {NAME} --endpoint partner --var host={HOST}" in result.repeat
    assert parse(Observation, text(seen)) == seen


@pytest.mark.parametrize(("file", "verdict"), [("uploaded.pem", Verdict.FAILS), ("current.pem", Verdict.WORKS)])
def test_a_renewal_after_the_upload_is_named(folder: Path, file: str, verdict: Verdict) -> None:
    """The caller knows the one that was uploaded, and was shown another."""
    trusted = ("--cacert", "root.pem" if verdict is Verdict.WORKS else "uploaded.pem")
    seen, result = called(folder, wishes(folder, f"uploaded={file}"), *trusted)
    assert seen.target.pin is not None and seen.target.pin.source.endswith(file)
    assert result.verdict is verdict
    codes = {one.code for one in (*result.findings, *result.explained)} | {one.code for one in result.candidates}
    assert ("chain.pin-mismatch" in codes) is (verdict is Verdict.FAILS)
    words = dict(result.messages).get("For Hubject's portal", "")
    assert ("Please upload this certificate" in words and HOST in words and "SHA-256: " in words and "SHA-1: " in words) is (verdict is Verdict.FAILS)


def test_an_uploaded_file_named_by_hand_counts_more(folder: Path) -> None:
    listener = Listener(0, wishes(folder, "uploaded=uploaded.pem", uploaded=str(folder / "current.pem")))
    listener.close()
    assert listener.target.pin is not None and listener.target.pin.source.endswith("current.pem")


def test_whom_the_caller_belongs_to_comes_from_the_profile(folder: Path) -> None:
    """The folder of the onboarding names the issuer of the caller's certificate, and the caller is told of it."""
    asked = wishes(folder, "ca_folder=theirs", request="optional")
    seen, result = called(folder, asked, "--cacert", "root.pem", "--cert", "caller.pem", "--key", "caller-key.pem")
    assert result.verdict is Verdict.WORKS and seen.target.trust == (str(folder / "theirs"),)
    said = dict(result.handshake)
    assert "caller.platform.example" in said["Caller's certificate"] and "Platform Root CA" in said["Accepted issuer named"]


def test_who_demands_a_certificate_is_warned(folder: Path) -> None:
    notes = {}
    for request in ("required", "optional"):
        listener = Listener(0, wishes(folder, "ca_folder=theirs", request=request))
        listener.close()
        notes[request] = listener.notes
    warning = f"{NAME} says that no client certificate may be demanded (not verified): required refuses such a caller; optional asks and lets it in."
    assert warning in notes["required"] and warning not in notes["optional"]
    assert any("keeps no list of public authorities" in one for one in notes["optional"])


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        (ProfileWishes(profile="hubject-emp", env="qa"), "The profile hubject-emp is about what we call; nobody calls us there."),
        (ProfileWishes(profile="no-such"), "There is no profile 'no-such'."),
        (ProfileWishes(profile=NAME), "The variable host of the profile hubject-partner-endpoint must be given."),
        (ProfileWishes(profile=NAME, var=("nonsense=1",)), "has no variable 'nonsense'."),
        (ProfileWishes(profile=NAME, var=(f"host={HOST}",), endpoint="x"), "has no endpoint 'x'."),
        (ProfileWishes(profile=NAME, var=(f"host={HOST}", "uploaded=nowhere.pem")), "nowhere.pem does not exist."),
        (ProfileWishes(env="qa"), "--env belongs to a profile, and none is named."),
        (ProfileWishes(var=("token=secret-word",)), "--var belongs to a profile, and none is named."),
    ],
)
def test_what_cannot_be_used(profile: ProfileWishes, says: str) -> None:
    with pytest.raises(Unusable) as refused:
        Listener(0, Wishes(profile=profile))
    assert says in refused.value.says and "secret-word" not in refused.value.says + refused.value.next_step


def test_several_endpoints_that_are_called_must_be_told_apart(folder: Path, tmp_path: Path) -> None:
    own = Path("probe/profiles/hubject-partner-endpoint.toml").read_text()
    second = '[endpoints.second]\ndirection = "in"\nrole = "another one"\nhost = "{host}"\nport = "{port}"\n\n[names]'
    (tmp_path / "two.toml").write_text(own.replace("[names]", second, 1))
    given = wishes(folder, profile=ProfileWishes(profile=str(tmp_path / "two.toml"), var=(f"host={HOST}",)))
    with pytest.raises(Unusable, match="has several endpoints that are called"):
        Listener(0, given)
    listener = Listener(0, replace(given, profile=replace(given.profile, endpoint="second")))
    listener.close()
    assert listener.target.endpoint == "second"


def test_the_command(folder: Path) -> None:
    own = ("--cert", "chain.pem", "--key", "key.pem", "--timeout", "20", "--profile", NAME, "--var", f"host={HOST}", "--save", "call.json")
    ran = listen(folder, *own)
    assert ran.code == 0 and "Note: Hubject keeps no list of public authorities" in ran.err and NAME in ran.out, ran.out + ran.err
    again = subprocess.run((*PROBE, "report", "call.json"), cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (again.returncode, again.stdout) == (0, ran.out)
    hidden = subprocess.run((*PROBE, "report", "call.json", "--redact"), cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert hidden.returncode == 0 and HOST not in hidden.stdout
