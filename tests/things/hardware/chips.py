"""Chips as their data sheets have them, at the wires of `machine`'s world."""

# mypy: ignore-errors

import struct


class Registers:
    """An I2C chip with registers: the first byte written is a register's number."""

    def __init__(self, registers):
        self.registers = registers
        self.place = 0

    def write(self, data):
        self.place = data[0]
        for byte in data[1:]:
            self.registers[self.place] = byte
            self.wrote(self.place, byte)
            self.place += 1

    def wrote(self, place, byte):
        pass

    def read(self, count):
        found = bytes([self.registers.get(self.place + i, 0) for i in range(count)])
        self.place += count
        return found


class Bmp280(Registers):
    """With the trimming values and raw readings of the data sheet's example (3.12): 25.08 degrees,
    100653.27 Pa. It shows a measurement only after it was started."""

    TRIM = (27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
    PRESSURE, WARMTH = 415148, 519888

    def __init__(self):
        Registers.__init__(self, {0xD0: 0x58})
        for place, byte in enumerate(struct.pack("<HhhHhhhhhhhh", *self.TRIM)):
            self.registers[0x88 + place] = byte

    def wrote(self, place, byte):
        if place == 0xF4 and byte & 3 in (1, 2):
            for start, raw in ((0xF7, self.PRESSURE), (0xFA, self.WARMTH)):
                self.registers[start] = raw >> 12
                self.registers[start + 1] = raw >> 4 & 0xFF
                self.registers[start + 2] = (raw & 15) << 4


class Sht3x:
    """Answers the command 0x2400 with two words and their checksums, once."""

    def __init__(self, warmth, humidity):
        self.warmth, self.humidity = warmth, humidity
        self.ready = False
        self.spoilt = 0

    def write(self, data):
        self.ready = bytes(data) == b"\x24\x00"

    def read(self, count):
        if not self.ready:
            raise OSError(19)
        self.ready = False
        found = b""
        for raw in ((self.warmth + 45) * 65535 / 175, self.humidity * 65535 / 100):
            word = struct.pack(">H", int(raw + 0.5))
            found += word + bytes([self.crc(word) ^ self.spoilt])
        return found[:count]

    @staticmethod
    def crc(word):
        crc = 0xFF
        for byte in word:
            for bit in range(7, -1, -1):
                high = crc >> 7 ^ (byte >> bit & 1)
                crc = (crc << 1 & 0xFF) ^ (0x31 if high else 0)
        return crc


def crc8_maxim(data):
    """The checksum of 1-wire: polynomial 0x31, bits reflected."""
    crc = 0
    for byte in data:
        for bit in range(8):
            mix = (crc ^ byte >> bit) & 1
            crc >>= 1
            if mix:
                crc ^= 0x8C
    return crc


class Ds18b20:
    """A thermometer at a 1-wire bus, bit by bit: search, match and skip ROM, convert, scratchpad.
    It shows 85 degrees until a conversion has been started."""

    def __init__(self, serial, warmth):
        rom = b"\x28" + bytes(serial)
        self.rom = rom + bytes([crc8_maxim(rom)])
        self.warmth = warmth
        self.shown = 85.0
        self.spoilt = 0
        self.reset()

    def reset(self):
        self.state, self.taken, self.count, self.queue, self.here = "rom", 0, 0, [], True
        self.place = self.step = 0

    def bit_of_rom(self):
        return self.rom[self.place >> 3] >> (self.place & 7) & 1

    def read(self):
        if not self.here:
            return 1
        if self.state == "search":
            bit = self.bit_of_rom() ^ self.step
            self.step += 1
            return bit
        return self.queue.pop(0) if self.queue else 1

    def write(self, bit):
        if not self.here:
            return
        if self.state == "search":
            self.here = bit == self.bit_of_rom()
            self.place, self.step = self.place + 1, 0
            return
        if self.state == "match":
            self.here = bit == self.bit_of_rom()
            self.place += 1
            if self.place == 64:
                self.state = "function"
            return
        self.taken |= bit << self.count
        self.count += 1
        if self.count == 8:
            byte, self.taken, self.count = self.taken, 0, 0
            self.command(byte)

    def command(self, byte):
        if self.state == "rom":
            self.state = {0xF0: "search", 0x55: "match", 0xCC: "function"}[byte]
        elif byte == 0x44:
            self.shown = self.warmth
        elif byte == 0xBE:
            pad = struct.pack("<h", int(self.shown * 16)) + b"\x4b\x46\x7f\xff\x0c\x10"
            pad += bytes([crc8_maxim(pad) ^ self.spoilt])
            self.queue = [byte >> bit & 1 for byte in pad for bit in range(8)]
