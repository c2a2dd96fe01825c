"""Any bytes as a file that is inspected: read, judged, shown in every format, saved and read again."""

from datetime import UTC, datetime

PASSWORD = "secret"


def run_inspected(data: bytes) -> None:
    """The whole way from the bytes of a file to the report."""
    from probe.diagnose import diagnose
    from probe.facts import codec
    from probe.facts.files import Inspecting
    from probe.facts.observation import Observation, Vantage
    from probe.facts.target import Target
    from probe.formats.everything import everything
    from probe.render import FORMATS
    from probe.report.compose import compose

    files = everything(data, "file.pem", PASSWORD)
    assert len(files) <= 5001
    asked = Inspecting(sources=("file.pem",))
    target = Target(spelled="file.pem", protocol="files", host="", port=0, name="", sni=None, fetch=False, inspecting=asked)
    seen = Observation(probe="0", taken_at=datetime(2026, 11, 21, tzinfo=UTC), vantage=Vantage(host="here"), target=target, files=files)
    assert codec.parse(Observation, codec.text(seen)) == seen
    found = diagnose(seen)
    assert not found.defects, found.defects
    report = compose((found,))
    for write in FORMATS.values():
        assert write(report)


def seeds_inspected() -> list[bytes]:
    """A file of each form, with everything that can be in it."""
    from probe.lab.file_shop import packed, parts
    from probe.lab.keys import key_pem

    made = parts()
    whole = made.chain.encode() + made.root.pem.encode() + key_pem(made.leaf.key)
    archive = packed(("chain.pem", whole), ("root.der", made.root.der), ("request.csr", made.request()))
    return [whole, made.root.der, made.request(), made.store(PASSWORD), archive]
