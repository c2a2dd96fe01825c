"""The same steps with the program openssl, for who would rather do them by hand: the lines to type. Pure."""

import re
import shlex

SHORT = re.compile(r"[A-Za-z0-9_./-]+")
SPECIAL = re.compile(r"([/+\\])")
ESCAPED = r"\\\1"
CODE = "$REGISTRATION_CODE"


def authority(subject: tuple[tuple[str, str], ...], days: int, key: str, certificate: str, variable: str = "") -> tuple[str, ...]:
    """Key and certificate of an authority. ``variable`` is the environment variable with the password of the key ("": not encrypted)."""
    sealed, opened = _password(variable)
    return (
        f"openssl genrsa{sealed} -out {_word(key)} 2048",
        f"openssl req -x509 -new -key {_word(key)}{opened} -sha256 -days {days} -out {_word(certificate)} -utf8 -subj {_subject(subject)} "
        "-addext keyUsage=critical,keyCertSign,cRLSign",
    )


def proof(key: str, certificate: str, days: int, variable: str = "", code: str = "") -> tuple[str, ...]:
    """The verification certificate; the registration code stands in a variable of the shell. ``code`` came from outside and is quoted ("": not known)."""
    return (
        f"export REGISTRATION_CODE={_word(code) if code else '...   # the registrationCode of the answer, exactly as it is'}",
        "openssl genrsa -out verificationCert.key 2048",
        f'openssl req -new -key verificationCert.key -out verificationCert.csr -subj "/CN={CODE}"',
        "printf 'basicConstraints=critical,CA:FALSE\\n' > verificationCert.ext",
        f"openssl x509 -req -in verificationCert.csr -CA {_word(certificate)} -CAkey {_word(key)}{_password(variable, '-passin')[1]} -CAcreateserial "
        f"-out verificationCert.pem -days {days} -sha256 -extfile verificationCert.ext",
    )


def agent(device: str, days: int, authority_key: str, authority_certificate: str, key: str, chain: str, variable: str = "") -> tuple[str, ...]:
    """Key and certificate of an agent, and the file with its chain."""
    stem = _word(key.removesuffix(".key"))
    extensions = "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature,keyEncipherment", "extendedKeyUsage=clientAuth"
    written = "\\n".join((*extensions, "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid", ""))
    return (
        f"openssl genrsa -out {_word(key)} 2048",
        f"openssl req -new -key {_word(key)} -out {stem}.csr -utf8 -subj {_subject((('CN', device),))}",
        f"printf '{written}' > {stem}.ext",
        f"openssl x509 -req -in {stem}.csr -CA {_word(authority_certificate)} -CAkey {_word(authority_key)}{_password(variable, '-passin')[1]} -CAcreateserial "
        f"-out {stem}.crt -days {days} -sha256 -extfile {stem}.ext",
        f"cat {stem}.crt {_word(authority_certificate)} > {_word(chain)}",
    )


def _password(variable: str, option: str = "-passin") -> tuple[str, str]:
    return (f" -aes256 -passout env:{variable}", f" {option} env:{variable}") if variable else ("", "")


def _subject(subject: tuple[tuple[str, str], ...]) -> str:
    """The argument of -subj: a slash, a backslash and a plus sign inside of a value are escaped."""
    return shlex.quote("".join(f"/{name}={SPECIAL.sub(ESCAPED, value)}" for name, value in subject))


def _word(text: str) -> str:
    return text if SHORT.fullmatch(text) else shlex.quote(text)
