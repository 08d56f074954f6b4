"""Which address a request counts for: the connection's own, or what the operator's proxy says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facemask_core.errors import ModeError
from facemask_ui.base import address

PEER = "192.0.2.1"
FORWARDED = "x-forwarded-for"


def _find(*lines: str, name: str = FORWARDED) -> str:
    headers = [(name.encode(), line.encode("latin-1")) for line in lines]
    return address.find_address(PEER, [(b"host", b"lab"), *headers])


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(address.HEADER_VARIABLE, "X-Forwarded-For")


@pytest.mark.parametrize("name", [FORWARDED, "x-real-ip", "forwarded", "cf-connecting-ip"])
def test_no_header_is_believed_unless_the_operator_says_so(name: str) -> None:
    assert _find("198.51.100.7", name=name) == PEER


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize(
    "forged", ["203.0.113.9, ", "127.0.0.1,", "x" * 5000 + ",", ",,,", "::1, "]
)
def test_what_a_visitor_writes_into_the_header_stands_before_what_the_proxy_writes(
    forged: str,
) -> None:
    assert _find(f"{forged}198.51.100.7") == "198.51.100.7"
    assert _find(forged, "198.51.100.7") == "198.51.100.7"


@pytest.mark.usefixtures("proxy")
def test_the_address_is_as_many_places_from_the_end_as_there_are_proxies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(address.HOPS_VARIABLE, "2")
    assert _find("203.0.113.9, 198.51.100.7, 10.0.0.1") == "198.51.100.7"
    assert _find("198.51.100.7") == PEER, "it has not come by both proxies"


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", PEER),
        ("", PEER),
        ("198.51.100.256", PEER),
        ("\N{SUPERSCRIPT TWO}.1.1.1", PEER),
    ],
)
def test_an_address_is_read_as_proxies_write_it(text: str, meant: str) -> None:
    assert _find(text) == meant


@pytest.mark.usefixtures("proxy")
@given(st.lists(st.text(st.characters(max_codepoint=255)), max_size=4))
def test_no_header_is_too_strange(lines: list[str]) -> None:
    assert _find(*lines)


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("hops", ["0", "-1", "one", "1.5", "\N{SUPERSCRIPT TWO}"])
def test_a_number_of_proxies_that_is_none_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, hops: str
) -> None:
    monkeypatch.setenv(address.HOPS_VARIABLE, hops)
    with pytest.raises(ModeError, match="set it to the number of proxies before the lab"):
        address.read_proxy()


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:1:2:3", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("198.51.100.7", "198.51.100.8", False),
        ("198.51.100.7", "::ffff:198.51.100.7", True),
        ("127.0.0.1", "::1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "somewhere", False),
    ],
)
def test_a_customers_network_is_one_address(first: str, second: str, same: bool) -> None:
    assert (address.group_address(first) == address.group_address(second)) is same
