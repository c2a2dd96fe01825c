"""Certificate files as people send them: one text, many disguises."""

from base64 import b64encode

from probe.facts.certificate import Certificate, pem
from tests.odd import certificate, common_name

FIRST, SECOND = (certificate(subject=common_name(name)) for name in (b"First Lab Root", b"Second Lab Root"))
PEM_FIRST, PEM_SECOND = pem(Certificate(der=FIRST)), pem(Certificate(der=SECOND))
BOTH = PEM_FIRST + PEM_SECOND
BODY = "".join(PEM_FIRST.splitlines()[1:-1])


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
    "with a request": ((framed("CERTIFICATE REQUEST", b"none") + PEM_FIRST).encode(), 1, True),
    "a damaged one among good ones": (PEM_FIRST.encode() + PEM_FIRST.replace("M", "!", 1).encode() + PEM_SECOND.encode(), 2, True),
    "END missing": ((PEM_FIRST.replace("-----END CERTIFICATE-----\n", "") + PEM_SECOND).encode(), 2, True),
    "END of another kind": ((PEM_FIRST.replace("END CERTIFICATE", "END X509 CRL") + PEM_SECOND).encode(), 2, True),
    "cut off": (BOTH[: len(BOTH) - 200].encode(), 1, True),
    "the only one cut off": (PEM_FIRST[:-200].encode(), 0, True),
    "the only one without END": (PEM_FIRST.replace("-----END CERTIFICATE-----\n", "").encode(), 1, True),
    "the last without END": ((PEM_FIRST + PEM_SECOND.replace("-----END CERTIFICATE-----\n", "")).encode(), 2, True),
    "base64 not whole": ((PEM_FIRST + PEM_SECOND.replace("=", "", 1).replace("\n-----END", "A\n-----END")).encode(), 1, True),
    "empty block": (("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" + PEM_FIRST).encode(), 1, True),
    "no certificate inside": ((framed("CERTIFICATE", b"\x30\x03\x02\x01\x05") + PEM_FIRST).encode(), 2, True),
    "bytes behind it": (framed("CERTIFICATE", FIRST + bytes(2)).encode(), 1, False),
    "six dashes": (BOTH.replace("-----", "------").encode(), 2, False),
    "a blank among the dashes": (BOTH.replace("-----BEGIN", "----- BEGIN").encode(), 2, False),
    "text behind END": (PEM_FIRST.replace("END CERTIFICATE-----", "END CERTIFICATE----- of the root").encode(), 1, False),
    "END behind the body": (PEM_FIRST.replace("\n-----END", "-----END").encode(), 1, False),
    "body behind BEGIN": (PEM_FIRST.replace("-----\nM", "-----M").encode(), 1, False),
    "two empty lines behind BEGIN": (PEM_FIRST.replace("-----\nM", "-----\n\n\nM").encode(), 1, False),
    "empty line in the middle": (PEM_FIRST.replace("\n", "\n\n", 3).replace("\n\n", "\n", 2).encode(), 1, False),
    "line of blanks in the middle": (PEM_FIRST.replace("\n", "\n  \n", 3).replace("\n  \n", "\n", 2).encode(), 1, False),
    "empty line before END": (PEM_FIRST.replace("\n-----END", "\n\n-----END").encode(), 1, False),
    "header lines": (PEM_FIRST.replace("-----\nM", "-----\nX-Owner: lab\nX-More: 1\n\nM").encode(), 1, False),
    "no-break spaces": (PEM_FIRST.replace("\n", "\xa0\n").encode(), 1, False),
    "tabs behind lines": (PEM_FIRST.replace("\n", "\t\n").encode(), 1, False),
    "lines of 77": (
        ("-----BEGIN CERTIFICATE-----\n" + "\n".join(BODY[at : at + 77] for at in range(0, len(BODY), 77)) + "\n-----END CERTIFICATE-----\n").encode(),
        1,
        False,
    ),
    "line ends mixed": (PEM_FIRST.replace("\n", "\r\n", 3).encode(), 1, False),
    "the same twice": ((PEM_FIRST + PEM_FIRST).encode(), 2, False),
    "TRUSTED CERTIFICATE without trust": (framed("TRUSTED CERTIFICATE", FIRST).encode(), 1, False),
    "a public key before it": ((framed("PUBLIC KEY", b"none") + PEM_FIRST).encode(), 1, True),
    "something unknown before it": ((framed("FOO BAR", b"none") + PEM_FIRST).encode(), 1, True),
    "two in one block": (framed("CERTIFICATE", FIRST + SECOND).encode(), 2, False),
}
