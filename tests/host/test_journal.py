"""The embedded broker forgets nothing that it has acknowledged, even if it is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from moonhop.broker.journal_file import FileJournal
from tests.brokers import KillableBroker
from tests.host.mqtt import MqttClient

USERS = {"host": "h", "a": "pa", "b": "pb"}


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[KillableBroker]:
    broker = KillableBroker(USERS, tmp_path / "journal")
    broker.start()
    yield broker
    broker.kill()


def client(broker: KillableBroker, name: str, clean: bool = False) -> MqttClient:
    return MqttClient(broker.port, name, USERS[name], client_id=name, clean=clean)


def test_messages_for_a_client_that_is_away_outlive_the_broker(killable: KillableBroker) -> None:
    with client(killable, "a") as a:
        a.subscribe("room/#")
    with client(killable, "b", clean=True) as b:
        for number in range(50):
            b.publish("room/x", b"%d" % number)
    killable.kill()
    killable.start()
    with client(killable, "a") as a:
        assert [int(a.next()[1]) for _ in range(50)] == list(range(50))
        with client(killable, "b", clean=True) as b:  # it still hears the filter
            b.publish("room/x", b"50")
        assert a.next() == ("room/x", b"50")


def test_what_a_client_has_acknowledged_does_not_come_again(killable: KillableBroker) -> None:
    with client(killable, "a") as a, client(killable, "b", clean=True) as b:
        a.subscribe("room/#")
        b.publish("room/x", b"1")
        assert a.next() == ("room/x", b"1")
        a.subscribe("other")  # answered after the acknowledgement has come
    for _ in range(2):
        killable.kill()
        killable.start()
        with client(killable, "a") as a, client(killable, "b", clean=True) as b:
            b.publish("room/x", b"2")
            # perhaps "1" again, marked as sent before: whoever remembers its number drops it
            heard = [a.next()]
            if heard[0][1] == b"1":
                heard.append(a.next())
            assert heard[-1] == ("room/x", b"2")


def test_subscription_given_up_and_session_thrown_away_stay_so(killable: KillableBroker) -> None:
    with client(killable, "a") as a, client(killable, "b") as b:
        for each in (a, b):
            each.subscribe("room/#")
            each.subscribe("hall/#")
        a.client.unsubscribe("room/#")
        a.subscribe("last")
    with client(killable, "b", clean=True):
        pass
    killable.kill()
    killable.start()
    with client(killable, "b", clean=True) as b:
        b.publish("room/x", b"1")
        b.publish("hall/x", b"2")
    with client(killable, "b") as b:
        assert b.all_heard() == []
    with client(killable, "a") as a:
        assert a.next() == ("hall/x", b"2")


def test_what_is_retained_outlives_the_broker_but_not_what_nodes_say_anew(
    killable: KillableBroker,
) -> None:
    with client(killable, "a", clean=True) as a:
        a.publish("room/light", b"on", retain=True)
        a.publish("room/door", b"open", retain=True)
        a.publish("room/door", b"", retain=True)
        a.publish("moonhop/1/lab/node/a/birth", b"ready", retain=True)
    killable.kill()
    killable.start()
    with client(killable, "host", clean=True) as host:
        host.subscribe("#")
        assert [topic for topic, _ in host.all_heard()] == ["room/light"]


def test_message_that_is_sent_again_after_the_death_of_the_broker_counts_once(
    killable: KillableBroker,
) -> None:
    with client(killable, "a") as a:
        a.subscribe("room/#")
    with client(killable, "b") as b:
        first = b.client.publish("room/x", b"1", 1)
        first.wait_for_publish(10)
        killable.kill()
        killable.start()
        b.wait_until_back()
        b.publish("room/x", b"2")
        # As if the first acknowledgement had been lost: the same number, and the mark for it.
        b.client._send_publish(first.mid, b"room/x", b"1", 1, False, True)
        b.publish("room/x", b"3")
    with client(killable, "a") as a:
        assert [a.next()[1] for _ in range(3)] == [b"1", b"2", b"3"]


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 9, 40])
def test_journal_that_was_cut_off_amid_a_record_is_read_up_to_there(
    tmp_path: Path, keep: int
) -> None:
    path = tmp_path / "journal"
    journal = FileJournal(path)
    journal.rewrite([])
    journal.opened("a", "a")
    journal.subscribed("a", "room/#", 1)
    whole = path.stat().st_size
    journal.message("", 0, "room/x", b"12345", [("a", 1, 1)])
    journal.close()
    path.write_bytes(path.read_bytes()[: whole + keep])
    kept = FileJournal(path).load().sessions["a"]
    assert (kept.filters, kept.messages) == ({"room/#": 1}, {})


def test_journal_that_is_altered_is_read_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = FileJournal(path)
    journal.rewrite([])
    journal.opened("a", "a")
    journal.opened("b", "b")
    journal.close()
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    assert list(FileJournal(path).load().sessions) == ["a"]
