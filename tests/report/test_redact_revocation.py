"""What is said about revocation names no one either once it is redacted: neither responder nor list, in no format."""

import pytest

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.scenario import scenario
from probe.lab.stage import Stage
from probe.render import html, json, junit, markdown, terminal
from probe.report.compose import compose
from probe.report.redact import redact

NAMES = ("shop.example", "Lab Issuing", "Lab Root", "Lab Responder", "/ocsp/", "issuing.crl", "root.crl")


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ("chain.revoked", ""),
        ("chain.revoked", "crl"),
        ("chain.revoked", "delegated"),
        ("chain.revoked", "intermediate"),
        ("chain.revocation-unreachable", ""),
        ("chain.revocation-unreachable", "wrong-signer"),
        ("chain.revocation-unreachable", "wrong-signer-of-list"),
        ("chain.revocation-unreachable", "redirected-inside"),
        ("chain.staple-missing", "expired"),
    ],
)
def test_nobody_is_named(code: str, way: str) -> None:
    one = scenario(code)
    assert one
    opens = {variant.name: variant.open for variant in one.variants}.get(way, one.broken)
    with Stage() as stage:
        report = compose((diagnose(observed(opens(stage).arguments)),))
    bare = redact(report)
    pages = (terminal.render(bare, False, 100), html.render(bare), json.render(bare), markdown.render(bare), junit.render(bare))
    assert all("shop.example" in page for page in (terminal.render(report, False, 100), html.render(report), markdown.render(report)))
    for page in pages:
        assert [name for name in NAMES if name in page] == []
