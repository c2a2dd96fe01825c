"""What is asked about revocation: nothing unless it was asked for, no place twice, the staple first, then OCSP, then lists, eight at most."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from probe.causes.words import Effect, Verdict
from probe.cli.arguments import observed
from probe.diagnose import Diagnosis, diagnose
from probe.facts import codec
from probe.facts.observation import Observation
from probe.facts.unusable import Unusable
from probe.jobs.target import Options, target
from probe.lab.pki import AUTHORITY, Issued, authority, self_signed
from probe.lab.revocation_shop import HARD, LEAF_CRL, LEAF_OCSP, MIDDLE_OCSP, SOFT, by_crl, by_ocsp
from probe.lab.scenario import scenario
from probe.lab.scene import Scene
from probe.lab.shop import credentials, hierarchy, open_shop
from probe.lab.stage import Stage
from probe.lab.status import Wish, answer, refusal, revocation_list
from probe.lab.traits import Traits
from probe.plan import HELD, STATUSES, FetchStatus, further
from probe.report.compose import compose

Opens = Callable[[Stage], Scene]


def seen(opens: Opens) -> Observation:
    with Stage() as stage:
        return observed(opens(stage).arguments)


def purposes(observation: Observation) -> list[str]:
    return [one.purpose for one in sorted(observation.fetches, key=lambda one: one.started)]


def codes(found: Diagnosis, effect: Effect) -> list[str]:
    return [one.code for one in found.findings if one.effect is effect]


def test_without_the_option_nothing_is_asked() -> None:
    def opens(stage: Stage) -> Scene:
        made, web = by_ocsp(stage, leaf=Wish(revoked=1))
        stage.keep(web)
        return open_shop(stage, made, made.root)

    observation = seen(opens)
    found = diagnose(observation)
    assert observation.fetches == () and further(observation) == ()
    assert found.verdict is Verdict.WORKS
    assert [one.why for one in found.not_observed if one.code == "chain.revoked"] == ["Revocation was not looked at (--revocation off)."]
    assert "not looked at (--revocation off)" in dict(compose((found,)).results[0].circumstances)["Revocation"]


def test_each_certificate_is_asked_for_once_by_post() -> None:
    with Stage() as stage:
        made, web = by_ocsp(stage)
        observation = observed(open_shop(stage, made, made.root, options=SOFT).arguments)
        assert sorted(web.requests) == [LEAF_OCSP, MIDDLE_OCSP]
    assert purposes(observation) == ["ocsp", "ocsp"] and all(one.request for one in observation.fetches)
    assert further(observation) == ()
    assert [one.question.name for one in observation.attempts] == ["ordinary"]


def test_what_is_stapled_is_not_asked_for() -> None:
    with Stage() as stage:
        made, web = by_ocsp(stage)
        shown = credentials(made.leaf, made.intermediate, staple=answer(made.leaf))
        observation = observed(open_shop(stage, shown, made.root, options=HARD).arguments)
        assert web.requests == (MIDDLE_OCSP,)
    assert diagnose(observation).verdict is Verdict.WORKS


@pytest.mark.parametrize("says", [refusal(), b"nonsense"])
def test_lists_are_asked_for_only_when_ocsp_gave_no_answer(says: bytes) -> None:
    with Stage() as stage:
        web = stage.http()
        made = hierarchy(leaf=Traits(ocsp=(web.url + LEAF_OCSP,), crl=(web.url + LEAF_CRL,)))
        web.put(LEAF_OCSP, says)
        web.put(LEAF_CRL, revocation_list(made.intermediate))
        observation = observed(open_shop(stage, made, made.root, options=HARD).arguments)
    assert purposes(observation) == ["ocsp", "crl"]
    assert diagnose(observation).verdict is Verdict.WORKS


def test_a_place_that_refuses_is_not_tried_again() -> None:
    def opens(stage: Stage) -> Scene:
        there = f"http://127.0.0.1:{stage.closed_port()}"
        made = hierarchy(leaf=Traits(ocsp=(f"{there}/1", f"{there}/2"), crl=(f"{there}/3", f"{there}/4")))
        return open_shop(stage, made, made.root, options=HARD)

    observation = seen(opens)
    assert len(observation.fetches) == 1 and further(observation) == ()
    (found,) = [one for one in diagnose(observation).findings if one.code == "chain.revocation-unreachable"]
    assert len(found.evidence) == 4 and found.owner == "network"


def test_no_fetch_is_obeyed_and_said() -> None:
    with Stage() as stage:
        made, web = by_ocsp(stage, leaf=Wish(revoked=1))
        found = diagnose(observed(open_shop(stage, made, made.root, options=(*HARD, "--no-fetch")).arguments))
        assert web.requests == ()
    assert found.verdict is Verdict.WORKS
    (why,) = [one.why for one in found.not_observed if one.code == "chain.revoked"]
    assert "--no-fetch" in why


def test_not_more_than_eight_are_asked() -> None:
    def opens(stage: Stage) -> Scene:
        web = stage.http()
        above = root = authority("Long Root")
        chain: list[Issued] = []
        for number in range(6):
            above = above.intermediate(f"Level {number}", replace(AUTHORITY, crl=(f"{web.url}/a{number}", f"{web.url}/b{number}")))
            chain.insert(0, above)
        leaf = above.issue("shop.example", traits=Traits(crl=(f"{web.url}/a", f"{web.url}/b")))
        return open_shop(stage, credentials(leaf, *chain), root, options=(*SOFT, "--as", "openssl"))

    observation = seen(opens)
    assert len(observation.fetches) == STATUSES and further(observation) == ()
    assert any("not every place was asked" in one.why for one in diagnose(observation).not_observed)


def test_after_large_lists_no_further_one_is_asked_for() -> None:
    def opens(stage: Stage) -> Scene:
        made, _ = by_crl(stage)
        return open_shop(stage, made, made.root, options=SOFT)

    observation = seen(opens)
    first, second = observation.fetches
    assert [one.purpose for one in (first, second)] == ["crl", "crl"]
    large = replace(observation, fetches=(replace(first, url="http://ca.example/other", body=bytes(HELD + 1)),))
    assert further(large) == ()
    assert len(further(replace(observation, fetches=()))) == 2


def test_the_planner_asks_again_for_what_is_missing() -> None:
    one = scenario("chain.revoked")
    assert one
    observation = seen(one.broken)
    wanted = further(replace(observation, fetches=()))
    assert {(one.url, one.purpose, one.request) for one in wanted if isinstance(one, FetchStatus)} == {
        (one.url, one.purpose, one.request) for one in observation.fetches
    }
    assert further(replace(observation, fetches=(), target=replace(observation.target, fetch=False))) == ()


def ldap_only(stage: Stage) -> Scene:
    made = hierarchy(leaf=Traits(crl=("ldap:///CN=CA?certificateRevocationList",)))
    return open_shop(stage, made, made.root, options=HARD)


def ldap_and_refused(stage: Stage) -> Scene:
    made = hierarchy(leaf=Traits(crl=("ldap:///CN=CA?certificateRevocationList", f"http://127.0.0.1:{stage.closed_port()}/x.crl")))
    return open_shop(stage, made, made.root, options=HARD)


def refused_port(stage: Stage) -> Scene:
    made = hierarchy(leaf=Traits(ocsp=("http://127.0.0.1:25/",)))
    return open_shop(stage, made, made.root, options=HARD)


def inner_place(stage: Stage) -> Scene:
    made = hierarchy(leaf=Traits(ocsp=("http://10.0.0.1/ocsp",)))
    return open_shop(stage, made, made.root, options=HARD)


@pytest.mark.parametrize(("opens", "words"), [(refused_port, "not followed"), (inner_place, "--fetch-private")])
def test_what_was_not_gone_to_is_nobodys_fault(opens: Opens, words: str) -> None:
    found = diagnose(seen(opens))
    assert found.verdict is Verdict.WORKS and not codes(found, Effect.BREAKS)
    assert any(words in one.why for one in found.not_observed if one.code == "chain.revoked")


def test_what_can_only_be_asked_by_ldap_is_not_decided_when_an_answer_is_insisted_on() -> None:
    found = diagnose(seen(ldap_only))
    assert found.verdict is Verdict.UNDECIDED and found.cause and found.cause.code == "chain.revocation-unreachable"
    assert "cannot ask (ldap:)" in found.cause.summary and "Java cannot ask a URL without the name of a server" in found.cause.summary
    (result,) = compose((found,)).results
    assert "failed" not in result.sentence and "cannot ask (ldap:)" in result.revocation
    soft = diagnose(replace(found.case.observation, target=replace(found.case.target, revocation="soft")))
    assert soft.verdict is Verdict.WORKS and not codes(soft, Effect.RISKS)
    assert any("ldap" in one.why for one in soft.not_observed if one.code == "chain.revoked")


def ldap_of_a_server(stage: Stage) -> Scene:
    made = hierarchy(leaf=Traits(crl=("LDAP://dc.example/CN=CA?certificateRevocationList",)))
    return open_shop(stage, made, made.root, options=HARD)


def https_only(stage: Stage) -> Scene:
    made = hierarchy(leaf=Traits(ocsp=("https://ocsp.example/",)))
    return open_shop(stage, made, made.root, options=HARD)


@pytest.mark.parametrize(("opens", "words"), [(ldap_of_a_server, "Java asks it once it is told"), (https_only, "Most clients ask http: only")])
def test_what_clients_do_with_such_a_place_is_said(opens: Opens, words: str) -> None:
    found = diagnose(seen(opens))
    assert found.verdict is Verdict.UNDECIDED and found.cause and words in found.cause.summary


def test_with_a_place_that_was_not_gone_to_it_is_only_likely() -> None:
    found = diagnose(seen(ldap_and_refused))
    assert found.cause and (found.cause.code, found.cause.certainty) == ("chain.revocation-unreachable", "likely")


def test_at_another_moment_nothing_is_called_unreachable() -> None:
    def opens(stage: Stage) -> Scene:
        made, _ = by_crl(stage)
        return open_shop(stage, made, made.root, options=HARD)

    observation = seen(opens)
    later = replace(observation, target=replace(observation.target, at=observation.taken_at + timedelta(days=30)))
    found = diagnose(later)
    assert found.verdict is Verdict.WORKS
    (why,) = [one.why for one in found.not_observed if one.code == "chain.revoked"]
    assert "is for another time" in why and "not every place" not in why


def test_at_another_moment_an_answer_says_so_though_there_are_other_places_to_ask() -> None:
    def opens(stage: Stage) -> Scene:
        web = stage.http()
        made = hierarchy(leaf=Traits(ocsp=(web.url + LEAF_OCSP,), crl=(web.url + LEAF_CRL,)))
        web.put(LEAF_OCSP, answer(made.leaf))
        return open_shop(stage, made, made.root, options=HARD)

    observation = seen(opens)
    assert diagnose(observation).verdict is Verdict.WORKS
    found = diagnose(replace(observation, target=replace(observation.target, at=observation.taken_at + timedelta(days=3))))
    (why,) = [one.why for one in found.not_observed if one.code == "chain.revoked"]
    assert "the answer is for another time" in why and "not every place" not in why
    assert '"shop.example" answered for another time only' in compose((found,)).results[0].revocation


def test_a_certificate_that_is_itself_trusted_needs_no_status() -> None:
    def opens(stage: Stage) -> Scene:
        own = self_signed("shop.example", traits=Traits(crl=(f"http://127.0.0.1:{stage.closed_port()}/x.crl",)))
        return open_shop(stage, credentials(own), own, options=HARD)

    found = diagnose(seen(opens))
    assert found.verdict is Verdict.WORKS and not [one for one in found.not_observed if one.code == "chain.revoked"]
    assert compose((found,)).results[0].revocation.startswith("nothing to ask: the server's certificate is itself the trusted one")


def test_a_saved_observation_keeps_what_was_asked_and_answered() -> None:
    one = scenario("chain.revoked")
    assert one
    observation = seen(one.broken)
    again = codec.parse(Observation, codec.text(observation))
    assert again == observation and any(fetch.request for fetch in again.fetches)
    assert diagnose(again).cause == diagnose(observation).cause


def test_an_expired_and_revoked_certificate_has_both_findings() -> None:
    def opens(stage: Stage) -> Scene:
        web = stage.http()
        made = hierarchy(leaf=Traits(starts=-90, ends=-1, crl=(web.url + LEAF_CRL,)))
        web.put(LEAF_CRL, revocation_list(made.intermediate, made.leaf, wish=Wish(revoked=50)))
        return open_shop(stage, made, made.root, options=SOFT)

    found = diagnose(seen(opens))
    assert sorted(codes(found, Effect.BREAKS)) == ["chain.expired", "chain.revoked"]


@pytest.mark.parametrize("mode", ["off", "soft", "hard"])
def test_the_option_is_kept(mode: str) -> None:
    assert target("shop.example", Options(revocation=mode)).revocation == mode


def test_another_word_is_refused() -> None:
    with pytest.raises(Unusable, match="--revocation 'on'"):
        target("shop.example", Options(revocation="on"))


def test_the_command_to_repeat_has_the_option() -> None:
    with Stage() as stage:
        made, _ = by_ocsp(stage)
        report = compose((diagnose(observed(open_shop(stage, made, made.root, options=HARD).arguments)),))
    (result,) = report.results
    assert "--revocation hard" in result.repeat
    assert result.revocation == "looked at by the probe (hard): good (OCSP); Java 17 and OpenSSL 3 do not look by default."
    assert [bar.label for row in result.timeline for bar in row.bars].count("OCSP") == 2
