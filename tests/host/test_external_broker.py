"""The host with a broker of others: mosquitto, told by its address."""

import asyncio
from pathlib import Path

import pytest

from moonhop.broker.embedded import BrokerError
from moonhop.broker.external import PASSWORD, ExternalBroker
from moonhop.host import Host
from tests.brokers import MosquittoBroker
from tests.host.fleet import on_host
from tests.host.shell import Shell
from tests.host.up_command import running


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


def test_fleet_on_mosquitto_is_started_and_used_from_the_command_line(tmp_path: Path) -> None:
    mosquitto = MosquittoBroker({"fleet": "word"})
    mosquitto.start()
    shell = Shell(tmp_path)
    shell.env["MOONHOP_FLEET"] = "lab"
    (tmp_path / "hello.lua").write_text("print('hello', ...)")
    up = ["up", "--broker", f"mqtt://fleet:word@{mosquitto.host}:{mosquitto.port}"]

    async def scenario() -> None:
        async with running(shell, up) as host:
            said = await asyncio.to_thread(
                shell, "run", "hello.lua", "--on", "local", "--follow", "--", "there", "-x"
            )
            assert said.stdout.split() == [b"hello", b"there", b"-x"], said
            await host.leave()

    try:
        asyncio.run(scenario())
    finally:
        mosquitto.stop()


def test_broker_that_refuses_or_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    mosquitto = MosquittoBroker({"fleet": "word"})
    mosquitto.start()
    where = f"{mosquitto.host}:{mosquitto.port}"
    shell = Shell(tmp_path)
    refused = shell.complaint("up", "--broker", f"mqtt://fleet:wrong@{where}")
    mosquitto.stop()
    assert "refuses" in refused
    assert where in refused
    gone = shell.complaint("up", "--broker", f"mqtt://fleet:word@{where}")
    assert f"cannot reach the broker at {where}" in gone
    assert "mqtt://USER:PASSWORD@HOST:PORT" in shell.complaint("up", "--broker", "mosquitto")


def test_node_at_a_broker_of_others_has_a_credential_for_the_server_alone(tmp_path: Path) -> None:
    mosquitto = MosquittoBroker({"fleet": "word"})
    mosquitto.start()

    async def scenario(host: Host) -> None:
        config = await host.admit("gate", False)
        assert (config.user, config.password) == ("fleet", "word")
        assert host.credentials.is_node("gate", config.token)
        assert await host.expel("gate") is False  # the broker goes on to know that one user
        assert not host.credentials.is_node("gate", config.token)

    broker = ExternalBroker(mosquitto.host, mosquitto.port, "fleet", "word")
    try:
        on_host(tmp_path, scenario, broker=broker)
    finally:
        mosquitto.stop()
