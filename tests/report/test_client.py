"""The section about the client certificate: in every format, under pseudonyms, and the command that repeats the check."""

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.jobs.replay import saved
from probe.lab.client_shop import FOR_CLIENTS, client_shop, files, partners, wanting
from probe.lab.pki import authority
from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop
from probe.lab.stage import Stage
from probe.render import FORMATS
from probe.report.compose import compose
from probe.report.redact import redact

SECRETIVE = ("Hidden Client Root", "hidden-client.internal.example", "hidden-file.pem", "hidden-key.pem")


def shown(opens: Callable[[Stage], Scene], *more: str) -> Diagnosis:
    with Stage() as stage:
        return diagnose(observed((*opens(stage).arguments, *more)))


def hidden(stage: Stage) -> Scene:
    """A foreign certificate, all of whose names and files are not for strangers."""
    other = authority(SECRETIVE[0])
    own = other.issue(SECRETIVE[1], traits=replace(FOR_CLIENTS, common_name=SECRETIVE[1]))
    options = ("--cert", stage.chain_file(own.der, other.der, name=SECRETIVE[2]), "--key", stage.key_file(own.key, name=SECRETIVE[3]))
    on_file = ("--on-file", stage.chain_file(authority("Filed Secret CA").issue("filed.internal.example").der, name="filed-secret.pem"))
    return client_shop(stage, wanting(partners().root), (*options, *on_file))


def accepted(stage: Stage) -> Scene:
    made = partners()
    return client_shop(stage, wanting(made.root), files(stage, made.below(), made.issuing))


@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "json"])
def test_every_format_has_the_section(form: str) -> None:
    text = FORMATS[form](compose((shown(hidden),)))
    assert ("client_certificate" if form == "json" else "Client certificate") in text
    for words in ("asked for and required; the one that was sent was refused", "Accepted issuer", "CN=Partner Client CA"):
        assert words in text.replace("\n    ", " "), (form, words)


def test_the_lines_say_what_the_issue_asks_for() -> None:
    found = shown(accepted)
    lines = compose((found,)).results[0].client
    assert [label for label, _ in lines] == [
        *(
            "In short",
            "Asked for",
            "Required",
            "Accepted issuer",
            "Named",
            "Its file",
            "Before sending",
            "Clients that choose by the list",
            "What the server did",
        )
    ]
    told = dict(lines)
    assert told["Asked for"] == "yes, of 1 named issuer" and told["Its file"] == "with 1 of its issuers"
    assert told["What the server did"] == "it went on with the certificate"


def test_without_request_and_without_certificate_there_is_no_section() -> None:
    result = compose((shown(healthy_shop),)).results[0]
    assert result.client == ()
    assert "Client cert" not in FORMATS["terminal"](compose((shown(healthy_shop),)))


def test_the_client_certificates_are_among_the_certificates() -> None:
    result = compose((shown(accepted),)).results[0]
    ours = [one for one in result.certificates if one.standing == "client"]
    assert [one.title for one in ours] == ["client.partner.example", "Partner Issuing CA"] and all(one.pem for one in ours)


def test_a_healthy_check_stays_short() -> None:
    lines = FORMATS["terminal"](compose((shown(accepted),))).splitlines()
    assert len(lines) <= 14
    assert any(line.strip().startswith("Client cert ") and "was accepted" in line for line in lines)


def test_the_forecast_knows_the_client_certificate() -> None:
    found = shown(accepted)
    result = compose((found,)).results[0]
    assert 'The client certificate "client.partner.example" ends on' in result.forecast


@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "json", "junit"])
def test_under_pseudonyms_nothing_of_it_is_left(form: str) -> None:
    report = redact(compose((shown(hidden),)))
    text = FORMATS[form](report)
    assert not [one for one in (*SECRETIVE, "Filed Secret CA", "filed.internal.example", "filed-secret.pem") if one in text]
    assert form != "terminal" or "Client certificate" in text


def test_the_command_repeats_it() -> None:
    found = shown(hidden)
    words = shlex.split(compose((found,)).results[0].repeat)
    for option, name in (("--cert", SECRETIVE[2]), ("--key", SECRETIVE[3]), ("--on-file", "filed-secret.pem")):
        assert Path(words[words.index(option) + 1]).name == name

    def anyway(stage: Stage) -> Scene:
        made = partners()
        return client_shop(stage, wanting(made.root), (*files(stage, made.direct()), "--send-anyway"))

    assert "--send-anyway" in compose((shown(anyway),)).results[0].repeat
    forbidden = shown(lambda stage: client_shop(stage, wanting(client="none"), ("--client-auth", "forbidden")))
    assert "--client-auth forbidden" in compose((forbidden,)).results[0].repeat


def test_a_saved_check_says_the_same(tmp_path: Path) -> None:
    found = shown(hidden)
    (tmp_path / "seen.json").write_text(codec.text(found.case.observation))
    again = saved(tmp_path / "seen.json")
    assert isinstance(again, Observation) and again == found.case.observation
    assert compose((diagnose(again),)).results[0].client == compose((found,)).results[0].client
    document = json.loads(codec.text(found.case.observation))
    del document["identity"]
    for step in (one for attempt in document["attempts"] for one in attempt["steps"] if "messages" in one):
        for field in ("renegotiated", "asked_inside", "offered_later", "spoken"):
            step.pop(field, None)
    (tmp_path / "old.json").write_text(json.dumps(document))
    assert saved(tmp_path / "old.json").identity is None
