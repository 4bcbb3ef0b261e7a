"""Whether a broker lets one in."""

import secrets
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from moonhop_core.errors import MoonhopError


class Refused(MoonhopError):
    """The broker knows no such user, or another password."""


def check_login(host: str, port: int, user: str, password: str, timeout: float) -> None:
    """Log in, and leave no trace. Raises Refused, with the broker's reason, MoonhopError if it
    says nothing within so many seconds, OSError if it cannot be reached."""
    answers: list[ReasonCode] = []

    def take(client: mqtt.Client, *said: object) -> None:
        answers.append(said[2])  # type: ignore[arg-type]  # user data, flags, code, properties
        client.disconnect()

    name = f"moonhop-{secrets.token_hex(6)}"  # a known one would put its client out
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=True)
    client.username_pw_set(user, password)
    client.connect_timeout = timeout
    client.on_connect = take
    client.connect(host, port)
    end = time.monotonic() + timeout
    while client.loop(0.1) == MQTTErrorCode.MQTT_ERR_SUCCESS and time.monotonic() < end:
        pass
    if not answers:
        raise MoonhopError(f"the broker at {host}:{port} does not answer; is it one for MQTT?")
    if answers[0].is_failure:
        raise Refused(f"the broker at {host}:{port} refuses user {user!r} ({answers[0]})")
