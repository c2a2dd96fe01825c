import pytest

from probe.protocols import NAMES, named


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_protocol(name: str) -> None:
    assert named(name).name == name
    assert 0 < named(name).port < 65536


def test_tls_has_no_words_of_its_own() -> None:
    assert named("tls").begin is None and named("tls").alpn == ()


@pytest.mark.parametrize("name", ["gopher", "protocol", "ber", "__init__", ""])
def test_anything_else_is_none(name: str) -> None:
    with pytest.raises(KeyError):
        named(name)
