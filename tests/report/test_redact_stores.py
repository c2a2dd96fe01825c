"""Where key stores lie stays out of a redacted report; what they are does not."""

from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.formats.writing import jks_trust_store, pkcs12_trust_store
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.render.json import render as as_json
from probe.render.markdown import render as as_markdown
from probe.render.terminal import render as as_text
from probe.report.compose import compose
from probe.report.redact import redact


def test_neither_a_java_home_nor_a_store_is_named() -> None:
    made = hierarchy()
    at = made.root.certificate.read.not_before
    assert at is not None
    with Stage() as stage:
        port = stage.tls(Serving(credentials=(made.whole,)))
        security = stage.folder / "acme-jdk" / "lib" / "security"
        security.mkdir(parents=True)
        (security / "cacerts").write_bytes(pkcs12_trust_store([made.root.certificate], "changeit"))
        store = stage.write("acme-store.jks", jks_trust_store([made.root.certificate], "acme", at))
        seen = observed((*reach(port, f"java:{security.parent.parent}"), "--trust", str(store)))
    report = compose((diagnose(seen),))
    plain = as_json(report)
    assert "acme-jdk" in plain and "acme-store" in plain
    redacted = redact(report)
    for text in (as_json(redacted), as_markdown(redacted), as_text(redacted, colour=False, width=100)):
        assert "acme" not in text and "Java 17" in text
    assert "its integrity was not checked" in as_json(redacted) or "its integrity was not checked" in as_markdown(redacted)
