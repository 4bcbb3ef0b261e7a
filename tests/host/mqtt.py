"""A plain MQTT client for tests: waits for answers, remembers what it heard."""

import queue

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

TIMEOUT = 10.0  # seconds
QUIET = "test/quiet"  # published to oneself to know that nothing else is on its way


class Refused(Exception):
    """The broker refused the connection."""


class MqttClient:
    """A client that is connected while its ``with`` block runs."""

    def __init__(
        self,
        port: int,
        user: str | None,
        password: str | None,
        client_id: str = "",
        will: tuple[str, bytes] | None = None,
        clean: bool = True,
    ) -> None:
        self._answers: queue.Queue[object] = queue.Queue()
        self._granted: queue.Queue[bool] = queue.Queue()
        self.heard: queue.Queue[tuple[str, bytes, bool]] = queue.Queue()
        self.lost: queue.Queue[bool] = queue.Queue()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=clean
        )
        self.client.username_pw_set(user, password)
        if will:
            self.client.will_set(*will, qos=1, retain=True)
        self.client.on_connect = lambda _c, _u, _f, code, _p: self._answers.put(code)
        self.client.on_disconnect = lambda *_: self.lost.put(True)
        self.client.on_subscribe = lambda _c, _u, _m, codes, _p: self._granted.put(
            not codes[0].is_failure
        )
        self.client.on_message = lambda _c, _u, m: self.heard.put(
            (m.topic, bytes(m.payload), m.retain)
        )
        self._port = port

    def __enter__(self) -> "MqttClient":
        self.client.connect("127.0.0.1", self._port)
        self.client.loop_start()
        code = self._answers.get(timeout=TIMEOUT)
        if code != "Success":
            self._leave()
            raise Refused(str(code))
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def wait_until_back(self) -> None:
        """Wait until it has connected again by itself."""
        assert self._answers.get(timeout=TIMEOUT) == "Success"

    def subscribe(self, filter: str, qos: int = 1) -> bool:
        """Subscribe; tell whether the broker lets us."""
        self.client.subscribe(filter, qos)
        return self._granted.get(timeout=TIMEOUT)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Publish, and return when the broker has it."""
        info = self.client.publish(topic, payload, qos, retain)
        info.wait_for_publish(TIMEOUT)

    def next(self) -> tuple[str, bytes]:
        """Return the next message."""
        topic, payload, _ = self.heard.get(timeout=TIMEOUT)
        return topic, payload

    def all_heard(self) -> list[tuple[str, bytes]]:
        """Return all messages that have come, or are on their way from this broker."""
        self.subscribe(QUIET)
        self.publish(QUIET, b"")
        heard = []
        while (message := self.next())[0] != QUIET:
            heard.append(message)
        return heard

    def vanish(self) -> None:
        """Break the connection off without a word."""
        self.client.loop_stop()
        sock = self.client.socket()
        assert sock
        sock.close()
