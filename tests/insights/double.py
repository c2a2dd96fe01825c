"""A double of the registration API of Insights Hub: real HTTP over TLS, after the documentation, with what that leaves open as switches.

Signatures, codes and dates of verification certificates are checked for real. Errors have the form of the platform, with codes of the service beneath.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from probe.lab.answers import Answer

TOKEN = "m4rked.t0ken-0123456789abcdefABCDEF"
BASE = "/api/mindconnectmqtt/v3"
Spelling = Callable[[str], re.Match[str] | None]
PROSE: Spelling = re.compile(BASE + r"/caCertificates/([^/]+)/registrationCode").fullmatch
SAMPLE: Spelling = re.compile(BASE + r"/([^/]+)/registrationCode").fullmatch


@dataclass
class Kept:
    """An authority that was uploaded."""

    id: str
    name: str
    certificate: x509.Certificate
    code: str
    verified: bool = False

    def told(self, verified: bool) -> dict[str, Any]:
        cn = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        found: dict[str, Any] = {"id": self.id, "name": self.name, "commonName": str(cn[0].value) if cn else ""}
        found["expiration"] = self.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return found | ({"isVerified": self.verified} if verified else {})


@dataclass
class Hub:
    """The API. ``spellings`` are the paths of the code that are served; ``forced`` answers the next requests in place of the API, by method and end of path.

    ``lost``: the next request of this kind is carried out, and then the connection ends without an answer.
    """

    spellings: tuple[Spelling, ...] = (PROSE, SAMPLE)
    limit: int = 2
    wrapped: str = ""
    kept: list[Kept] = field(default_factory=list)
    forced: dict[tuple[str, str], Answer] = field(default_factory=dict)
    lost: tuple[str, str] | None = None
    skew: float = 0.0
    requests: list[bytes] = field(default_factory=list)
    uploads: int = 0
    waiting: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: int = 0

    def reset(self) -> None:
        """As new."""
        fresh = Hub()
        for name in ("spellings", "limit", "wrapped", "kept", "forced", "lost", "skew", "requests", "uploads", "_made"):
            setattr(self, name, getattr(fresh, name))

    def asked(self) -> list[str]:
        """Method and path of every request."""
        return [" ".join(one.split(b"\r\n", 1)[0].decode().split(" ")[:2]) for one in self.requests]

    def answer(self, request: bytes) -> Answer:
        """Answer one request."""
        with self._lock:
            self.requests.append(request)
            head, _, body = request.partition(b"\r\n\r\n")
            method, path, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
            given = next((one for (how, end), one in self.forced.items() if how == method and path.endswith(end)), None)
            if given is None:
                status, document = self._done(method, path, head, body)
                given = Answer(status=status, body=b"" if document is None else json.dumps(document).encode(), content_type="application/json", skew=self.skew)
                if self.lost and method == self.lost[0] and path.endswith(self.lost[1]):
                    self.lost = None
                    raise SSL.Error
        return given.choose(request) if given.choose else given

    def _done(self, method: str, path: str, head: bytes, body: bytes) -> tuple[int, Any]:
        if f"Authorization: Bearer {TOKEN}".encode() not in head.split(b"\r\n"):
            return 401, error("mdsp.core.unauthorized", "Unauthorized")
        if path == f"{BASE}/caCertificates":
            if method == "GET":
                listed = [one.told(True) for one in self.kept]
                return 200, {self.wrapped: listed} if self.wrapped else listed
            return self._upload(body)
        if method == "GET" and (found := next((match for one in self.spellings if (match := one(path))), None)):
            there = self._find(found[1])
            return (200, {"registrationCode": there.code}) if there else (404, error("mdsp.mcmqtt.notFound", "CA certificate not found"))
        if method == "POST" and (found := re.fullmatch(BASE + r"/caCertificates/([^/]+)/verify", path)):
            return self._verify(found[1], body)
        return 404, error("mdsp.core.notFound", "No such resource")

    def _find(self, identifier: str) -> Kept | None:
        return next((one for one in self.kept if one.id == identifier), None)

    def _upload(self, body: bytes) -> tuple[int, Any]:
        document = json.loads(body)
        if len(self.kept) >= self.limit:
            return 400, error("mdsp.mcmqtt.LimitExceeded", "Only 2 CA certificates are allowed")
        assert set(document) == {"name", "caCertificate"} and "\r" not in document["caCertificate"] and document["caCertificate"].endswith("-----\n")
        certificate = x509.load_pem_x509_certificate(document["caCertificate"].encode())
        self.uploads += 1
        self._made += 1
        made = Kept(id=f"60b5fccd440b1513205d80{self._made:02x}", name=document["name"], certificate=certificate, code=f"{self._made:02x}" * 32)
        self.kept.append(made)
        return 201, made.told(False)

    def _verify(self, identifier: str, body: bytes) -> tuple[int, Any]:
        there = self._find(identifier)
        if there is None:
            return 404, error("mdsp.mcmqtt.notFound", "CA certificate not found")
        document = json.loads(body)
        assert set(document) == {"verificationCertificate"}
        proof = x509.load_pem_x509_certificate(document["verificationCertificate"].encode())
        names = [one.value for one in proof.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        if names != [there.code]:
            return 400, error("RegistrationCodeValidationException", "Registration code does not match")
        try:
            proof.verify_directly_issued_by(there.certificate)
        except (InvalidSignature, ValueError, TypeError):
            return 400, error("CertificateValidationException", "The verification certificate is not signed by the CA")
        if not proof.not_valid_before_utc <= datetime.now(UTC) <= proof.not_valid_after_utc:
            return 400, error("CertificateValidationException", "The verification certificate is not valid now")
        there.verified = True
        return 200, there.told(True)


def error(code: str, message: str) -> dict[str, Any]:
    """An error as the platform words it."""
    return {"errors": [{"code": code, "logref": "7d2d3a1e", "message": message}]}
