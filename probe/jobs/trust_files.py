"""The files of the advice: certificates as PEM and DER, stores that Java counts, a bundle for OpenSSL, fingerprints, and the texts to send."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from probe.capture.write_all import ToWrite, write_all
from probe.case.choices import Choice, Choices
from probe.facts.certificate import Certificate
from probe.formats import jks, pkcs12_store
from probe.formats.keystore import Entry
from probe.formats.writing import aliases, bundle, der, folder, jks_trust_store, pem, pkcs7, pkcs12_trust_store
from probe.report.advice import AdviceReport
from probe.report.advice_files import BUNDLE, FINGERPRINTS, JKS, P7B, QUESTION, STORE, TICKET, Named, named


def written(report: AdviceReport, folder_name: Path, password: str, force: bool = False, old_java: bool = False, hashed: bool = False) -> AdviceReport:
    """Write everything into the folder, and give the report that says so. ``old_java``: a JKS store too. Raises ``Unusable``; then nothing was written."""
    each = [Choices(one.observation) for one in report.advices]
    # An advice that says not to install anything yet writes no store that would do just that.
    best = [choices.best for choices, advice in zip(each, report.advices, strict=True) if advice.best]
    files, remarks = _files(report, tuple(one for choices in each for one in choices.all), tuple(one for one in best if one), password, old_java, hashed)
    done, kept = write_all(folder_name, files, force)
    return replace(report, folder=str(folder_name), written=done, kept=kept, remarks=(*report.remarks, *remarks))


def _files(
    report: AdviceReport, choices: tuple[Choice, ...], best: tuple[Choice, ...], password: str, old_java: bool, hashed: bool
) -> tuple[tuple[ToWrite, ...], tuple[str, ...]]:
    names = named(choices)
    anchors = tuple(dict.fromkeys(one for choice in best for one in choice.certificates))
    files = [ToWrite(name=one.pem, data=pem(one.certificate)) for one in names]
    files += [ToWrite(name=one.cer, data=der(one.certificate)) for one in names]
    remarks: list[str] = []
    if anchors:
        files.append(ToWrite(name=BUNDLE, data=bundle(anchors)))
        files.append(ToWrite(name=P7B, data=pkcs7(anchors)))
        wanted = frozenset(aliases(anchors))
        try:
            files.append(
                ToWrite(name=STORE, data=pkcs12_trust_store(anchors, password), alike=lambda data: _holds(pkcs12_store.read(data, password).entries, wanted))
            )
        except ValueError as error:
            remarks.append(f"{STORE} was not written: {error}.")
        if old_java:
            at = report.advices[0].taken_at
            files.append(ToWrite(name=JKS, data=jks_trust_store(anchors, password, at), alike=lambda data: _holds(jks.read(data, password).entries, wanted)))
        if hashed:
            files += [ToWrite(name=name, data=data) for name, data in folder(anchors)]
    else:
        remarks.append(f"No {STORE} and no {BUNDLE} were written, as nothing is to be installed yet.")
    texts = [(FINGERPRINTS, _lines(report, names)), (QUESTION, _joined(one.question for one in report.advices))]
    texts.append((TICKET, _joined(one.ticket[1] for one in report.advices if one.ticket)))
    files += [ToWrite(name=name, data=text.encode("utf-8", "backslashreplace")) for name, text in texts if text]
    return tuple(files), tuple(remarks)


def _holds(entries: Iterable[Entry], wanted: frozenset[tuple[str, Certificate]]) -> bool:
    """Whether a store that is there already has just these entries; a new one would differ in its salt and its time alone."""
    return frozenset((one.alias, one.certificate) for one in entries if one.kind == "trusted") == wanted


def _lines(report: AdviceReport, names: tuple[Named, ...]) -> str:
    from probe.report.advice_texts import fingerprints

    before = [one.before for one in report.advices if one.before]
    return "\n".join((*dict.fromkeys(before), *([""] if before else []), *fingerprints(names), "")) if names else ""


def _joined(texts: Iterable[str]) -> str:
    found = dict.fromkeys(one for one in texts if one)
    return "\n\n----\n\n".join(found) + "\n" if found else ""
