"""Advice without the names in it: certificates, their files and whatever names the endpoint under pseudonyms; what was seen is left out."""

import re
from dataclasses import replace

from probe.case.choices import Choices
from probe.facts.program import Program
from probe.report.advice import Advice, AdviceReport
from probe.report.advice_files import named
from probe.report.redact import LEFT_OUT, Words, bare

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")


def redact(report: AdviceReport) -> AdviceReport:
    """The advice under pseudonyms, the same ones for all its targets. It holds no certificate and no observation to judge again."""
    made = [one for advice in report.advices for one in named(Choices(advice.observation).all)]
    files = [name for one in made for name in (one.pem, one.cer, *(f"{one.alias}.{kind}" for kind in ("crt", "pem", "cer")), one.stem, one.alias)]
    programs = [one.program for one in report.advices if one.program]
    files += [path for one in programs for path in (one.executable, *(store.path for store in one.stores)) if path]
    files += [report.folder] if report.folder else []
    plain = replace(report, advices=tuple(_bare(one) for one in report.advices))
    words = Words(plain, tuple(one.observation for one in report.advices), files=tuple(files))
    numbered = (replace(one, certificates=tuple(replace(each, serial=words.serial(each.serial)) for each in one.certificates)) for one in plain.advices)
    advices = tuple(words.walk(one) for one in numbered)
    return AdviceReport(
        advices=advices,
        made_by=report.made_by,
        folder=words(report.folder),
        written=words.walk(report.written),
        kept=words.walk(report.kept),
        remarks=words.walk(report.remarks),
        redacted=True,
    )


def _bare(one: Advice) -> Advice:
    """What a reader sees, without certificates to copy."""
    return replace(
        one,
        observation=bare(one.observation),
        certificates=tuple(replace(each, pem="", sha1=LEFT_OUT, md5=LEFT_OUT) for each in one.certificates),
        fingerprints=(),
        ticket=(one.ticket[0], _BLOCK.sub(f"({LEFT_OUT})", one.ticket[1])) if one.ticket else None,
        program=_program(one.program) if one.program else None,
    )


def _program(one: Program) -> Program:
    return replace(one, stores=tuple(replace(store, store=None) for store in one.stores))
