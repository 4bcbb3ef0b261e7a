"""The host with a broker of others: mosquitto, told by its address."""

import pytest

from moonhop.broker.embedded import BrokerError
from moonhop.broker.external import PASSWORD, ExternalBroker


@pytest.mark.parametrize(
    "url",
    [
        "mosquitto",
        "mqtt://",
        "mqtt://user:word@",
        "mqtt://host",
        "mqtt://user@host",
        "http://user:word@host",
        "mqtt://user:word@host:port",
        "mqtt://user:word@host:99999",
    ],
)
def test_address_that_is_none_is_refused_with_the_form_it_should_have(url: str) -> None:
    with pytest.raises(BrokerError, match=r"mqtt://USER:PASSWORD@HOST:PORT|is no address"):
        ExternalBroker.parse(url)


def test_password_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "secret")
    found = ExternalBroker.parse("mqtt://me@[::1]")
    assert (found.host, found.port, found.user, found.password) == ("::1", 1883, "me", "secret")
    assert ExternalBroker.parse("mqtt://me:a%40b@h:7").password == "a@b"
