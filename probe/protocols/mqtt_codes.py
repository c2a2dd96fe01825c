"""The codes with which a broker answers CONNECT and ends a connection, and what they are called.

Up to 5 they are the return codes of MQTT 3.1.1 (section 3.2.2.3), from 128 on the reason codes of MQTT 5.0 (sections 3.2.2.2 and 3.14.2.1).
"""

ACCEPTED = 0
VERSION_311, IDENTIFIER_311, UNAVAILABLE_311, LOGIN_311, NOT_AUTHORISED_311 = 1, 2, 3, 4, 5
VERSION, IDENTIFIER, LOGIN, NOT_AUTHORISED, BANNED = 0x84, 0x85, 0x86, 0x87, 0x8A
TAKEN_OVER = 0x8E

NAMES = {
    0: "accepted",
    1: "unacceptable protocol version",
    2: "client identifier rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorized",
    0x80: "unspecified error",
    0x81: "malformed packet",
    0x82: "protocol error",
    0x83: "implementation specific error",
    0x84: "unsupported protocol version",
    0x85: "client identifier not valid",
    0x86: "bad user name or password",
    0x87: "not authorized",
    0x88: "server unavailable",
    0x89: "server busy",
    0x8A: "banned",
    0x8B: "server shutting down",
    0x8C: "bad authentication method",
    0x8D: "keep alive timeout",
    0x8E: "session taken over",
    0x90: "topic name invalid",
    0x95: "packet too large",
    0x97: "quota exceeded",
    0x98: "administrative action",
    0x99: "payload format invalid",
    0x9A: "retain not supported",
    0x9B: "QoS not supported",
    0x9C: "use another server",
    0x9D: "server moved",
    0x9F: "connection rate exceeded",
    0xA0: "maximum connect time",
}
VERSIONS = frozenset({VERSION_311, VERSION})
"""The broker does not speak this version of MQTT."""
IDENTIFIERS = frozenset({IDENTIFIER_311, IDENTIFIER})
LOGINS = frozenset({LOGIN_311, LOGIN})
DENIALS = frozenset({NOT_AUTHORISED_311, NOT_AUTHORISED, BANNED})
BUSY = frozenset({UNAVAILABLE_311, 0x88, 0x89, 0x8B, 0x97, 0x9F})
"""The broker says that it cannot now, whoever asks."""
ELSEWHERE = frozenset({0x9C, 0x9D})


def named(code: int) -> str:
    """A code with its name: ``135 (0x87, not authorized)``."""
    name = NAMES.get(code, "a code that no standard names")
    return f"{code} ({name})" if code < 0x80 else f"{code} (0x{code:02X}, {name})"
