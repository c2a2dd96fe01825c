"""A certificate that Java trusts by itself and whose hash it does not offer: whether it connects is decided by the server's software."""

import subprocess
from pathlib import Path

from probe.causes.words import Effect
from probe.cli.arguments import observed
from probe.diagnose import diagnose
from probe.lab.pki import self_signed
from probe.lab.scene import RISK
from probe.lab.shop import HOST, credentials, open_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits


def test_java_does_not_get_a_certificate_with_md5_from_a_server_on_openssl(tmp_path: Path) -> None:
    subprocess.run(("javac", "-d", str(tmp_path), str(Path(__file__).with_name("Connect.java"))), check=True, capture_output=True, timeout=60)
    said, found = {}, {}
    with Stage() as stage:
        for name in ("md5", "sha1", "sha256"):
            own = self_signed(HOST, traits=Traits(key="rsa-2048", hash=name))
            scene = open_shop(stage, credentials(own), own, options=("--as", "java"), expects=RISK)
            given = dict(zip(scene.arguments[1::2], scene.arguments[2::2], strict=True))
            line = f"x\t{HOST}\t{given['--connect'].rpartition(':')[2]}\t{given['--trust']}\n"
            java = subprocess.run(("java", "-cp", str(tmp_path), "Connect"), input=line, capture_output=True, text=True, check=True, timeout=60)
            said[name] = java.stdout.strip().partition("\t")[2]
            found[name] = diagnose(observed(scene.arguments))
    assert said["sha1"] == said["sha256"] == "ok"
    assert said["md5"].endswith("Received fatal alert: handshake_failure")
    assert [one.code for one in found["md5"].findings if one.effect is Effect.RISKS] == ["chain.weak-signature"]
    assert "handshake_failure" in found["md5"].findings[0].summary
    assert not any(one.code == "chain.weak-signature" for name in ("sha1", "sha256") for one in found[name].findings)
