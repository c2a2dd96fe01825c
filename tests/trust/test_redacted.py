"""``probe trust`` for other eyes: without names, and for pipelines."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from probe.cli.main import run
from probe.facts.certificate import fingerprint
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


@pytest.fixture(scope="module")
def made() -> Hierarchy:
    return hierarchy()


@pytest.fixture(scope="module")
def seen(made: Hierarchy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("seen") / "acme-seen.json"
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,)))
        assert run(["check", *reach(port, stage.trust_file(made.root)), "--save", str(place)]) == 0
    return place


@pytest.mark.parametrize("form", ["terminal", "json", "html", "markdown", "junit"])
def test_nothing_names_the_endpoint_or_its_authority(form: str, seen: Path, made: Hierarchy, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["trust", str(seen), "--format", form]) == 0
    plain = capsys.readouterr().out
    assert HOST in plain and "Lab Root CA" in plain
    assert run(["trust", str(seen), "--format", form, "--redact"]) == 0
    out = capsys.readouterr().out
    day = f"{made.root.certificate.read.not_before:%Y-%m-%d}"
    secrets = [HOST, "Lab Root CA", "Lab Issuing CA", "lab-root-ca", "root.pem", "BEGIN CERTIFICATE", str(seen), f"lab-root-ca-{day}", 'class="observation"']
    secrets += [fingerprint(one.certificate, kind) for one in (made.root, made.intermediate, made.leaf) for kind in ("sha256", "sha1", "md5")]
    assert [one for one in secrets if one in out] == []
    assert "could not be freed of names" not in out
    if form == "json":
        (result,) = json.loads(out)["results"]
        assert result["observation"] is None and result["verdict"] == "works" and result["choices"][0]["kind"] == "root"
    if form == "terminal":
        assert "keytool -importcert -noprompt -cacerts -storepass changeit -alias file-" in out


def test_several_targets_share_their_pseudonyms(seen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = tmp_path / "again.json"
    again.write_bytes(seen.read_bytes())
    assert run(["trust", str(seen), str(again), "--format", "json", "--redact"]) == 0
    one, two = json.loads(capsys.readouterr().out)["results"]
    assert one["choices"][0]["certificates"][0]["sha256"] == two["choices"][0]["certificates"][0]["sha256"]


@pytest.mark.parametrize("options", [("--save", "x.json"), ("--write", "folder")])
def test_what_writes_names_does_not_go_with_it(options: tuple[str, str], seen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trust", str(seen), options[0], str(tmp_path / options[1]), "--redact"]) == 2
    assert f"{options[0]} and --redact exclude each other" in capsys.readouterr().err and not (tmp_path / options[1]).exists()


def cases(text: str) -> dict[str, str]:
    """What each suite says of its case: the kind of the child, "" for one that passed."""
    suites = ElementTree.fromstring(text)  # noqa: S314 -- our own document
    found = {}
    for suite in suites:
        (case,) = suite.findall("testcase")
        found[suite.get("name", "")] = case[0].tag if len(case) else ""
    assert int(suites.get("tests", "0")) == len(found)
    return found


def test_a_pipeline_counts_what_has_no_choice(seen: Path, made: Hierarchy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lonely = tmp_path / "lonely.json"
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(credentials(made.leaf),)))
        run(["check", *reach(port, "none"), "--save", str(lonely)])
        nobody = f"https://127.0.0.1:{stage.closed_port()}"
        capsys.readouterr()
        assert run(["trust", str(seen), "--format", "junit"]) == 0
        assert list(cases(capsys.readouterr().out).values()) == [""]
        assert run(["trust", str(lonely), "--format", "junit"]) == 1
        assert list(cases(capsys.readouterr().out).values()) == ["failure"]
        assert run(["trust", nobody, "--format", "junit"]) == 3
        assert list(cases(capsys.readouterr().out).values()) == ["error"]
        assert run(["trust", str(seen), str(lonely), nobody, "--format", "junit"]) == 1
        assert sorted(cases(capsys.readouterr().out).values()) == ["", "error", "failure"]
