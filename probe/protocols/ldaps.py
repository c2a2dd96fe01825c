"""LDAPS: an anonymous search for the root DSE (RFC 4511 section 4.5, RFC 4512 section 5.1). Nobody is bound and no password is known here."""

from probe.facts.observation import Ending, How, Local
from probe.facts.target import Target
from probe.protocols.ber import LIMIT, NotBer, element, elements, integer
from probe.protocols.ldap_bind import Bind
from probe.protocols.ldap_message import ENUMERATED, SEQUENCE, message, result
from probe.protocols.protocol import Protocol, Words

ATTRIBUTES = (
    "dnsHostName",
    "defaultNamingContext",
    "supportedLDAPVersion",
    "vendorName",
    "vendorVersion",
    "supportedSASLMechanisms",
    "namingContexts",
    "supportedExtension",
    "currentTime",
    "supportedCapabilities",
    "ldapServiceName",
    "isGlobalCatalogReady",
)
"""What is asked for and kept; of ``supportedExtension`` only how many there are, of ``supportedCapabilities`` only ``CAPABILITIES``."""

CAPABILITIES = {
    "1.2.840.113556.1.4.800": "Active Directory",
    "1.2.840.113556.1.4.1851": "Active Directory Lightweight Directory Services",
    "1.2.840.113556.1.4.1920": "a read-only domain controller",
}
"""What a directory of Microsoft's kind says that it is (MS-ADTS section 3.1.1.3.4.3)."""

HEAD = 1024
VALUE = 256
VALUES = 32

_SET, _OCTETS, _BOOLEAN = 0x31, 0x04, 0x01
_SEARCH, _ENTRY, _DONE, _REFERENCE, _EXTENDED = 0x63, 0x64, 0x65, 0x73, 0x78
_PRESENT = 0x87
_SECONDS = 5


def request() -> bytes:
    """Write the search: base "", scope base, ``(objectClass=*)``."""
    search = element(
        _SEARCH,
        element(_OCTETS),
        integer(0, ENUMERATED),
        integer(0, ENUMERATED),
        integer(0),
        integer(_SECONDS),
        element(_BOOLEAN, b"\0"),
        element(_PRESENT, b"objectClass"),
        element(SEQUENCE, *(element(_OCTETS, name.encode()) for name in ATTRIBUTES)),
    )
    return element(SEQUENCE, integer(1), search)


class Search:
    """One search and its answer."""

    def __init__(self, target: Target) -> None:
        # The target does not change the question: a root DSE has no name.
        self._pending = request()
        self._buffer = b""
        self._first = b""
        self._received = 0
        self._attributes: dict[str, list[str]] = {}
        self._text = ""
        self._status: int | None = None
        self._ending: Ending | None = None

    def outgoing(self) -> bytes:
        """Give the search, once."""
        data, self._pending = self._pending, b""
        return data

    def incoming(self, data: bytes) -> None:
        """Take bytes of the answer; empty bytes are its end."""
        if self._ending is not None:
            return
        self._received += len(data)
        self._first += data[: HEAD - len(self._first)]
        self._buffer += data
        try:
            while self._ending is None and self._message():
                pass
        except NotBer:
            self._ending = Ending(how=How.DECLINED)
        if self._ending is None and self._received > LIMIT:
            self._ending = Ending(how=How.LOCAL, local=Local.LIMIT)
        elif self._ending is None and not data and self._buffer:
            self._ending = Ending(how=How.DECLINED)

    def words(self) -> Words:
        """Tell the result code and the attributes as far as they have come."""
        fields = [(name, value) for name in ATTRIBUTES for value in self._attributes.get(name, ())]
        if self._text:
            fields.append(("diagnosticMessage", self._text))
        strange = self._ending is not None and self._status is None
        body = self._first if strange else b""
        return Words(status=self._status, fields=() if strange else tuple(fields), body=body, ending=self._ending, complete=self._ending is not None)

    def _message(self) -> bool:
        """Take one LDAPMessage from the buffer; false when none is complete. Raises ``NotBer``."""
        found = message(self._buffer)
        if found is None:
            return False
        identifier, tag, content, self._buffer = found
        if tag == _ENTRY and identifier == 1:
            self._entry(content)
        elif (tag == _DONE and identifier == 1) or (tag == _EXTENDED and identifier == 0):
            self._result(content)
        elif tag != _REFERENCE:
            raise NotBer("an answer to something else")
        return True

    def _entry(self, content: bytes) -> None:
        parts = elements(content)
        if len(parts) != 2:
            raise NotBer("no entry")
        known = {name.lower(): name for name in ATTRIBUTES}
        for _, pair in elements(parts[1][1]):
            halves = elements(pair)
            if len(halves) != 2 or halves[1][0] != _SET:
                raise NotBer("no attribute")
            name = known.get(halves[0][1].decode("latin-1").lower())
            if name is None:
                continue
            values = [value for _, value in elements(halves[1][1])]
            if name == "supportedExtension":
                self._attributes[name] = [str(len(values))]
            elif name == "supportedCapabilities":
                said = {value[:VALUE].decode("latin-1") for value in values}
                self._attributes[name] = [one for one in CAPABILITIES if one in said]
            else:
                self._attributes[name] = [value[:VALUE].decode("utf-8", "backslashreplace") for value in values[:VALUES]]

    def _result(self, content: bytes) -> None:
        self._status, text = result(content)
        self._text = text[:VALUE].decode("utf-8", "backslashreplace")
        self._ending = Ending(how=How.DECLINED, code=self._status) if self._status else Ending(how=How.DONE)


PROTOCOL = Protocol(name="ldaps", port=636, begin=Search, ask=Bind)
"""LDAP has no registered ALPN name in common use; none is offered."""
