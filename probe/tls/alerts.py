"""Alert numbers (RFC 8446 section 6, RFC 5246 section 7.2, IANA registry "TLS Alerts") and what each says when a server sends it.

The sentences name what servers mean by an alert in practice, not only what the standard says.
"""

from types import MappingProxyType

CLOSE_NOTIFY = 0
HANDSHAKE_FAILURE = 40
PROTOCOL_VERSION = 70
USER_CANCELED = 90
NO_RENEGOTIATION = 100
UNRECOGNIZED_NAME = 112
CERTIFICATE_REQUIRED = 116
NO_APPLICATION_PROTOCOL = 120

WARNING = 1
FATAL = 2

ALERTS = MappingProxyType(
    {
        0: ("close_notify", "The server ended the connection in an orderly way and gave no reason."),
        10: ("unexpected_message", "The server did not expect this message at this point, or does not take it for TLS at all."),
        20: ("bad_record_mac", "A record arrived damaged, or the two sides do not have the same keys."),
        21: ("decryption_failed", "A very old server could not decrypt a record."),
        22: ("record_overflow", "A record was longer than the server allows; often one side does not speak TLS."),
        30: ("decompression_failure", "A very old server could not decompress a record."),
        40: (
            "handshake_failure",
            "The server found nothing in common with the offer; after it asked for a client certificate, it means that none, or not the right one, came.",
        ),
        41: ("no_certificate", "An SSL 3.0 server says that no client certificate came."),
        42: ("bad_certificate", "The server found the client certificate faulty."),
        43: ("unsupported_certificate", "The server cannot use this kind of client certificate; often its extended key usage lacks client authentication."),
        44: ("certificate_revoked", "The server found the client certificate revoked."),
        45: ("certificate_expired", "The server found the client certificate, or a list with which it checks it, outside its dates."),
        46: ("certificate_unknown", "The server did not accept the client certificate and does not say why; Java servers answer every fault so."),
        47: ("illegal_parameter", "A value in the client's messages is not allowed for this server."),
        48: ("unknown_ca", "The server does not know the issuer of the client certificate, or an intermediate was missing."),
        49: ("access_denied", "The client certificate is valid, but this identity is not permitted."),
        50: ("decode_error", "The server could not read a message; it was damaged, or the server is at fault."),
        51: ("decrypt_error", "A signature or the end of the handshake did not verify for the server."),
        52: ("too_many_cids_requested", "An alert of DTLS, which has no place on TCP."),
        60: ("export_restriction", "A very old server refuses the key length because of export rules."),
        70: ("protocol_version", "The server speaks none of the TLS versions that were offered."),
        71: ("insufficient_security", "The server demands stronger algorithms than were offered."),
        80: ("internal_error", "The server failed by itself; often it has no certificate for this name, or its verification code failed."),
        86: ("inappropriate_fallback", "The server saw a retry with a lower version although it speaks a higher one."),
        90: ("user_canceled", "The server ended the handshake without a fault."),
        100: ("no_renegotiation", "The server refuses to renegotiate."),
        109: ("missing_extension", "The ClientHello lacks an extension that this server needs, such as the server name."),
        110: ("unsupported_extension", "The server got an extension that it must not get."),
        111: ("certificate_unobtainable", "The server could not fetch a client certificate from a URL."),
        112: ("unrecognized_name", "The server has no certificate or virtual host for the name in the ClientHello."),
        113: ("bad_certificate_status_response", "A stapled certificate status was missing or not good."),
        114: ("bad_certificate_hash_value", "The hash of a client certificate that was named by URL did not match."),
        115: ("unknown_psk_identity", "The server does not know the name of the pre-shared key."),
        116: ("certificate_required", "The server demands a client certificate and none was sent."),
        117: ("general_error", "The server reports an error and gives no reason."),
        120: ("no_application_protocol", "The server speaks none of the application protocols that were offered (ALPN)."),
        121: ("ech_required", "The other side insists on an encrypted ClientHello."),
    }
)
"""Alert description to (name, meaning when a server sends it)."""


def name(number: int) -> str:
    """Name an alert; an unassigned number is named by itself."""
    return ALERTS[number][0] if number in ALERTS else f"alert {number}"


def meaning(number: int) -> str:
    """One sentence on what a server means by an alert."""
    return ALERTS[number][1] if number in ALERTS else "The number is not assigned; the server has its own meaning for it."


def ends_connection(level: int, description: int, *, tls_1_3: bool) -> bool:
    """Whether an alert ends the connection as an error: in TLS 1.3 all but two do, whatever the level says (RFC 8446 section 6)."""
    if description == CLOSE_NOTIFY:
        return False
    return description != USER_CANCELED if tls_1_3 else level == FATAL
