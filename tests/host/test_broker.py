"""The embedded broker keeps wills, retained messages and sessions, and lets nobody overhear."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from moonhop.broker.embedded import BrokerError, EmbeddedBroker
from moonhop.broker.threaded import ThreadedBroker
from tests.host.mqtt import MqttClient, Refused

USERS = {"host": "h", "a": "pa", "b": "pb"}
BASE = "moonhop/1/lab"


@pytest.fixture
def mqtt_port() -> Iterator[int]:
    broker = ThreadedBroker(USERS)
    broker.start()
    yield broker.port
    broker.stop()


def as_host(port: int) -> MqttClient:
    return MqttClient(port, "host", "h")


def node(port: int, name: str = "a", **options) -> MqttClient:
    return MqttClient(port, name, USERS[name], **options)


@pytest.mark.parametrize(
    ("user", "password"), [("a", "pb"), ("a", ""), ("a", None), ("x", "pa"), (None, None)]
)
def test_only_named_users_with_their_password_get_in(mqtt_port, user, password) -> None:
    with pytest.raises(Refused), MqttClient(mqtt_port, user, password):
        pass


def test_retained_message_reaches_a_late_subscriber(mqtt_port) -> None:
    with node(mqtt_port) as a, as_host(mqtt_port) as host:
        a.publish(f"{BASE}/node/a/birth", b"ready", retain=True)
        assert host.subscribe(f"{BASE}/node/+/birth")
        assert host.heard.get(timeout=5) == (f"{BASE}/node/a/birth", b"ready", True)


def test_new_client_gets_no_retained_message_that_it_did_not_subscribe_to(mqtt_port) -> None:
    with as_host(mqtt_port) as host, node(mqtt_port) as a:
        host.subscribe(f"{BASE}/#")
        a.publish(f"{BASE}/node/a/birth", b"ready", retain=True)
        with node(mqtt_port, "b") as b:
            assert b.all_heard() == []


def test_empty_retained_message_removes_the_old_one(mqtt_port) -> None:
    with as_host(mqtt_port) as host, node(mqtt_port) as a:
        a.publish("room/light", b"on", retain=True)
        a.publish("room/light", b"", retain=True)
        host.subscribe("room/#")
        assert host.all_heard() == []


def test_will_is_sent_when_a_node_vanishes_but_not_when_it_leaves(mqtt_port) -> None:
    birth = f"{BASE}/node/a/birth"
    with as_host(mqtt_port) as host:
        host.subscribe(birth)
        with node(mqtt_port, will=(birth, b"lost")):
            pass
        assert host.all_heard() == []
        lost = node(mqtt_port, will=(birth, b"lost"))
        with lost:
            lost.vanish()
            assert host.next() == (birth, b"lost")


def test_client_that_leaves_in_the_same_breath_as_it_comes_leaves_no_will(mqtt_port) -> None:
    birth = f"{BASE}/node/a/birth"
    with as_host(mqtt_port) as host, socket.create_connection(("127.0.0.1", mqtt_port)) as hasty:
        host.subscribe(birth)
        hasty.sendall(connect_packet("a", "pa", birth, b"lost") + b"\xe0\x00")
        while hasty.recv(100):
            pass
        assert host.all_heard() == []


def test_silent_client_is_cut_off_and_its_will_sent(mqtt_port) -> None:
    birth = f"{BASE}/node/a/birth"
    with as_host(mqtt_port) as host, socket.create_connection(("127.0.0.1", mqtt_port)) as silent:
        host.subscribe(birth)
        silent.sendall(connect_packet("a", "pa", birth, b"lost", keep_alive=1))
        assert host.next() == (birth, b"lost")


def test_will_of_an_old_connection_comes_before_the_new_birth(mqtt_port) -> None:
    birth = f"{BASE}/node/a/birth"
    with as_host(mqtt_port) as host:
        host.subscribe(birth)
        with socket.create_connection(("127.0.0.1", mqtt_port)) as old:
            old.sendall(connect_packet("a", "pa", birth, b"lost"))
            assert old.recv(4) == b"\x20\x02\x00\x00"
            with node(mqtt_port, client_id="a") as new:
                new.publish(birth, b"ready", retain=True)
                assert [host.next()[1], host.next()[1]] == [b"lost", b"ready"]


@pytest.mark.parametrize(
    "topic",
    [
        f"{BASE}/node/b/birth",
        f"{BASE}/node/a/req",
        f"{BASE}/node/b/req",
        f"{BASE}/node/a/rep",
        f"{BASE}/host/req/b",
        f"{BASE}/host/birth",
        "moonhop/2/lab/x",
        "moonhop/1",
    ],
)
def test_node_publishes_nothing_in_the_name_of_others(mqtt_port, topic) -> None:
    with as_host(mqtt_port) as host, node(mqtt_port) as a:
        host.subscribe("#")
        a.publish(topic, b"forged")
        a.publish("room/fine", b"1")
        assert host.next() == ("room/fine", b"1")


@pytest.mark.parametrize(
    "topic",
    [
        f"{BASE}/node/a/birth",
        f"{BASE}/node/a/log",
        f"{BASE}/node/a/res/host",
        f"{BASE}/host/req/a",
        f"{BASE}/hop/t1/image",
        "room/1",
    ],
)
def test_node_publishes_what_is_its_own(mqtt_port, topic) -> None:
    with as_host(mqtt_port) as host, node(mqtt_port) as a:
        host.subscribe("#")
        a.publish(topic, b"x")
        assert host.next() == (topic, b"x")


def test_node_cannot_leave_a_will_in_the_name_of_another(mqtt_port) -> None:
    with pytest.raises(Refused), node(mqtt_port, will=(f"{BASE}/node/b/birth", b"lost")):
        pass


@pytest.mark.parametrize(
    "filter",
    [
        f"{BASE}/node/b/req",
        f"{BASE}/node/+/req",
        f"{BASE}/#",
        f"{BASE}/node/a/log",
        f"{BASE}/hop/+/image",
        f"{BASE}/hop/#",
        "moonhop/#",
        "$SYS/#",
    ],
)
def test_node_may_not_subscribe_to_what_is_not_its_own(mqtt_port, filter) -> None:
    with node(mqtt_port) as a:
        assert not a.subscribe(filter)


def test_node_hears_its_requests_and_its_hops(mqtt_port) -> None:
    with as_host(mqtt_port) as host, node(mqtt_port) as a:
        for topic in (f"{BASE}/node/a/req", f"{BASE}/node/a/rep", f"{BASE}/hop/t1/image"):
            assert a.subscribe(topic)
            host.publish(topic, b"x")
            assert a.next() == (topic, b"x")


@pytest.mark.parametrize("filter", ["#", "+/1/lab/#", "+/1/lab/node/b/req", "+/1/lab/hop/t1/image"])
def test_wildcard_of_a_node_does_not_reach_the_fleets_own_topics(mqtt_port, filter) -> None:
    with as_host(mqtt_port) as host, node(mqtt_port) as a:
        assert a.subscribe(filter)
        host.publish(f"{BASE}/node/b/req", b"secret")
        host.publish(f"{BASE}/hop/t1/image", b"secret")
        assert a.all_heard() in ([], [("test/quiet", b"")])


def test_stranger_cannot_end_a_session_by_its_client_id(mqtt_port) -> None:
    with node(mqtt_port, client_id="a") as a:
        a.subscribe("room/1")
        with pytest.raises(Refused), MqttClient(mqtt_port, "a", "wrong", client_id="a"):
            pass
        with pytest.raises(Refused), node(mqtt_port, "b", client_id="a"):
            pass
        a.publish("room/1", b"still here")
        assert a.next() == ("room/1", b"still here")


def test_messages_of_an_absent_client_wait_for_it_in_order(mqtt_port) -> None:
    with node(mqtt_port, client_id="a", clean=False) as a:
        a.subscribe("room/#")
    with node(mqtt_port, "b") as b:
        for number in range(20):
            b.publish(f"room/{number}", b"x")
    with node(mqtt_port, client_id="a", clean=False) as a:
        assert [a.next()[0] for _ in range(20)] == [f"room/{number}" for number in range(20)]


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_come_once_and_in_order_while_others_subscribe(mqtt_port, qos) -> None:
    with node(mqtt_port) as a, node(mqtt_port, "b") as b:
        a.subscribe("count/#", qos)
        for number in range(300):
            b.client.publish(f"count/{number % 3}", str(number).encode(), qos)
            b.client.subscribe(f"other/{number}")
        assert [int(a.next()[1]) for _ in range(300)] == list(range(300))


def test_user_that_is_added_while_it_runs_gets_in_and_a_removed_one_is_cut_off() -> None:
    async def scenario() -> None:
        broker = EmbeddedBroker({"host": "h"})
        await broker.start()
        broker.add_user("late", "p")
        late = MqttClient(broker.port, "late", "p")
        await asyncio.to_thread(late.__enter__)
        late.lost.queue.clear()
        await broker.remove_user("late")
        assert await asyncio.to_thread(late.lost.get, timeout=5)
        await asyncio.to_thread(late.__exit__, None, None, None)
        with pytest.raises(Refused):
            await asyncio.to_thread(MqttClient(broker.port, "late", "p").__enter__)
        await broker.stop()

    asyncio.run(scenario())


def test_taken_port_is_one_line_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BrokerError, match=r"Address already in use.*--mqtt-port"):
            ThreadedBroker(USERS, port=port).start()


def test_broker_stops_with_clients_connected_and_frees_its_port() -> None:
    broker = ThreadedBroker(USERS)
    broker.start()
    with node(broker.port) as a:
        broker.stop()
        assert a.lost.get(timeout=5)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", broker.port))
    assert "moonhop-broker" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize(
    "junk",
    [
        b"\x10\xff\xff\xff\xff\x01",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00" * 40,
        b"\x30\x05\x00\xffabc",
        b"\x36\x02\x00\x00",
        b"\xf0\x00",
    ],
)
def test_junk_ends_the_connection_that_sent_it_and_no_other(mqtt_port, junk) -> None:
    with node(mqtt_port) as a:
        a.subscribe("room/1")
        with socket.create_connection(("127.0.0.1", mqtt_port), timeout=5) as bare:
            bare.sendall(junk)
            bare.shutdown(socket.SHUT_WR)
            while bare.recv(100):
                pass
        with socket.create_connection(("127.0.0.1", mqtt_port), timeout=5) as known:
            known.sendall(connect_packet("b", "pb", "w", b"w"))
            assert known.recv(4) == b"\x20\x02\x00\x00"
            known.sendall(junk)
            known.shutdown(socket.SHUT_WR)
            while known.recv(100):
                pass
        a.publish("room/1", b"fine")
        assert a.next() == ("room/1", b"fine")


def connect_packet(
    user: str, password: str, will_topic: str, will: bytes, keep_alive: int = 60
) -> bytes:
    """Return an MQTT 3.1.1 CONNECT with a retained will of QoS 1."""

    def text(value: str | bytes) -> bytes:
        data = value.encode() if isinstance(value, str) else value
        return len(data).to_bytes(2, "big") + data

    body = text("MQTT") + b"\x04" + bytes([0b11101110]) + keep_alive.to_bytes(2, "big")
    body += text(user) + text(will_topic) + text(will) + text(user) + text(password)
    assert len(body) < 128
    return b"\x10" + bytes([len(body)]) + body


def test_overlapping_filters_bring_one_copy(mqtt_port) -> None:
    with as_host(mqtt_port) as host, node(mqtt_port) as a:
        for filter in ("room/#", "room/+", "room/light"):
            host.subscribe(filter)
        a.publish("room/light", b"on")
        a.publish("room/door", b"open")
        assert [payload for _, payload in host.all_heard()] == [b"on", b"open"]
