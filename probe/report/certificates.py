"""The certificates of a report: numbered once, described for people."""

from probe.case.called import of_caller
from probe.case.case import Case
from probe.case.path import Origin, Path, Why
from probe.case.signature import hash_name
from probe.facts.certificate import Certificate, Key, fingerprint, is_self_issued, pem, title
from probe.facts.enterprise import enterprise
from probe.facts.oids import named
from probe.report import CertificateText


class Numbers:
    """Gives every certificate of a case the number by which the report speaks of it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.path: Path | None = case.nearest
        on_path = tuple(one.certificate for one in self.path.links) if self.path else ()
        fetched = tuple(one for _, one in case.fetched)
        identity, on_file = (None, None) if case.target.listening else (case.observation.identity, case.target.on_file)
        self.client = (*(identity.certificates if identity else ()), *((on_file.certificate,) if on_file else ()))
        every = dict.fromkeys((*case.presented, *on_path, *fetched, *self.client, *(of_caller(case.call) if case.call else ())))
        if case.target.inspecting:
            from probe.report.inspected import shown  # a check needs none of it

            every |= dict.fromkeys(shown(case))
        self.numbers = {one: number for number, one in enumerate(every, 1)}

    def of(self, certificate: Certificate) -> int | None:
        """The number, ``None`` for a certificate that the report does not show."""
        return self.numbers.get(certificate)

    def known(self, certificates: tuple[Certificate, ...]) -> tuple[int, ...]:
        """The numbers of those that the report shows."""
        return tuple(self.numbers[one] for one in certificates if one in self.numbers)

    def texts(self) -> tuple[CertificateText, ...]:
        """All of them, described."""
        return tuple(self._text(one, number) for one, number in self.numbers.items())

    def _text(self, one: Certificate, number: int) -> CertificateText:
        read = one.read
        standing = self._standing(one)
        return CertificateText(
            number=number,
            title=title(one),
            standing=standing,
            marks=self._marks(one, standing),
            subject=read.subject.text if read.subject else "cannot be read",
            issuer=read.issuer.text if read.issuer else "cannot be read",
            serial=serial_text(read.serial),
            not_before=read.not_before,
            not_after=read.not_after,
            key=key_text(read.key),
            signature=_signature(one),
            names=(*read.dns_names, *read.ip_addresses, *(f"{kind}:{value}" for kind, value in read.other_names)),
            sha256=fingerprint(one, "sha256"),
            sha1=fingerprint(one, "sha1"),
            md5=fingerprint(one, "md5"),
            details=_details(one),
            pem=pem(one),
        )

    def _standing(self, one: Certificate) -> str:
        if one in self.case.presented or (self.case.call and one not in self.case.anchors):
            return "presented"
        if one in self.case.anchors:
            return "store"
        if one in self.client:
            return "client"
        if self.case.target.inspecting and one in self.case.files.certificates:
            return "file"
        return "fetched" if self.path and any(one == link.certificate for link in self.path.links) else "unused"

    def _marks(self, one: Certificate, standing: str) -> tuple[str, ...]:
        read = one.read
        marks: list[str] = []
        if self.case.call:
            marks += self._of_call(one)
        elif one in self.case.anchors:
            marks.append("trusted")
        if is_self_issued(one):
            marks.append("self-signed")
        if read.not_after and read.not_after < self.case.at:
            marks.append("expired")
        if read.not_before and read.not_before > self.case.at:
            marks.append("not yet valid")
        if standing == "fetched":
            marks.append("not sent")
        if standing == "presented" and self.path and one not in [link.certificate for link in self.path.links]:
            marks.append("not on the path")
        if read.read_by != "cryptography":
            marks.append("does not decode")
        return tuple(marks)

    def _of_call(self, one: Certificate) -> tuple[str, ...]:
        """Whose a certificate of a call is; what the caller trusts is not known."""
        if one in self.case.presented:
            return ()
        return ("not sent",) if one in self.case.anchors else ("sent by the caller",)


def key_text(key: Key | None) -> str:
    """A public key in a few words."""
    if key is None:
        return "cannot be read"
    if key.curve:
        return f"{key.kind} {key.curve}"
    return f"{key.kind} {key.bits} bits" if key.bits and key.kind.startswith(("RSA", "DSA")) else key.kind


def origin_text(origin: Origin, index: int | None, url: str | None) -> str:
    """Where a certificate of the path comes from, for the line under its title."""
    if origin is Origin.PRESENTED:
        return f"sent as number {index + 1}" if index is not None else "sent by the server"
    return "in the trust store, not sent" if origin is Origin.STORE else f"not sent; found at {url}"


WORDS: dict[Why, str] = {
    Why.ISSUER_UNKNOWN: "its issuer is not known",
    Why.NOT_TRUSTED: "not in the trust store",
    Why.SELF_SIGNED: "signed by itself, not trusted",
    Why.NOT_PRESENTED: "not sent by the server",
    Why.ISSUER_REKEYED: "signed with another key than the issuer's",
    Why.BAD_SIGNATURE: "the signature is wrong",
    Why.KEY_ID: "names another key of its issuer",
    Why.SIGNATURE_UNKNOWN: "the signature could not be checked",
    Why.EXPIRED: "expired",
    Why.NOT_YET_VALID: "not valid yet",
    Why.NOT_A_CA: "is not a CA",
    Why.NO_CERT_SIGN: "may not sign certificates",
    Why.PATH_LENGTH: "allows fewer CAs below it",
    Why.NAME_CONSTRAINTS: "its name is not permitted by a CA above",
    Why.CRITICAL_EXTENSION: "unknown critical extension",
    Why.EKU: "not made for TLS servers",
    Why.KEY_USAGE: "its key may not be used so",
    Why.WEAK_KEY: "short key",
    Why.WEAK_SIGNATURE: "unaccepted hash",
    Why.CURVE: "unusual curve",
    Why.POLICY: "lacks a policy that a CA asks for",
    Why.NO_SUBJECT: "empty subject",
    Why.EMPTY_CONSTRAINT: "empty name constraint",
    Why.UNREADABLE: "cannot be read",
}


def serial_text(serial: int | None) -> str:
    """A serial number in hex, byte by byte."""
    if serial is None:
        return "cannot be read"
    digits = f"{abs(serial):X}"
    digits = digits if len(digits) % 2 == 0 else "0" + digits
    return ("-" if serial < 0 else "") + ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))


def _signature(one: Certificate) -> str:
    oid = one.read.signature_oid
    if oid is None:
        return "cannot be read"
    name = named(oid)
    hashed = hash_name(one)
    return f"{name} ({hashed})" if hashed and hashed.replace("-", "").lower() not in name.replace("-", "").lower() else name


def _details(one: Certificate) -> tuple[tuple[str, str], ...]:
    read = one.read
    found: list[tuple[str, str]] = [("Version", str(read.version) if read.version is not None else "cannot be read")]
    if read.is_ca is not None:
        limit = f", at most {read.path_length} further CAs below it" if read.path_length is not None else ""
        found.append(("CA", f"yes{limit}" if read.is_ca else "no"))
    if read.key_usage is not None:
        found.append(("Key usage", ", ".join(read.key_usage) or "none"))
    if read.extended_key_usage is not None:
        found.append(("Extended key usage", ", ".join(named(oid) for oid in read.extended_key_usage) or "none"))
    if read.name_constraints:
        found += [
            ("Name constraint", f"{word} {kind} {value}")
            for word, trees in (("permits", read.name_constraints.permitted), ("excludes", read.name_constraints.excluded))
            for kind, value in trees
        ]
    if read.subject_key_id:
        found.append(("Subject key identifier", read.subject_key_id.hex(":").upper()))
    if read.authority_key_id:
        found.append(("Authority key identifier", read.authority_key_id.hex(":").upper()))
    found += enterprise(one)
    found += [("Issuer's certificate at", url) for url in read.ca_issuers]
    found += [("OCSP at", url) for url in read.ocsp]
    found += [("CRL at", url) for url in read.crl]
    found += [("Critical extension", named(extension.oid)) for extension in read.extensions if extension.critical]
    found += [("Fault", fault) for fault in read.faults]
    return tuple(found)
