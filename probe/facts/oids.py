"""Object identifiers and their names, as RFCs 4519, 5280, 8410, 9881 and the issuing bodies give them."""

ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.16": "postalAddress",
    "2.5.4.17": "postalCode",
    "2.5.4.20": "telephoneNumber",
    "2.5.4.41": "name",
    "2.5.4.42": "GN",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier",
    "2.5.4.45": "x500UniqueIdentifier",
    "2.5.4.46": "dnQualifier",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.2.840.113549.1.9.2": "unstructuredName",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}
"""Attribute types of distinguished names: the short names that people know."""

EXTENSIONS = {
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.16": "privateKeyUsagePeriod",
    "2.5.29.17": "subjectAltName",
    "2.5.29.18": "issuerAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extKeyUsage",
    "2.5.29.46": "freshestCRL",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.3": "qcStatements",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "1.3.6.1.5.5.7.1.24": "tlsFeature",
    "1.3.6.1.5.5.7.48.1.5": "ocspNoCheck",
    "1.3.6.1.4.1.11129.2.4.2": "signedCertificateTimestampList",
    "1.3.6.1.4.1.11129.2.4.3": "precertificatePoison",
    "1.3.6.1.4.1.311.20.2": "microsoftCertificateTemplateName",
    "1.3.6.1.4.1.311.21.1": "microsoftCAVersion",
    "1.3.6.1.4.1.311.21.7": "microsoftCertificateTemplate",
    "1.3.6.1.4.1.311.21.10": "microsoftApplicationPolicies",
    "1.3.6.1.4.1.311.25.2": "microsoftSecurityIdentifier",
    "2.16.840.1.113730.1.1": "netscapeCertType",
    "2.16.840.1.113730.1.13": "netscapeComment",
}
"""Certificate extensions."""

PURPOSES = {
    "2.5.29.37.0": "anyExtendedKeyUsage",
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
    "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    "1.3.6.1.5.5.7.3.17": "ipsecIKE",
    "1.3.6.1.5.2.3.4": "pkinitClientAuth",
    "1.3.6.1.5.2.3.5": "pkinitKdc",
    "1.3.6.1.4.1.311.10.3.3": "microsoftServerGatedCrypto",
    "1.3.6.1.4.1.311.10.3.4": "microsoftEncryptingFileSystem",
    "1.3.6.1.4.1.311.20.2.2": "microsoftSmartcardLogon",
    "2.16.840.1.113730.4.1": "netscapeServerGatedCrypto",
}
"""Extended key usages (RFC 5280 section 4.2.1.12)."""

SIGNATURES = {
    "1.2.840.113549.1.1.2": "RSA with MD2",
    "1.2.840.113549.1.1.3": "RSA with MD4",
    "1.2.840.113549.1.1.4": "RSA with MD5",
    "1.2.840.113549.1.1.5": "RSA with SHA-1",
    "1.3.14.3.2.29": "RSA with SHA-1",
    "1.2.840.113549.1.1.14": "RSA with SHA-224",
    "1.2.840.113549.1.1.11": "RSA with SHA-256",
    "1.2.840.113549.1.1.12": "RSA with SHA-384",
    "1.2.840.113549.1.1.13": "RSA with SHA-512",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "2.16.840.1.101.3.4.3.13": "RSA with SHA3-224",
    "2.16.840.1.101.3.4.3.14": "RSA with SHA3-256",
    "2.16.840.1.101.3.4.3.15": "RSA with SHA3-384",
    "2.16.840.1.101.3.4.3.16": "RSA with SHA3-512",
    "1.2.840.10045.4.1": "ECDSA with SHA-1",
    "1.2.840.10045.4.3.1": "ECDSA with SHA-224",
    "1.2.840.10045.4.3.2": "ECDSA with SHA-256",
    "1.2.840.10045.4.3.3": "ECDSA with SHA-384",
    "1.2.840.10045.4.3.4": "ECDSA with SHA-512",
    "2.16.840.1.101.3.4.3.9": "ECDSA with SHA3-224",
    "2.16.840.1.101.3.4.3.10": "ECDSA with SHA3-256",
    "2.16.840.1.101.3.4.3.11": "ECDSA with SHA3-384",
    "2.16.840.1.101.3.4.3.12": "ECDSA with SHA3-512",
    "1.2.840.10040.4.3": "DSA with SHA-1",
    "2.16.840.1.101.3.4.3.1": "DSA with SHA-224",
    "2.16.840.1.101.3.4.3.2": "DSA with SHA-256",
    "2.16.840.1.101.3.4.3.3": "DSA with SHA-384",
    "2.16.840.1.101.3.4.3.4": "DSA with SHA-512",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}
"""Signature algorithms."""

KEYS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.10045.2.1": "EC",
    "1.2.840.10040.4.1": "DSA",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA",
    "2.16.840.1.101.3.4.3.18": "ML-DSA",
    "2.16.840.1.101.3.4.3.19": "ML-DSA",
}
"""Kinds of public keys."""

CURVES = {
    "1.2.840.10045.3.1.1": ("P-192", 192),
    "1.3.132.0.33": ("P-224", 224),
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
    "1.3.132.0.10": ("secp256k1", 256),
    "1.3.36.3.3.2.8.1.1.7": ("brainpoolP256r1", 256),
    "1.3.36.3.3.2.8.1.1.11": ("brainpoolP384r1", 384),
    "1.3.36.3.3.2.8.1.1.13": ("brainpoolP512r1", 512),
    "1.2.156.10197.1.301": ("SM2", 256),
}
"""Elliptic curves: name and size in bits."""

NAMES = {**{oid: name for oid, (name, _) in CURVES.items()}, **KEYS, **SIGNATURES, **PURPOSES, **EXTENSIONS, **ATTRIBUTES}
"""All of them in one table, for people."""


def named(oid: str) -> str:
    """The name of an object identifier, or its dotted form."""
    return NAMES.get(oid, oid)
