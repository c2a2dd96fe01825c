import pytest

from probe.capture.internal import allowed, kind


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", "public"),
        ("2606:4700::1111", "public"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("::1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("10.1.2.3", "private"),
        ("172.31.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("fec0::1", "private"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("0.1.2.3", "reserved"),
        ("192.0.2.1", "reserved"),
        ("198.18.0.1", "reserved"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("2001:db8::1", "reserved"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:8.8.8.8", "public"),
        ("::127.0.0.1", "loopback"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::8.8.8.8", "public"),
        ("64:ff9b:1::127.0.0.1", "loopback"),
        ("2002:7f00:1::1", "loopback"),
        ("2002:a00:1::", "private"),
        ("2001:0:1234::f5ff:fffe", "private"),
        ("not an address", "reserved"),
        ("127.1", "reserved"),
    ],
)
def test_kinds(address: str, expected: str) -> None:
    assert kind(address) == expected


def test_internal_places_need_a_target_of_their_kind_or_permission() -> None:
    assert allowed("8.8.8.8", (), False)
    assert not allowed("10.0.0.1", ("8.8.8.8", "127.0.0.1"), False)
    assert allowed("192.168.0.1", ("10.0.0.1",), False)
    assert allowed("127.0.0.2", ("127.0.0.1",), False)
    assert allowed("::1", ("127.0.0.1",), False)
    assert not allowed("169.254.169.254", ("10.0.0.1",), False)
    assert allowed("169.254.169.254", (), True)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "240.0.0.1", "192.0.2.1", "nonsense"])
def test_some_places_are_never_gone_to(address: str) -> None:
    assert not allowed(address, (address,), True)
