"""Certificate files as people send them: one text, many disguises."""

from base64 import b64encode

from probe.facts.certificate import Certificate, pem
from tests.odd import certificate, common_name

FIRST, SECOND = (certificate(subject=common_name(name)) for name in (b"First Lab Root", b"Second Lab Root"))
PEM_FIRST, PEM_SECOND = pem(Certificate(der=FIRST)), pem(Certificate(der=SECOND))
BOTH = PEM_FIRST + PEM_SECOND
BODY = "".join(PEM_FIRST.splitlines()[1:-1])
KEY = "-----BEGIN PRIVATE KEY-----\nTk9UIEEgUkVBTCBLRVk=\n-----END PRIVATE KEY-----\n"


def framed(label: str, data: bytes) -> str:
    """Any bytes as a block."""
    body = b64encode(data).decode()
    return "\n".join([f"-----BEGIN {label}-----", *(body[at : at + 64] for at in range(0, len(body), 64)), f"-----END {label}-----", ""])


ONE_LINE_BODY = f"-----BEGIN CERTIFICATE-----\n{BODY}\n-----END CERTIFICATE-----\n"

# Name: (the file, certificates in it, whether something must be told to be damaged).
VARIANTS: dict[str, tuple[bytes, int, bool]] = {
    "plain": (BOTH.encode(), 2, False),
    "CRLF": (BOTH.replace("\n", "\r\n").encode(), 2, False),
    "CR only": (BOTH.replace("\n", "\r").encode(), 2, False),
    "byte order mark": (b"\xef\xbb\xbf" + BOTH.encode(), 2, False),
    "UTF-16 with mark": (BOTH.encode("utf-16"), 2, False),
    "UTF-16 without mark": (BOTH.encode("utf-16-le"), 2, False),
    "text around": (f"# Root of the lab\nsubject=/CN=x\n{PEM_FIRST}\nand the other:\n{PEM_SECOND}\nRegards".encode(), 2, False),
    "glued": (BOTH.replace("-----\n-----BEGIN", "----------BEGIN").encode(), 2, False),
    "one line a block": (f"-----BEGIN CERTIFICATE-----{BODY}-----END CERTIFICATE-----\n".encode(), 1, False),
    "the whole in one line": (BOTH.replace("\n", "").encode(), 2, False),
    "blanks for line ends": (BOTH.replace("\n", " ").replace("BEGIN CERT", "BEGIN CERT").encode(), 2, False),
    "body in one line": (ONE_LINE_BODY.encode(), 1, False),
    "indented": ("\n".join("    " + line for line in BOTH.splitlines()).encode(), 2, False),
    "body indented": (PEM_FIRST.replace("\nM", "\n  M").encode(), 1, False),
    "quoted in a mail": ("\n".join("> " + line for line in BOTH.splitlines()).encode(), 2, False),
    "blanks behind lines": (BOTH.replace("\n", "  \n").encode(), 2, False),
    "no last line end": (BOTH.rstrip().encode(), 2, False),
    "empty line inside": (BOTH.replace("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n\n").encode(), 2, False),
    "empty lines everywhere": (BOTH.replace("\n", "\n\n").encode(), 2, False),
    "line ends written out": (BOTH.replace("\n", "\\n").encode(), 2, False),
    "four dashes": (BOTH.replace("-----", "----").encode(), 2, False),
    "X509 CERTIFICATE": (framed("X509 CERTIFICATE", FIRST).encode(), 1, False),
    "TRUSTED CERTIFICATE": (framed("TRUSTED CERTIFICATE", FIRST + bytes.fromhex("300c300a06082b06010505070301")).encode(), 1, False),
    "with a key": ((KEY + PEM_FIRST).encode(), 1, True),
    "a damaged one among good ones": (PEM_FIRST.encode() + PEM_FIRST.replace("M", "!", 1).encode() + PEM_SECOND.encode(), 2, True),
    "END missing": ((PEM_FIRST.replace("-----END CERTIFICATE-----\n", "") + PEM_SECOND).encode(), 2, True),
    "END of another kind": ((PEM_FIRST.replace("END CERTIFICATE", "END X509 CRL") + PEM_SECOND).encode(), 2, True),
    "cut off": (BOTH[: len(BOTH) - 200].encode(), 2, True),
    "base64 not whole": ((PEM_FIRST + PEM_SECOND.replace("=", "", 1).replace("\n-----END", "A\n-----END")).encode(), 1, True),
    "empty block": (("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" + PEM_FIRST).encode(), 1, True),
    "no certificate inside": ((framed("CERTIFICATE", b"\x30\x03\x02\x01\x05") + PEM_FIRST).encode(), 2, True),
    "two in one block": (framed("CERTIFICATE", FIRST + SECOND).encode(), 2, False),
}
