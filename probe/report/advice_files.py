"""The names under which certificates are written: what it is, its subject and the day of its issue, in letters that every file system takes."""

from probe.case.choices import Choice, Kind
from probe.facts.certificate import Certificate
from probe.facts.noun import noun
from probe.formats.writing import aliases

P7B = "bundle.p7b"
STORE, JKS, BUNDLE, FINGERPRINTS, QUESTION, TICKET = "truststore.p12", "truststore.jks", "bundle.pem", "fingerprints.txt", "question.txt", "ticket.txt"
WORDS = {Kind.ROOT: "root", Kind.WITH_MISSING: "root", Kind.SEVERAL: "root", Kind.INTERMEDIATE: "intermediate", Kind.LEAF: "server"}


@noun
class Named:
    """One certificate with the stem of its files and its alias in stores; both hold letters, digits and hyphens only."""

    certificate: Certificate
    stem: str
    alias: str

    @property
    def pem(self) -> str:
        """The file with the PEM text."""
        return f"{self.stem}.pem"

    @property
    def cer(self) -> str:
        """The file in DER."""
        return f"{self.stem}.cer"


def named(choices: tuple[Choice, ...]) -> tuple[Named, ...]:
    """Every certificate of the choices once, in their order."""
    words: dict[Certificate, str] = {}
    for choice in choices:
        for place, one in enumerate(choice.certificates):
            between = choice.kind is Kind.WITH_MISSING and place
            words.setdefault(one, "intermediate" if between else WORDS[choice.kind])
    return tuple(Named(certificate=one, stem=f"{words[one]}-{alias}", alias=alias) for alias, one in aliases(words))
