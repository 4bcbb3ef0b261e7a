# mypy: ignore-errors
"""A station without a radio, for MicroPython: what an ESP32's `network.WLAN` goes through.

`air` has the networks that there are: name and password, "" for an open one. A handshake takes its
time; a status stays until the next attempt, as on the chip.
"""

import time

STA_IF = 0
STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD, STAT_HANDSHAKE_TIMEOUT = 201, 202, 204

SCAN, HANDSHAKE = 60, 40  # milliseconds

air = {}
history = []


class WLAN:
    PM_NONE = 0

    def __init__(self, interface):
        assert interface == STA_IF
        self._status = STAT_IDLE
        self._wanted = None
        self._active = False

    def active(self, on):
        self._active = on

    def config(self, **settings):
        assert self._active
        assert settings == {"pm": self.PM_NONE}

    def connect(self, ssid, password=None):
        assert self._active
        history.append((ssid, password))
        if self._wanted and self._status == STAT_CONNECTING:
            raise OSError("Wifi Internal State Error")
        self._wanted = ssid, password or ""
        self._begun = time.ticks_ms()

    def disconnect(self):
        self._wanted = None

    def status(self):
        if not self._wanted:
            return self._status
        ssid, password = self._wanted
        passed = time.ticks_diff(time.ticks_ms(), self._begun)
        if passed >= SCAN and ssid not in air:
            self._status = STAT_NO_AP_FOUND
        elif passed >= SCAN + HANDSHAKE:
            right = air[ssid] == password
            wrong = STAT_WRONG_PASSWORD if len(password) < 8 else STAT_HANDSHAKE_TIMEOUT
            self._status = STAT_GOT_IP if right else wrong
        elif passed >= SCAN:
            self._status = STAT_CONNECTING
        return self._status

    def isconnected(self):
        return self.status() == STAT_GOT_IP and self._wanted is not None

    def ifconfig(self):
        return ("192.0.2.7", "255.255.255.0", "192.0.2.1", "192.0.2.1")
