"""The board's clock: set by NTP, or by the time that the host's web server says in its answers.

A board starts in the year 2000 (or 1970). Nothing of moonhop's needs the right time but programs
that ask for it and, where there is TLS, certificates with their dates; timers count ticks.
"""

import asyncio
import select
import socket
import struct
import time

from moonhop_core.node.http import HttpError

NTP_TIMEOUT = 2000  # milliseconds for an answer
LOOK = 0.01  # seconds between two looks for it
HTTP_TIMEOUT = 5  # seconds
SINCE_1900 = 2208988800  # seconds to 1970
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


async def set_clock(http, ntp=None):
    """Set the board's clock; return whether that was possible. `http` is the host's server, `ntp`
    an NTP server ("host" or "host:port") or None: it is asked first, for it is right to
    milliseconds, the host's answer to a second."""
    moment = None
    if ntp:
        moment = await _by_ntp(ntp)
    if moment is None:
        moment = await _by_host(http)
    if moment is None:
        return False
    year, month, day, hour, minute, second, microsecond = moment
    try:
        from machine import RTC
    except ImportError:
        return False
    RTC().datetime((year, month, day, 0, hour, minute, second, microsecond))
    return True


async def _by_ntp(server):
    """Ask an NTP server (RFC 5905, client mode); return the moment, None without an answer."""
    sock = None
    try:
        host, _, port = server.partition(":")
        address = socket.getaddrinfo(host, int(port or 123), 0, socket.SOCK_DGRAM)[0]
        sock = socket.socket(*address[:3])
        sock.setblocking(False)
        sock.connect(address[-1])
        sent = struct.pack("!I", time.ticks_ms() & 0xFFFFFFFF)  # comes back in the answer
        sock.send(b"\x1b" + bytes(39) + sent + bytes(4))
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        begun = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), begun) < NTP_TIMEOUT:
            if poll.poll(0):
                answer = sock.recv(48)
                if len(answer) == 48 and answer[0] & 7 == 4 and answer[24:28] == sent:
                    return _moment(*struct.unpack("!II", answer[40:]), answer[1])
            await asyncio.sleep(LOOK)
    except (OSError, ValueError):
        pass
    finally:
        if sock:
            sock.close()
    return None


async def _by_host(http):
    """Ask the host's server for anything; return the moment in its answer, None without one."""
    try:
        response = await http.request("HEAD", "/", timeout=HTTP_TIMEOUT)
        _, day, month, year, clock, _ = response.headers["date"].split()  # RFC 9110, 5.6.7
        hour, minute, second = clock.split(":")
        number = MONTHS.index(month) // 3 + 1
        return int(year), number, int(day), int(hour), int(minute), int(second), 0
    except (HttpError, KeyError, ValueError):
        return None


def _moment(seconds, fraction, stratum):
    """Return what NTP says as (year, month, day, hour, minute, second, microsecond)."""
    if not 0 < stratum < 16:  # it does not know the time itself
        return None
    if seconds < SINCE_1900:  # the era that begins in 2036
        seconds += 1 << 32
    begin = 0 if time.gmtime(0)[0] == 1970 else 946684800
    day = time.gmtime(seconds - SINCE_1900 - begin)
    return day[:6] + (fraction * 1000000 >> 32,)
