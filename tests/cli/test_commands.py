"""The command line as a user meets it: in a process of its own, with exit codes, files and one clear sentence for what cannot be used."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.lab.scenario import scenario
from probe.lab.scene import Scene
from probe.lab.stage import Stage

PROBE = (sys.executable, "-m", "probe")


def probe(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((*PROBE, *arguments), capture_output=True, text=True, timeout=60, cwd=folder, env={**os.environ, **environment})


def scene(stage: Stage, code: str, *, mended: bool = False) -> Scene:
    found = scenario(code)
    assert found
    return (found.mended if mended else found.broken)(stage)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


def test_help_says_what_it_is_and_shows_examples(tmp_path: Path) -> None:
    for words in ((), ("check",), ("report",), ("causes",), ("lab",), ("lab", "serve"), ("demo",)):
        shown = probe(*words, "--help", folder=tmp_path)
        assert shown.returncode == 0 and "Usage: probe" in shown.stdout, shown
    assert "probe check ldaps://" in probe("check", "--help", folder=tmp_path).stdout
    assert probe("-h", folder=tmp_path).stdout == probe("--help", folder=tmp_path).stdout


def test_no_arguments_is_help_and_a_usage_error(tmp_path: Path) -> None:
    shown = probe(folder=tmp_path)
    assert shown.returncode == 2 and "Usage: probe" in shown.stdout + shown.stderr


def test_a_healthy_endpoint_is_0_and_a_broken_one_1(stage: Stage, tmp_path: Path) -> None:
    good = probe("check", *scene(stage, "chain.intermediate-missing", mended=True).arguments, folder=tmp_path)
    assert good.returncode == 0 and good.stdout.startswith("WORKS") and good.stderr == ""
    bad = probe("check", *scene(stage, "chain.expired").arguments, folder=tmp_path)
    assert bad.returncode == 1 and "chain.expired" in bad.stdout and bad.stdout.startswith("FAILS")


def test_risks_are_1_only_when_strict(stage: Stage, tmp_path: Path) -> None:
    arguments = scene(stage, "endpoint.expires-soon").arguments
    assert probe("check", *arguments, folder=tmp_path).returncode == 0
    assert probe("check", *arguments, "--strict", folder=tmp_path).returncode == 1


def test_several_targets_give_the_worst_exit_code_and_a_summary(stage: Stage, tmp_path: Path) -> None:
    port = stage.closed_port()
    good = scene(stage, "name.mismatch", mended=True).arguments
    trust = good[good.index("--trust") + 1]
    shown = probe("check", f"https://127.0.0.1:{port}", f"https://127.0.0.1:{stage.closed_port()}", "--trust", trust, folder=tmp_path)
    assert shown.returncode == 1
    assert "Summary of 2 targets" in shown.stdout


def test_formats_and_files(stage: Stage, tmp_path: Path) -> None:
    arguments = scene(stage, "chain.root-untrusted").arguments
    done = probe("check", *arguments, "--format", "json", "--output", "out.json", "--html", "out.html", "--save", "seen.json", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    result = json.loads((tmp_path / "out.json").read_text())["results"][0]
    assert result["cause"]["code"] == "chain.root-untrusted" and result["verdict"] == "fails"
    assert (tmp_path / "out.html").read_text().startswith("<!DOCTYPE html>")
    again = probe("report", "seen.json", "--format", "json", folder=tmp_path)
    assert again.returncode == 1
    assert again.stdout == (tmp_path / "out.json").read_text()


def test_every_format_and_an_html_report_that_is_judged_again(stage: Stage, tmp_path: Path) -> None:
    arguments = scene(stage, "chain.intermediate-missing").arguments
    done = probe("check", *arguments, "--format", "markdown", "--html", "out.html", "--save", "seen.json", folder=tmp_path)
    assert done.returncode == 1 and done.stdout.startswith("# Fails: shop.example"), done
    for form in ("terminal", "json", "html", "markdown", "junit"):
        texts = [probe("report", name, "--format", form, folder=tmp_path).stdout for name in ("out.html", "seen.json")]
        assert texts[0] == texts[1] and len(texts[0]) > 1000
    both = probe("report", "out.html", "seen.json", "--html", "both.html", folder=tmp_path)
    assert both.returncode == 1 and "Summary of 2 targets" in both.stdout
    again = json.loads(probe("report", "both.html", "--format", "json", folder=tmp_path).stdout)
    assert [one["observation"] for one in again["results"]] == [json.loads((tmp_path / "seen.json").read_text())] * 2


def test_redacted_reports_name_nobody_and_save_nothing(stage: Stage, tmp_path: Path) -> None:
    arguments = scene(stage, "chain.intermediate-missing").arguments
    done = probe("check", *arguments, "--redact", "--html", "out.html", folder=tmp_path)
    assert done.returncode == 1 and "Redacted" in done.stdout
    for text in (done.stdout, (tmp_path / "out.html").read_text()):
        assert "shop.example" not in text and "Lab Root CA" not in text and "Lab Issuing CA" not in text
    assert probe("report", "out.html", folder=tmp_path).returncode == 2
    refused = probe("check", *arguments, "--redact", "--save", "seen.json", folder=tmp_path)
    assert refused.returncode == 2 and "--save and --redact" in refused.stderr and not (tmp_path / "seen.json").exists()


def test_a_replay_with_another_store_name_date_and_stack(stage: Stage, tmp_path: Path) -> None:
    broken = scene(stage, "chain.root-untrusted").arguments
    assert probe("check", *broken, "--save", "seen.json", folder=tmp_path).returncode == 1
    seen = json.loads((tmp_path / "seen.json").read_text())
    result = json.loads(probe("report", "seen.json", "--format", "json", folder=tmp_path).stdout)["results"][0]
    pem = probe("report", "seen.json", "--format", "html", folder=tmp_path).stdout.rpartition("-----BEGIN CERTIFICATE-----")[2]
    assert seen["schema"] == 1 and result["cause"]["code"] == "chain.root-untrusted"
    root = "-----BEGIN CERTIFICATE-----" + pem.partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    (tmp_path / "root.pem").write_text(root)
    assert probe("report", "seen.json", "--trust", "root.pem", folder=tmp_path).returncode == 0
    later = probe("report", "seen.json", "--trust", "root.pem", "--at", "2060-01-01", folder=tmp_path)
    assert later.returncode == 1 and "chain.expired" in later.stdout
    other = probe("report", "seen.json", "--trust", "root.pem", "--name", "other.example", folder=tmp_path)
    assert other.returncode == 1 and "name.mismatch" in other.stdout
    java = probe("report", "seen.json", "--as", "java", folder=tmp_path)
    clients = java.stdout.partition("What each client says")[2].partition("The chain")[0]
    assert "PKIX path building failed" in clients and "OpenSSL" not in clients


BAD = [
    (("check", "https://"), "names no host"),
    (("check", "shop.example:0"), "Port 0"),
    (("check", "https://:443"), "names no host"),
    (("check", "gopher://shop.example"), "gopher://"),
    (("check", "127.0.0.1", "--trust", "empty.pem"), "empty"),
    (("check", "127.0.0.1", "--trust", "folder"), "folder"),
    (("check", "127.0.0.1", "--trust", "missing.pem"), "missing.pem"),
    (("check", "127.0.0.1", "--trust", "key.pem"), "private key"),
    (("check", "127.0.0.1", "--trust", "page.pem"), "HTML"),
    (("check", "127.0.0.1", "--output", "nowhere/out.txt"), "nowhere"),
    (("check", "127.0.0.1", "--html", "folder"), "folder"),
    (("check", "127.0.0.1", "--as", "lynx"), "lynx"),
    (("check", "127.0.0.1", "--format", "pdf"), "pdf"),
    (("check", "127.0.0.1", "127.0.0.2", "--save", "x.json"), "--save"),
    (("check", "127.0.0.1", "--at", "tomorrow"), "tomorrow"),
    (("report", "broken.json"), "broken.json"),
    (("report", "newer.json"), "newer version"),
    (("report", "missing.json"), "missing.json"),
    (("report", "page.pem"), "page.pem"),
    (("causes", "chain.nonsense"), "chain.nonsense"),
    (("lab", "serve", "chain.nonsense"), "chain.nonsense"),
    (("check", "127.0.0.1", "--password", "x"), "--password"),
    (("check", "127.0.0.1", "--timeout", "soon"), "soon"),
]


@pytest.mark.parametrize(("arguments", "says"), BAD, ids=[" ".join(one) for one, _ in BAD])
def test_what_cannot_be_used_is_one_sentence_and_exit_2(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    (tmp_path / "page.pem").write_text("<!DOCTYPE html><html><body>Login</body></html>\n")
    (tmp_path / "broken.json").write_text('{"schema": 1, "probe"')
    (tmp_path / "newer.json").write_text('{"schema": 99}')
    before = sorted(tmp_path.rglob("*"))
    done = probe(*arguments, folder=tmp_path)
    assert done.returncode == 2, done
    assert says in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) <= 4, done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unknown_host_is_a_diagnosis_and_exit_2_as_for_any_target_that_cannot_be_used(stage: Stage, tmp_path: Path) -> None:
    done = probe("check", *scene(stage, "dns.nxdomain").arguments, "--save", "seen.json", folder=tmp_path)
    assert done.returncode == 2 and "dns.nxdomain" in done.stdout and "Traceback" not in done.stderr
    # One sentence says what and where, the next what to do.
    assert "does not exist" in done.stdout and "What to do" in done.stdout
    assert probe("report", "seen.json", folder=tmp_path).returncode == 2
    assert probe("report", "seen.json", "--redact", folder=tmp_path).returncode == 2


def test_an_alias_of_nothing_is_no_typing_error_and_one_unknown_host_of_several_is_a_problem_found(stage: Stage, tmp_path: Path) -> None:
    found = scenario("dns.nxdomain")
    assert found
    alias = next(one for one in found.variants if one.name == "alias-to-nowhere").open(stage)
    assert probe("check", *alias.arguments, folder=tmp_path).returncode == 1
    unknown = scene(stage, "dns.nxdomain").arguments
    several = probe("check", unknown[0].replace("https://", "https://a."), *unknown, folder=tmp_path)
    assert several.returncode == 1 and several.stdout.count("dns.nxdomain") >= 2


def test_ctrl_c_ends_within_a_second_and_prints_what_is_known(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        running = subprocess.Popen(
            (*PROBE, "check", f"https://127.0.0.1:{port}", "--trust", "none"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
        connection, _ = silent.accept()
        assert connection.recv(1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=3)
        connection.close()
    assert running.returncode == 130
    assert f"127.0.0.1:{port}" in out and "Traceback" not in err


def test_the_whole_time_is_kept(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = probe("check", f"https://127.0.0.1:{silent.getsockname()[1]}", "--trust", "none", "--timeout", "1", folder=tmp_path)
    assert done.returncode in (1, 3) and done.stdout


def test_causes_lists_and_prints_a_page(tmp_path: Path) -> None:
    listed = probe("causes", folder=tmp_path)
    assert listed.returncode == 0 and re.search(r"^chain\.intermediate-missing +The server does not send", listed.stdout, re.M)
    page = probe("causes", "chain.intermediate-missing", folder=tmp_path)
    assert page.returncode == 0
    for words in ("Clients say:", "Who must act:", "What to do:", "nginx", "References: RFC 8446 section 4.4.2"):
        assert words in page.stdout


def test_lab_lists_shows_and_serves(tmp_path: Path) -> None:
    assert "chain.expired" in probe("lab", "list", folder=tmp_path).stdout
    assert "probe check https://" in probe("lab", "show", "chain.expired", folder=tmp_path).stdout
    serving = subprocess.Popen((*PROBE, "lab", "serve", "chain.expired"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert serving.stdout
    words = serving.stdout.readline().split()
    assert words[:2] == ["probe", "check"]
    assert "chain.expired" in probe(*words[1:], folder=tmp_path).stdout
    serving.send_signal(signal.SIGINT)
    _, err = serving.communicate(timeout=5)
    assert serving.returncode in (0, 130) and "Traceback" not in err


def test_the_demonstration(tmp_path: Path) -> None:
    done = probe("demo", folder=tmp_path)
    assert done.returncode == 0, done
    assert "FAILS" in done.stdout and "WORKS" in done.stdout
    assert str(tmp_path / "probe-demo.html") in done.stdout
    assert (tmp_path / "probe-demo.html").stat().st_size > 20_000


def test_a_reader_that_goes_away_is_no_traceback(stage: Stage, tmp_path: Path) -> None:
    arguments = scene(stage, "chain.expired").arguments
    running = subprocess.Popen((*PROBE, "check", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    assert running.stdout and running.stderr
    running.stdout.close()
    assert b"Traceback" not in running.stderr.read()
    running.stderr.close()
    assert running.wait(timeout=20) in (0, 1)


def test_openssl_conf_is_dropped_and_said(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "openssl.cnf").write_text("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMaxProtocol = TLSv1.1\n")
    arguments = scene(stage, "chain.expired", mended=True).arguments
    done = probe("check", *arguments, "--format", "json", folder=tmp_path, OPENSSL_CONF=str(tmp_path / "openssl.cnf"))
    assert done.returncode == 0, done
    assert "OPENSSL_CONF" in done.stdout
