"""Whether the connection works is Java's to say: what the table of an exchange says of it, held against a JVM with just that list of authorities."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from probe.cli.main import run
from probe.formats.writing import pkcs12_trust_store
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.shop import HOST, Hierarchy, credentials, hierarchy
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving

SOURCE = Path(__file__).with_name("StoreConnect.java")
PASSWORD = "changeit"


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    subprocess.run(("javac", "-d", str(folder), str(SOURCE)), check=True, capture_output=True, timeout=60)
    return folder


def lists(made: Hierarchy) -> dict[str, tuple[tuple[Issued, ...], bool]]:
    """Lists of authorities, and whether the server sends its intermediate."""
    old = authority("Lab Root CA", replace(AUTHORITY, starts=-3650, ends=-5, key=made.root.key))
    return {
        "whole": ((made.root, made.intermediate), True),
        "root alone, intermediate sent": ((made.root,), True),
        "root alone, nothing sent": ((made.root,), False),
        "intermediate alone": ((made.intermediate,), False),
        "expired root": ((old,), True),
        "the leaf itself": ((made.leaf,), False),
        "another root of the same name": ((authority("Lab Root CA", replace(AUTHORITY, key="rsa-2048")),), True),
    }


def test_a_jvm_agrees_about_every_list(classes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = hierarchy()
    (tmp_path / "new.pem").write_text(made.leaf.pem)
    said: dict[str, tuple[bool, bool]] = {}
    lines: list[str] = []
    with Stage() as stage:
        ports = {sends: stage.tls(Serving(credentials=(credentials(made.leaf, *((made.intermediate,) if sends else ())),))) for sends in (True, False)}
        for number, (name, (listed, sends)) in enumerate(lists(made).items()):
            store = tmp_path / f"{number}.p12"
            store.write_bytes(pkcs12_trust_store([one.certificate for one in listed], PASSWORD))
            about = ("--var", f"host={HOST}", "--var", f"port={ports[sends]}", "--connect", f"{LOOPBACK}:{ports[sends]}")
            files = ("--var", f"ca_folder={store}", "--var", f"partner_certificate={tmp_path / 'new.pem'}", "--no-fetch")
            run(["trust", "--profile", "nexuse2e-partner", *about, *files, "--format", "json"])
            found = json.loads(capsys.readouterr().out)["results"][0]
            switch = next(one for one in found["steps"] if one["step"].startswith("Choose it"))["before"]
            page = next(one for one in found["steps"] if one["step"].startswith("The chain"))["before"]
            said[name] = (any("the connection accepts it" in one["says"] for one in switch), any("Missing certificate!" in one["says"] for one in page))
            lines.append(f"{HOST}\t{ports[sends]}\t{store}\t{PASSWORD}\n")
        command = ("java", "-XX:TieredStopAtLevel=1", "-cp", str(classes), "StoreConnect")
        java = subprocess.run(command, input="".join(lines), capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    assert dict(zip(said, (one == "ok" for one in java), strict=True)) == {name: works for name, (works, _) in said.items()}, java
    # What the page shows is another matter: it wants everything up to a root in the list.
    missing = {name for name, (_, complains) in said.items() if complains}
    assert missing == set(said) - {"whole"} and sum(works for works, _ in said.values()) == 5
