"""MicroPython's frozen module `ds18x20`, which the unix port has not, as its documentation has it,
for the DS18B20 alone."""

# mypy: ignore-errors

import struct


class DS18X20:
    def __init__(self, bus):
        self.bus = bus

    def scan(self):
        return [rom for rom in self.bus.scan() if rom[0] == 0x28]

    def convert_temp(self):
        self.bus.reset(True)
        self.bus.writebyte(0xCC)
        self.bus.writebyte(0x44)

    def read_temp(self, rom):
        self.bus.reset(True)
        self.bus.select_rom(rom)
        self.bus.writebyte(0xBE)
        pad = bytearray(9)
        self.bus.readinto(pad)
        if self.bus.crc8(pad):
            raise Exception("CRC error")
        return struct.unpack("<h", pad)[0] / 16
