"""Chips at an I2C bus, as sensors and actuators: SHT3x, BMP280, and any with a plain register."""

import struct

from moonhop_core.things.things import SECOND, ThingError
from moonhop_core.things.virtual import Kept


class Sht3x:
    """Temperature and humidity (Sensirion's data sheet SHT3x-DIS, 4.3, 4.12, 4.13)."""

    changes = False

    def __init__(self, part, i2c):
        self.i2c = i2c
        self.address = part.get("address", 0x44)
        self.humidity = part.get("measure") == "humidity"
        self.period = int(part.get("every", 1) * SECOND)

    def begin(self):
        """Start a measurement of high repeatability, without clock stretching."""
        self.i2c.writeto(self.address, b"\x24\x00")
        return 16000

    def read(self):
        """Return degrees Celsius or percent."""
        data = self.i2c.readfrom(self.address, 6)
        for word in (data[:3], data[3:]):
            if crc8(word[:2]) != word[2]:
                raise ThingError("its checksum is wrong; shorter wires or a lower hz may help")
        if self.humidity:
            return 100 * struct.unpack(">H", data[3:5])[0] / 65535
        return -45 + 175 * struct.unpack(">H", data[:2])[0] / 65535


def crc8(data):
    """Return the checksum of the SHT3x: polynomial 0x31, first value 0xFF."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ 0x31 if crc & 0x80 else crc << 1
            crc &= 0xFF
    return crc


class Bmp280:
    """Temperature and air pressure (Bosch's data sheet BST-BMP280-DS001, 3.11.3, 4.3)."""

    changes = False

    def __init__(self, part, i2c):
        self.i2c = i2c
        self.address = part.get("address", 0x76)
        self.pressure = part.get("measure") == "pressure"
        self.period = int(part.get("every", 1) * SECOND)
        if i2c.readfrom_mem(self.address, 0xD0, 1)[0] not in (0x58, 0x60):  # BMP280, BME280
            raise ThingError("the chip at 0x%02x is no BMP280" % self.address)
        self.trim = struct.unpack("<HhhHhhhhhhhh", i2c.readfrom_mem(self.address, 0x88, 24))

    def begin(self):
        """Start one measurement, each oversampled once."""
        self.i2c.writeto_mem(self.address, 0xF4, b"\x25")
        return 10000

    def read(self):
        """Return degrees Celsius or hectopascal."""
        data = self.i2c.readfrom_mem(self.address, 0xF7, 6)
        pressure = data[0] << 12 | data[1] << 4 | data[2] >> 4
        warmth = data[3] << 12 | data[4] << 4 | data[5] >> 4
        t1, t2, t3, p1, p2, p3, p4, p5, p6, p7, p8, p9 = self.trim
        # in integers, as the data sheet has it for chips without floats of 64 bits
        first = (((warmth >> 3) - (t1 << 1)) * t2) >> 11
        half = (warmth >> 4) - t1
        fine = first + ((((half * half) >> 12) * t3) >> 14)
        if not self.pressure:
            return ((fine * 5 + 128) >> 8) / 100
        x = fine - 128000
        y = x * x * p6 + ((x * p5) << 17) + (p4 << 35)
        x = ((x * x * p3) >> 8) + ((x * p2) << 12)
        x = (((1 << 47) + x) * p1) >> 33
        if x == 0:
            raise ThingError("its trimming values are wrong")
        found = (((1048576 - pressure) << 31) - y) * 3125 // x
        x = (p9 * (found >> 13) * (found >> 13)) >> 25
        return (((found + x + ((p8 * found) >> 19)) >> 8) + (p7 << 4)) / 25600


class Register(Kept):
    """A number in a register, the highest byte first, as a sensor or an actuator.
    Keys: register, bytes, signed, factor, offset."""

    changes = False

    def __init__(self, part, i2c):
        self.i2c = i2c
        self.address = part["address"]
        self.register = part.get("register", 0)
        self.bytes = part.get("bytes", 1)
        self.signed = part.get("signed", False)
        self.factor = part.get("factor", 1)
        self.offset = part.get("offset", 0)
        self.period = int(part.get("every", 1) * SECOND)

    def begin(self):
        """Take no time."""
        return 0

    def read(self):
        """Return the number times factor, plus offset."""
        found = 0
        for byte in self.i2c.readfrom_mem(self.address, self.register, self.bytes):
            found = found << 8 | byte
        if self.signed and found >> (8 * self.bytes - 1):
            found -= 1 << (8 * self.bytes)
        return found * self.factor + self.offset

    def set(self, value):
        """Write a number: what `read` would give as `value`."""
        if type(value) not in (bool, int, float):
            raise ThingError("it takes a number")
        self.write(int((value - self.offset) / self.factor + 0.5))
        self.value = value

    def write(self, number):
        """Write the register."""
        if not 0 <= number < 1 << (8 * self.bytes):
            raise ThingError("it does not fit %d bytes" % self.bytes)
        self.i2c.writeto_mem(self.address, self.register, number.to_bytes(self.bytes, "big"))

    def off(self):
        """Write 0."""
        self.write(0)


def chip(kind, part, i2c):
    """Return the device of a chip."""
    if part["chip"] == "register":
        return Register(part, i2c)
    if kind != "sensor":
        raise ThingError("chip '%s' cannot be set" % part["chip"])
    return Sht3x(part, i2c) if part["chip"] == "sht3x" else Bmp280(part, i2c)
