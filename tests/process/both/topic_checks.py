"""Topic names and filters, on both Pythons."""

from moonhop_core.process.topics import TopicError, check_filter, check_topic, matches

# (filter, topic, matches); mostly the examples of MQTT 3.1.1, chapter 4.7
TABLE = [
    ("sport/tennis/player1/#", "sport/tennis/player1", True),
    ("sport/tennis/player1/#", "sport/tennis/player1/ranking", True),
    ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
    ("sport/tennis/player1/#", "sport/tennis/player2", False),
    ("sport/#", "sport", True),
    ("sport/#", "sports", False),
    ("#", "a", True),
    ("#", "/a/b", True),
    ("sport/tennis/+", "sport/tennis/player1", True),
    ("sport/tennis/+", "sport/tennis/player2", True),
    ("sport/tennis/+", "sport/tennis/player1/ranking", False),
    ("sport/+", "sport", False),
    ("sport/+", "sport/", True),
    ("+", "/finance", False),
    ("+/+", "/finance", True),
    ("/+", "/finance", True),
    ("+/tennis/#", "sport/tennis", True),
    ("+/tennis/#", "sport/tennis/a/b", True),
    ("sport/+/player1", "sport/tennis/player1", True),
    ("sport/+/player1", "sport/player1", False),
    ("+/+/+", "a/b", False),
    ("a/+/#", "a", False),
    ("a/+/#", "a/b", True),
    ("#", "$SYS/broker", False),
    ("+/monitor/Clients", "$SYS/monitor/Clients", False),
    ("$SYS/#", "$SYS/broker/load", True),
    ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
    ("a/#", "a/$x", True),
    ("a//b", "a//b", True),
    ("a/+/b", "a//b", True),
    ("A/b", "a/b", False),
    ("a b/\xfc", "a b/\xfc", True),
]

BAD_FILTERS = ["", "sport/tennis#", "sport/tennis/#/ranking", "sport+", "a/+b", "#/a", "a\0b"]
BAD_TOPICS = ["", "a/+", "a/#", "+", "a\0", "x" * 65536]


def refuses(check, text):
    try:
        check(text)
    except TopicError:
        return True
    return False


def check_filters_match_as_the_mqtt_specification_says():
    wrong = [row for row in TABLE if matches(row[0], row[1]) != row[2]]
    assert wrong == [], wrong


def check_valid_filters_and_topics_pass():
    for filter, topic, _ in TABLE:
        check_filter(filter)
        check_topic(topic)


def check_invalid_filters_are_refused():
    assert [f for f in BAD_FILTERS if not refuses(check_filter, f)] == []


def check_invalid_topics_are_refused():
    assert [t[:9] for t in BAD_TOPICS if not refuses(check_topic, t)] == []
