"""The forecast: until when, and who fails then; its moments held against OpenSSL itself one second before and after."""

import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.case.case import Case, cases
from probe.case.forecast import MOMENTS, ends
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts.certificate import Certificate, pem
from probe.facts.trust import TrustStore
from probe.lab.dns_server import Record, Zone
from probe.lab.healthy import HEALTHY
from probe.lab.pki import AUTHORITY, authority
from probe.lab.scenario import scenario
from probe.lab.scene import Scene
from probe.lab.shop import HOST, credentials, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits
from probe.render.json import render as as_json
from probe.render.terminal import render as as_text
from probe.report.compose import compose
from probe.report.forecast import forecast


def seen(opens: Callable[[Stage], Scene], *more: str) -> Diagnosis:
    with Stage() as stage:
        return diagnose(observed((*opens(stage).arguments, *more)))


def shop(**traits: Traits) -> Callable[[Stage], Scene]:
    def opens(stage: Stage) -> Scene:
        made = hierarchy(**traits)
        return open_shop(stage, made, made.root)

    return opens


def leaf_and_root(leaf: float, root: float) -> Callable[[Stage], Scene]:
    return shop(leaf=Traits(ends=leaf), root=replace(AUTHORITY, ends=root))


def test_the_end_of_the_servers_own_certificate() -> None:
    found = seen(leaf_and_root(40, 4000))
    end = found.case.presented[0].read.not_after
    assert end is not None
    assert forecast(found) == (f'Works until {end:%Y-%m-%d %H:%M:%S} UTC, then Java 17 and OpenSSL 3 fail because the server\'s certificate "{HOST}" ends.')


def test_where_stacks_differ_each_has_its_own_end() -> None:
    text = forecast(seen(leaf_and_root(60, 30)))
    assert re.fullmatch(
        r'Works until \S+ \S+ UTC, then OpenSSL 3 fails because the trusted certificate "Lab Root CA" ends; '
        rf'Java 17 goes on until \S+ \S+ UTC, then fails because the server\'s certificate "{HOST}" ends\.',
        text,
    ), text


@pytest.mark.parametrize("apart", [0, 1, 50])
def test_ends_within_a_minute_are_one_moment(apart: int) -> None:
    text = forecast(seen(leaf_and_root(60, 60 - apart / 86400)))
    assert text.count("until") == 1 and text.count(" goes on ") == 0, text
    assert "Java 17" in text and "OpenSSL 3" in text


def test_ends_further_apart_are_two() -> None:
    assert forecast(seen(leaf_and_root(60, 60 - 180 / 86400))).count("until") == 2


def test_who_fails_now_is_left_out_and_the_others_named() -> None:
    one = scenario("trust.anchor-expired")
    assert one
    (opens,) = [variant.open for variant in one.variants if variant.name == "all-clients"]
    assert forecast(seen(opens)).startswith("Works for Java 17 until ")
    assert forecast(seen(one.broken)) == ""


@pytest.mark.parametrize(
    "code", ["chain.expired", "chain.root-untrusted", "name.mismatch", "tcp.refused", "tls.timeout", "dns.nxdomain", "endpoint.inconsistent"]
)
def test_what_fails_has_no_forecast(code: str) -> None:
    one = scenario(code)
    assert one and forecast(seen(one.broken)) == ""


def test_no_end_is_not_made_up() -> None:
    text = forecast(seen(dict(HEALTHY)["trusted-self-signed"]))
    assert text.endswith("; for Java 17 no end is in sight.") and "OpenSSL 3 fails" in text
    assert forecast(seen(dict(HEALTHY)["java-trusts-leaf"])) == ""


def test_an_end_that_is_no_end() -> None:
    far = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - datetime.now(UTC)) / timedelta(days=1)
    whole = Traits(ends=far)
    found = seen(shop(leaf=whole, intermediate=replace(AUTHORITY, ends=far), root=replace(AUTHORITY, ends=far)))
    assert found.cause is None and forecast(found) == ""


