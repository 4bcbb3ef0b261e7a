"""Wi-Fi for boards that have `network`: joins with back-off, and keeps what the system keeps up.

What it says on the console is for people and for the host, which reads it while it deploys. Each
line begins with "moonhop: wifi: " and goes on with one of

    joining SSID · connected to SSID as ADDRESS · wrong password for SSID · no network SSID ·
    no answer from SSID (status N) · lost SSID
"""

import asyncio

from black_box import say

TIMEOUT = 20  # seconds for one attempt
BACK_OFF = (1, 60)  # seconds before the first and before a late attempt
LOOK = 0.2  # seconds between two looks at an attempt
SURE = 15  # looks in a row with the same reason, which may be left over from an earlier attempt
WATCH = 5  # seconds between two looks at a connection
# What the last attempt came to, by `status`: an ESP32 gives ESP-IDF's reasons for a disconnection
# (15 and 204: a handshake that ends, as it does with a wrong password), other chips negative ones.
WRONG_PASSWORD = (202, 204, 15, -3)
NO_NETWORK = (201, 210, 211, 212, -2)


def _say(what):
    say("moonhop: wifi: " + what)


class Wifi:
    """A board's connection to one network; an empty password means an open one."""

    def __init__(self, ssid, password=""):
        import network

        self._network = network
        self._ssid = ssid
        self._password = password
        self._station = network.WLAN(network.STA_IF)

    async def connect(self):
        """Join; tries until it succeeds."""
        station = self._station
        station.active(True)
        try:
            station.config(pm=self._network.WLAN.PM_NONE)  # answers come in 5 ms instead of 100
        except (AttributeError, ValueError, OSError):
            pass
        delay = BACK_OFF[0]
        while not await self._attempt():
            await asyncio.sleep(delay)
            delay = min(delay * 2, BACK_OFF[1])
        _say("connected to %s as %s" % (self._ssid, station.ifconfig()[0]))

    async def watch(self):
        """Look after the connection: the system rejoins a network that comes back, but not on all
        boards, and not after it gave up."""
        while True:
            await asyncio.sleep(WATCH)
            if not self._station.isconnected():
                _say("lost " + self._ssid)
                await self.connect()

    async def _attempt(self):
        """Try once to join; return whether it worked, and say why not."""
        station = self._station
        _say("joining " + self._ssid)
        try:
            if self._password:
                station.connect(self._ssid, self._password)
            else:
                station.connect(self._ssid)
        except OSError as error:  # the driver is at work on an older attempt
            _say("no answer from %s (%s)" % (self._ssid, error))
            station.disconnect()
            return False
        seen = 0
        for _ in range(int(TIMEOUT / LOOK)):
            if station.isconnected():
                return True
            seen = seen + 1 if self._reason() else 0
            if seen == SURE:
                break
            await asyncio.sleep(LOOK)
        status = station.status()
        _say(self._reason() or "no answer from %s (status %s)" % (self._ssid, status))
        station.disconnect()
        return False

    def _reason(self):
        status = self._station.status()
        if status in WRONG_PASSWORD:
            return "wrong password for " + self._ssid
        if status in NO_NETWORK:
            return "no network " + self._ssid
        return None
