"""Which codes of the catalogue the laboratory shows, and why it does not show the others."""

CODES: tuple[str, ...] = (
    *("dns.nxdomain", "dns.no-address", "dns.timeout", "dns.servfail", "dns.refused", "dns.addresses-disagree", "dns.caa", "dns.tlsa-mismatch"),
    *("tcp.refused", "tcp.timeout", "tcp.reset", "tcp.unreachable"),
    *("proxy.unreachable", "proxy.auth-required", "proxy.denied", "proxy.target-unreachable", "proxy.protocol"),
    *("starttls.unsupported", "starttls.refused", "starttls.injected", "starttls.protocol", "starttls.timeout", "starttls.closed"),
    *(
        "tls.not-tls",
        "tls.closed",
        "tls.timeout",
        "tls.version",
        "tls.cipher",
        "tls.sni-required",
        "tls.alpn",
        "tls.legacy-only",
        "tls.hello-size",
        "tls.malformed",
        "tls.no-certificate",
    ),
    *("chain.intermediate-missing", "chain.issuer-unknown", "chain.root-untrusted", "chain.self-signed", "chain.order", "chain.extra"),
    *("chain.expired", "chain.not-yet-valid", "chain.stale-cross-sign", "chain.issuer-rekeyed", "chain.not-a-ca", "chain.leaf-is-ca", "chain.path-length"),
    *("chain.name-constraints", "chain.eku", "chain.critical-extension", "chain.weak-signature", "chain.weak-key", "chain.bad-signature"),
    *("chain.validity-too-long", "chain.strict-profile", "chain.revoked", "chain.revocation-unreachable", "chain.staple-missing"),
    *("chain.distrusted-ca", "chain.ct-missing", "chain.intercepted", "chain.pin-mismatch"),
    *("trust.store-empty", "trust.store-unreadable", "trust.only-intermediate", "trust.anchor-expired", "trust.store-not-used"),
    *("name.mismatch", "name.cn-only", "name.wildcard", "name.ip-not-in-san", "name.directory-host"),
    *("environment.server", "environment.trust-store", "environment.client-certificate"),
    *("client.required", "client.not-sent", "client.untrusted", "client.expired", "client.not-yet-valid", "client.revoked", "client.eku"),
    *("client.key-mismatch", "client.key-unusable", "client.chain-incomplete", "client.weak", "client.rejected", "client.not-on-file"),
    *("client.issuer-not-registered", "client.id-in-use", "client.unexpected"),
    *("app.http-status", "app.address-not-allowed", "app.unknown-identity", "app.ldap", "app.mqtt-refused", "app.protocol"),
    *("endpoint.inconsistent", "endpoint.rollover-pending", "endpoint.expires-soon", "endpoint.profile-mismatch", "clock.skew"),
    *("file.not-a-certificate", "file.wrong-format", "file.password", "file.key-mismatch", "file.private-key-present"),
    *("file.incomplete-chain", "file.order", "file.duplicate", "file.unreadable", "file.extra", "file.bad-signature"),
    *("file.expired", "file.not-yet-valid", "file.not-served", "file.request-flawed"),
)
"""All codes that the project speaks of. A printed code is never renamed."""

_NOT_SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = ()


def not_shown() -> tuple[tuple[str, str], ...]:
    """Give (code, reason) for every code without a scenario, in the order of the catalogue."""
    reasons = {code: why for why, codes in _NOT_SHOWN for code in codes}
    return tuple((code, reasons[code]) for code in CODES if code in reasons)