def test_the_first_of_several_addresses_to_end_is_named() -> None:
    def opens(stage: Stage) -> Scene:
        made = hierarchy(leaf=Traits(ends=60))
        shorter = credentials(made.intermediate.issue(HOST, traits=Traits(ends=30)), made.intermediate)
        places = ("127.0.0.1", "127.0.0.2")
        port = stage.tls_at(tuple((one, Serving(credentials=(shown,))) for one, shown in zip(places, (made.whole, shorter), strict=True)))
        zone = Zone(records=tuple(Record(name=HOST, type="A", value=one) for one in places))
        return Scene(arguments=(f"https://{HOST}:{port}", "--resolver", stage.dns(zone), "--trust", stage.trust_file(made.root)))

    text = forecast(seen(opens))
    assert text.startswith("Works at 127.0.0.2 until "), text


def judged(folder: Path, case: Case, at: datetime) -> bool:
    """What OpenSSL says at this moment."""
    (folder / "root.pem").write_text("".join(pem(one) for one in case.anchors))
    (folder / "sent.pem").write_text("".join(pem(one) for one in case.presented))
    (folder / "leaf.pem").write_text(pem(case.presented[0]))
    command = ("openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", "root.pem", "-untrusted", "sent.pem", "-purpose", "sslserver")
    done = subprocess.run([*command, "-attime", str(int(at.timestamp())), "leaf.pem"], cwd=folder, capture_output=True, timeout=30, check=False)
    return done.returncode == 0


@pytest.mark.parametrize(
    "opens",
    [
        leaf_and_root(40, 4000),
        leaf_and_root(60, 30),
        shop(intermediate=replace(AUTHORITY, ends=20)),
        *(dict(HEALTHY)[one] for one in ("cross-signed", "root-sent")),
    ],
    ids=["leaf", "root", "intermediate", "cross-signed", "root-sent"],
)
def test_openssl_agrees_one_second_before_and_after(opens: Callable[[Stage], Scene], tmp_path: Path) -> None:
    found = seen(opens)
    (end,) = [one for one in ends(found.case) if one.stack == "openssl"]
    assert end.at is not None and end.then is not None
    assert judged(tmp_path, found.case, end.at - timedelta(seconds=1))
    assert not judged(tmp_path, found.case, end.at + timedelta(seconds=1))
    before = diagnose(replace(found.case.observation, target=replace(found.case.target, at=end.at - timedelta(seconds=1))))
    after = diagnose(replace(found.case.observation, target=replace(found.case.target, at=end.at + timedelta(seconds=1))))
    assert before.cause is None and after.cause is not None and "openssl" in {one.stack for one in after.stacks if not one.accepts}


def test_judgements_are_bounded() -> None:
    found = seen(shop())
    strangers = tuple(authority(f"CA {number}", replace(AUTHORITY, ends=100 + number)) for number in range(MOMENTS))
    store = TrustStore(source="many", kind="pem", path="", size=len(strangers), certificates=tuple(Certificate(der=one.der) for one in strangers))
    observation = replace(found.case.observation, stores=(*found.case.observation.stores, store))
    began = time.perf_counter()
    assert [one.at for one in ends(cases(observation)[0])] == [found.case.presented[0].read.not_after] * 2
    assert time.perf_counter() - began < 2


def test_it_is_in_every_format() -> None:
    report = compose((seen(leaf_and_root(40, 4000)),))
    text = report.results[0].forecast
    assert text and f'"forecast": "{text[:20]}' in as_json(report)
    lines = as_text(report, colour=False, width=120)
    assert "Forecast" in lines and text[:40] in lines
    one = scenario("trust.anchor-expired")
    assert one
    depends = compose((seen(next(variant.open for variant in one.variants)),))
    assert depends.results[0].forecast[:40] in as_text(depends, colour=False, width=120)
