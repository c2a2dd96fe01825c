"""Numbers of TLS and their names: versions, cipher suites, groups, signature schemes.

Source: the IANA registries "TLS Parameters". A number that is not in a table is named by its hexadecimal form, so that every number has a name.
Versions are spelled as in ``probe.facts.target.VERSIONS``, groups and suites as OpenSSL spells them, signature schemes as IANA does.
"""

from types import MappingProxyType

from probe.tls import suites

TLS_1_3 = 0x0304

VERSIONS = MappingProxyType({0x0002: "SSLv2", 0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"})
"""Protocol version to name."""

VERSION_NUMBERS = MappingProxyType({name: number for number, name in VERSIONS.items()})
"""Name to protocol version."""

GROUPS = MappingProxyType(
    {
        0x0001: "sect163k1",
        0x0002: "sect163r1",
        0x0003: "sect163r2",
        0x0004: "sect193r1",
        0x0005: "sect193r2",
        0x0006: "sect233k1",
        0x0007: "sect233r1",
        0x0008: "sect239k1",
        0x0009: "sect283k1",
        0x000A: "sect283r1",
        0x000B: "sect409k1",
        0x000C: "sect409r1",
        0x000D: "sect571k1",
        0x000E: "sect571r1",
        0x000F: "secp160k1",
        0x0010: "secp160r1",
        0x0011: "secp160r2",
        0x0012: "secp192k1",
        0x0013: "secp192r1",
        0x0014: "secp224k1",
        0x0015: "secp224r1",
        0x0016: "secp256k1",
        0x0017: "secp256r1",
        0x0018: "secp384r1",
        0x0019: "secp521r1",
        0x001A: "brainpoolP256r1",
        0x001B: "brainpoolP384r1",
        0x001C: "brainpoolP512r1",
        0x001D: "x25519",
        0x001E: "x448",
        0x001F: "brainpoolP256r1tls13",
        0x0020: "brainpoolP384r1tls13",
        0x0021: "brainpoolP512r1tls13",
        0x0029: "curveSM2",
        0x0100: "ffdhe2048",
        0x0101: "ffdhe3072",
        0x0102: "ffdhe4096",
        0x0103: "ffdhe6144",
        0x0104: "ffdhe8192",
        0x0200: "MLKEM512",
        0x0201: "MLKEM768",
        0x0202: "MLKEM1024",
        0x11EB: "SecP256r1MLKEM768",
        0x11EC: "X25519MLKEM768",
        0x11ED: "SecP384r1MLKEM1024",
        0x11EE: "curveSM2MLKEM768",
        0x6399: "X25519Kyber768Draft00",
        0xFF01: "explicit prime curve",
        0xFF02: "explicit char2 curve",
    }
)
"""Named group to name."""

SCHEMES = MappingProxyType(
    {
        0x0101: "rsa_pkcs1_md5",
        0x0201: "rsa_pkcs1_sha1",
        0x0202: "dsa_sha1",
        0x0203: "ecdsa_sha1",
        0x0301: "rsa_pkcs1_sha224",
        0x0302: "dsa_sha224",
        0x0303: "ecdsa_sha224",
        0x0401: "rsa_pkcs1_sha256",
        0x0402: "dsa_sha256",
        0x0403: "ecdsa_secp256r1_sha256",
        0x0420: "rsa_pkcs1_sha256_legacy",
        0x0501: "rsa_pkcs1_sha384",
        0x0502: "dsa_sha384",
        0x0503: "ecdsa_secp384r1_sha384",
        0x0520: "rsa_pkcs1_sha384_legacy",
        0x0601: "rsa_pkcs1_sha512",
        0x0602: "dsa_sha512",
        0x0603: "ecdsa_secp521r1_sha512",
        0x0620: "rsa_pkcs1_sha512_legacy",
        0x0708: "sm2sig_sm3",
        0x0804: "rsa_pss_rsae_sha256",
        0x0805: "rsa_pss_rsae_sha384",
        0x0806: "rsa_pss_rsae_sha512",
        0x0807: "ed25519",
        0x0808: "ed448",
        0x0809: "rsa_pss_pss_sha256",
        0x080A: "rsa_pss_pss_sha384",
        0x080B: "rsa_pss_pss_sha512",
        0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
        0x081B: "ecdsa_brainpoolP384r1tls13_sha384",
        0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
        0x0904: "mldsa44",
        0x0905: "mldsa65",
        0x0906: "mldsa87",
    }
)
"""Signature scheme to name."""

HANDSHAKE_TYPES = MappingProxyType(
    {
        0: "HelloRequest",
        1: "ClientHello",
        2: "ServerHello",
        4: "NewSessionTicket",
        5: "EndOfEarlyData",
        8: "EncryptedExtensions",
        11: "Certificate",
        12: "ServerKeyExchange",
        13: "CertificateRequest",
        14: "ServerHelloDone",
        15: "CertificateVerify",
        16: "ClientKeyExchange",
        20: "Finished",
        21: "CertificateUrl",
        22: "CertificateStatus",
        23: "SupplementalData",
        24: "KeyUpdate",
        25: "CompressedCertificate",
        254: "MessageHash",
    }
)
"""Handshake message type to name (RFC 5246 section 7.4, RFC 8446 section 4)."""


def version_name(number: int) -> str:
    """Name a protocol version."""
    return VERSIONS.get(number) or f"0x{number:04x}"


def suite_name(number: int) -> str:
    """Name a cipher suite as OpenSSL does."""
    return suites.table().get(number, ("", ""))[1] or f"0x{number:04x}"


def suite_iana_name(number: int) -> str:
    """Name a cipher suite as IANA does."""
    return suites.table().get(number, ("", ""))[0] or f"0x{number:04x}"


def group_name(number: int) -> str:
    """Name a key exchange group."""
    return GROUPS.get(number) or f"0x{number:04x}"


def scheme_name(number: int) -> str:
    """Name a signature scheme."""
    return SCHEMES.get(number) or f"0x{number:04x}"


def message_name(number: int) -> str:
    """Name a handshake message type."""
    return HANDSHAKE_TYPES.get(number) or f"handshake message {number}"


def is_grease(number: int) -> bool:
    """Whether a 16-bit number is reserved for clients that send nonsense on purpose (RFC 8701)."""
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF
