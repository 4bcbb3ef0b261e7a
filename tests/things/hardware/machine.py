"""The hardware's edge of a board on the unix port: what MicroPython's `machine`, `_onewire` and
`esp32` do with pins there, done with a world of levels, voltages and chips that tests set.

WORLD  "levels": pin -> 0 or 1 that comes from outside, "volts": pin -> volts, "duty": pin -> [hz,
       duty], "out": pin -> level driven, "i2c": address -> chip, "wire": pin -> 1-wire chips,
       "sent": what went out to lamps
"""

# mypy: ignore-errors

WORLD = {
    "levels": {}, "volts": {}, "duty": {}, "out": {}, "i2c": {}, "wire": {}, "sent": [],
    "pulls": {}, "modes": {},
}  # fmt: skip


class Pin:
    IN, OUT, OPEN_DRAIN = 1, 3, 7
    PULL_UP, PULL_DOWN = 2, 1

    def __init__(self, number, mode=-1, pull=-1, value=None):
        if not 0 <= number < 40:
            raise ValueError("invalid pin")
        self.number = number
        self.init(mode, pull, value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode != -1:
            WORLD["modes"][self.number] = mode
            if mode == self.IN:
                WORLD["out"].pop(self.number, None)
        if pull != -1:
            WORLD["pulls"][self.number] = pull
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is not None:
            WORLD["out"][self.number] = 1 if level else 0
            return None
        if WORLD["modes"].get(self.number) != self.IN and self.number in WORLD["out"]:
            return WORLD["out"][self.number]
        pulled = 1 if WORLD["pulls"].get(self.number) == self.PULL_UP else 0
        return WORLD["levels"].get(self.number, pulled)


class ADC:
    ATTN_11DB = 3

    def __init__(self, pin, atten=0):
        self.number = pin.number
        self.most = 3.3 if atten == self.ATTN_11DB else 1.0

    def volts(self):
        return min(WORLD["volts"].get(self.number, 0.0), self.most)

    def read_u16(self):
        return int(self.volts() / self.most * 65535)

    def read_uv(self):
        return int(self.volts() * 1000000)


class PWM:
    def __init__(self, pin, freq=None, duty_u16=None):
        self.number = pin.number
        WORLD["duty"][self.number] = [freq, duty_u16]

    def freq(self, hz):
        if hz > 40000000:
            raise ValueError("frequency is too high")
        WORLD["duty"][self.number][0] = hz

    def duty_u16(self, duty):
        WORLD["duty"][self.number][1] = duty

    def deinit(self):
        WORLD["duty"].pop(self.number, None)


class I2C:
    def __init__(self, number, sda, scl, freq=400000):
        self.pins = (sda.number, scl.number)

    def _chip(self, address):
        chip = WORLD["i2c"].get(address)
        if chip is None:
            raise OSError(19)  # ENODEV: nobody acknowledges the address
        return chip

    def scan(self):
        return sorted(WORLD["i2c"])

    def readfrom(self, address, count):
        return self._chip(address).read(count)

    def writeto(self, address, data):
        self._chip(address).write(data)
        return len(data)

    def readfrom_mem(self, address, register, count):
        chip = self._chip(address)
        chip.write(bytes([register]))
        return chip.read(count)

    def writeto_mem(self, address, register, data):
        self._chip(address).write(bytes([register]) + data)


def bitstream(pin, encoding, timing, data):
    WORLD["sent"].append((pin.number, bytes(data)))
