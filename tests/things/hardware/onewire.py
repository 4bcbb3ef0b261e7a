"""MicroPython's frozen module `onewire`, which the unix port has not, as its documentation has it:
the bus by bytes, and Maxim's search for all chips (application note 187)."""

# mypy: ignore-errors

import _onewire


class OneWireError(Exception):
    pass


class OneWire:
    def __init__(self, pin):
        self.pin = pin
        pin.init(pin.OPEN_DRAIN, pin.PULL_UP)

    def reset(self, required=False):
        present = _onewire.reset(self.pin)
        if required and not present:
            raise OneWireError
        return present

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = _onewire.readbyte(self.pin)

    def writebyte(self, byte):
        _onewire.writebyte(self.pin, byte)

    def select_rom(self, rom):
        self.reset()
        self.writebyte(0x55)
        for byte in rom:
            self.writebyte(byte)

    def crc8(self, data):
        return _onewire.crc8(data)

    def scan(self):
        found = []
        branches = [[]]  # beginnings of ids still to be followed, as bits
        while branches and self.reset():
            bits = branches.pop()
            known = len(bits)
            self.writebyte(0xF0)
            for place in range(64):
                here, other = _onewire.readbit(self.pin), _onewire.readbit(self.pin)
                if place >= known:
                    if not here and not other:
                        branches.append(list(bits))
                        branches[-1].append(1)
                    bits = list(bits)
                    bits.append(here)
                _onewire.writebit(self.pin, bits[place])
            rom = bytearray(8)
            for place in range(64):
                rom[place >> 3] |= bits[place] << (place & 7)
            found.append(rom)
        return found
