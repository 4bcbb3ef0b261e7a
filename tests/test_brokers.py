"""The brokers that tests run on are real, guarded, and leave nothing behind."""

import queue
import socket

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from tests.brokers import Broker, MosquittoBroker

TIMEOUT = 10  # seconds


def connect_result(broker: Broker, user: str | None, password: str | None) -> ReasonCode:
    """Return what the broker answers to a connection."""
    answers: queue.Queue[ReasonCode] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, password)
    client.on_connect = lambda _client, _data, _flags, code, _props: answers.put(code)
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        return answers.get(timeout=TIMEOUT)
    finally:
        client.disconnect()
        client.loop_stop()


def test_broker_lets_a_named_user_in(broker: Broker) -> None:
    for user, password in broker.users.items():
        assert connect_result(broker, user, password) == "Success"


@pytest.mark.parametrize(("user", "password"), [("host", "wrong"), ("stranger", "x"), (None, None)])
def test_broker_refuses_strangers(broker: Broker, user: str | None, password: str | None) -> None:
    assert connect_result(broker, user, password).is_failure


def test_broker_frees_its_port_and_starts_again_on_it() -> None:
    broker = MosquittoBroker({"host": "secret"})
    for _ in range(2):
        broker.start()
        assert connect_result(broker, "host", "secret") == "Success"
        broker.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((broker.host, broker.port))
