"""probe report with another pin, another list of public authorities, another way to treat revocation: only what was recorded is judged."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from probe.cli.arguments import observed
from probe.cli.main import run
from probe.diagnose import diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.lab.pki import AUTHORITY
from probe.lab.revocation_shop import SOFT, by_ocsp
from probe.lab.shop import Hierarchy, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.status import Wish
from probe.lab.traits import Traits


def recorded(*options: str, made: Hierarchy | None = None, revoked: bool = False) -> tuple[Observation, Hierarchy]:
    with Stage() as stage:
        made = made or by_ocsp(stage, leaf=Wish(revoked=5) if revoked else None)[0]
        return observed(open_shop(stage, made, made.root, options=options).arguments), made


def judged(folder: Path, seen: Observation, *options: str) -> tuple[int, str]:
    """Exit code and JSON of ``probe report`` about this observation."""
    path = folder / "seen.json"
    path.write_text(codec.text(seen))
    written = folder / "report.json"
    written.unlink(missing_ok=True)
    code = run(["report", str(path), "--format", "json", "--output", str(written), *options])
    return code, written.read_text() if written.exists() else ""


def test_a_pin_is_held_against_what_was_sent(tmp_path: Path) -> None:
    seen, made = recorded("--no-app")
    assert judged(tmp_path, seen)[0] == 0
    code, text = judged(tmp_path, seen, "--pin", "00" * 32)
    assert code == 1 and '"chain.pin-mismatch"' in text
    assert judged(tmp_path, seen, "--pin", sha256(made.leaf.der).hexdigest())[0] == 0
    pem = tmp_path / "leaf.pem"
    pem.write_text(made.leaf.pem)
    assert judged(tmp_path, seen, "--pin", str(pem))[0] == 0
    assert judged(tmp_path, seen, "--pin", "zz")[0] == 2


def test_the_list_of_public_authorities_is_exchanged(tmp_path: Path) -> None:
    seen, made = recorded(made=hierarchy(leaf=Traits(ends=500, starts=-1), root=AUTHORITY))
    listed = tmp_path / "public.pem"
    listed.write_text(made.root.pem)
    ordinary, public = judged(tmp_path, seen), judged(tmp_path, seen, "--public", str(listed))
    assert '"code": "chain.validity-too-long",\n' not in ordinary[1].partition('"not_observed"')[0]
    assert '"chain.validity-too-long"' in public[1].partition('"not_observed"')[0]
    with_it = codec.parse(Observation, codec.text(replace(seen, compared=())))
    assert judged(tmp_path, with_it, "--public", "none")[0] == 0
    assert judged(tmp_path, seen, "--public", str(tmp_path / "nowhere.pem"))[0] == 2


@pytest.mark.parametrize(("mode", "code"), [("off", 0), ("soft", 1), ("hard", 1)])
def test_what_was_recorded_about_revocation_is_treated_otherwise(mode: str, code: int, tmp_path: Path) -> None:
    seen, _ = recorded(*SOFT, revoked=True)
    assert judged(tmp_path, seen, "--revocation", mode)[0] == code
    assert judged(tmp_path, seen, "--revocation", "often")[0] == 2


def test_what_was_not_asked_for_is_not_made_up(tmp_path: Path) -> None:
    seen, _ = recorded(revoked=True)
    code, text = judged(tmp_path, seen, "--revocation", "hard")
    assert code == 0 and "it was not asked for when this was recorded" in text
    assert diagnose(seen).not_observed
