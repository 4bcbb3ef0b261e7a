"""Wi-Fi for boards that have `network`: joins with back-off and keeps what the system keeps up."""

import asyncio

TIMEOUT = 20  # seconds for one attempt
BACK_OFF = (1, 60)  # seconds before the first and before a late attempt


async def connect(ssid, password=""):
    """Join a network; tries until it succeeds. The system itself rejoins later on."""
    import network

    station = network.WLAN(network.STA_IF)
    station.active(True)
    try:
        station.config(pm=network.WLAN.PM_NONE)  # answers come in 5 ms instead of 100
    except (AttributeError, ValueError, OSError):
        pass
    delay = BACK_OFF[0]
    while not station.isconnected():
        print("moonhop: joining Wi-Fi", ssid)
        if password:
            station.connect(ssid, password)
        else:
            station.connect(ssid)
        for _ in range(TIMEOUT * 5):
            if station.isconnected():
                break
            await asyncio.sleep(0.2)
        else:
            print("moonhop: no Wi-Fi", ssid, "- status", station.status())
            station.disconnect()
            await asyncio.sleep(delay)
            delay = min(delay * 2, BACK_OFF[1])
    print("moonhop: Wi-Fi address", station.ifconfig()[0])
