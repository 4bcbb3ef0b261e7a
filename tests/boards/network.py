"""Instead of `network`, which no desktop has: a Wi-Fi that takes one password."""

SSID, PASSWORD = "shed", "open sesame"
NETWORK = f"""
STA_IF = 0
STAT_WRONG_PASSWORD = 202
class WLAN:
    PM_NONE = 0
    joined = False
    def __init__(self, kind): pass
    def active(self, on): pass
    def config(self, **_): pass
    def connect(self, ssid, password=""):
        WLAN.joined = (ssid, password) == ({SSID!r}, {PASSWORD!r})
    def disconnect(self): pass
    def isconnected(self): return WLAN.joined
    def status(self): return 1010 if WLAN.joined else 202
    def ifconfig(self): return ("192.168.7.9", "", "", "")
"""
