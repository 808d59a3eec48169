"""Transmitters as the manuals describe them, slower and stricter than an emulator's.

Time passes with every access, a byte takes a while, and what a real UART would lose, garble or
ignore is a `MisuseError`. Read for them: ST RM0008 27.3.2 and 27.6, RM0351 40.5.2, 40.8 and 41.7;
Arm DDI 0183G 3.3; Nordic's nRF52840 Product Specification 6.33 and 6.34.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

BYTE_TICKS = 3
ACKNOWLEDGE_TICKS = 5
PATIENCE = 1000
"""Accesses without progress after which a driver is taken to wait for ever."""

ReadMemory = Callable[[int, int], bytes]


class MisuseError(Exception):
    """The driver did what the manual forbids, or waits for what does not come."""


class Uart(ABC):
    """A transmitter: bytes queue in `waiting` and leave one by one into `sent`."""

    def __init__(self, read_memory: ReadMemory) -> None:
        self.read_memory = read_memory
        self.registers: dict[int, int] = {}
        self.waiting: list[int] = []
        self.sent = bytearray()
        self._ticks = 0
        self._idle = 0

    @abstractmethod
    def on_read(self, offset: int) -> int:
        """Return what a register reads as."""

    @abstractmethod
    def on_write(self, offset: int, value: int) -> None:
        """Take a write; `registers` has the value from before."""

    def fetch(self, item: int) -> int:
        """Return the byte that an item of `waiting` stands for."""
        return item

    def on_sent(self) -> None:  # noqa: B027 - not every UART has an event
        """React to a byte that has left."""

    def read(self, offset: int) -> int:
        """Return a register, and let time pass."""
        self._tick()
        return self.on_read(offset)

    def write(self, offset: int, value: int) -> None:
        """Write a register, and let time pass."""
        self._tick()
        self.on_write(offset, value)
        self.registers[offset] = value

    def reset(self) -> None:
        """The machine resets: what has not left never will."""
        if self.waiting:
            raise MisuseError(f"reset with {len(self.waiting)} bytes on their way")

    def queue(self, value: int, depth: int) -> None:
        """Take a byte; `depth` bytes can wait, the one that is being sent included."""
        if len(self.waiting) >= depth:
            raise MisuseError("a byte is written over one that has not left")
        self.waiting.append(value)

    def _tick(self) -> None:
        self._idle += 1
        if self._idle > PATIENCE:
            raise MisuseError("waits for what does not come")
        if not self.waiting:
            self._ticks = 0
            return
        self._ticks += 1
        if self._ticks == BYTE_TICKS:
            self._ticks = self._idle = 0
            self.sent.append(self.fetch(self.waiting.pop(0)))
            self.on_sent()


class Stm32(Uart):
    """A data register and a shift register; both generations differ in places and bits."""

    control, status, data = 0x0C, 0x00, 0x04
    usart_enable, acknowledge = 1 << 13, 0

    def __init__(self, read_memory: ReadMemory) -> None:
        super().__init__(read_memory)
        self.asked = 0

    def on_read(self, offset: int) -> int:
        if offset != self.status:
            return self.registers.get(offset, 0)
        if self._enabled() & 1 << 3:
            self.asked += 1
        flags = (len(self.waiting) < 2) << 7 | (not self.waiting) << 6
        return flags | (self.acknowledge if self.asked > ACKNOWLEDGE_TICKS else 0)

    def on_write(self, offset: int, value: int) -> None:
        if offset == self.control:
            if value & 1 << 3 and not self._enabled() & self.usart_enable:
                raise MisuseError("the transmitter is enabled before the USART")
            if value & 1 << 3 == 0 and self.waiting:
                raise MisuseError("disabled while sending")
        elif offset == self.data:
            both = self.usart_enable | 1 << 3
            if self._enabled() & both != both:
                raise MisuseError("a byte is written to a USART that is not enabled")
            if self.acknowledge and self.asked <= ACKNOWLEDGE_TICKS:
                raise MisuseError("a byte is written before the transmitter acknowledged")
            self.queue(value & 0xFF, 2)
        else:
            raise MisuseError(f"no register at {offset:#x} is to be written")

    def _enabled(self) -> int:
        return self.registers.get(self.control, 0)


class Stm32V2(Stm32):
    """F7, L4 and H7."""

    control, status, data = 0x00, 0x1C, 0x28
    usart_enable, acknowledge = 1 << 0, 1 << 21


class Pl011(Uart):
    """A FIFO of 16, or one byte where line control does not switch it on."""

    def on_read(self, offset: int) -> int:
        if offset != 0x18:
            return self.registers.get(offset, 0)
        return (len(self.waiting) >= self._depth()) << 5 | bool(self.waiting) << 3

    def on_write(self, offset: int, value: int) -> None:
        control, line = self.registers.get(0x30, 0x300), self.registers.get(0x2C, 0)
        if offset == 0x2C and control & 1:
            raise MisuseError("line control changes while the UART runs")
        if offset == 0x00:
            if control & 0x101 != 0x101:
                raise MisuseError("a byte is written to a UART that is not enabled")
            self.queue(value & (1 << (5 + (line >> 5 & 3))) - 1, self._depth())

    def _depth(self) -> int:
        return 17 if self.registers.get(0x2C, 0) & 1 << 4 else 2


class NrfUart(Uart):
    """One byte at a time, each answered by an event that stays until it is cleared."""

    def on_read(self, offset: int) -> int:
        return self.registers.get(offset, 0)

    def on_write(self, offset: int, value: int) -> None:
        if offset == 0x51C:
            if self.registers.get(0x500) != 4 or self.registers.get(0x008) != 1:
                raise MisuseError("a byte is written before the transmitter was started")
            self.queue(value & 0xFF, 1)

    def on_sent(self) -> None:
        self.registers[0x11C] = 1


class NrfUarte(Uart):
    """Transfers from RAM, read while they run, each answered by an event when all has left."""

    def on_read(self, offset: int) -> int:
        return self.registers.get(offset, 0)

    def on_write(self, offset: int, value: int) -> None:
        if offset == 0x008 and value:
            if self.registers.get(0x500) != 8:
                raise MisuseError("a transfer is started before the UARTE was enabled")
            if self.waiting:
                raise MisuseError("a transfer is started inside another")
            origin, count = self.registers.get(0x544, 0), self.registers.get(0x548, 0)
            if origin >> 28 != 2:
                raise MisuseError(f"EasyDMA cannot read {origin:#010x}")
            self.waiting = [origin + index for index in range(count)]

    def fetch(self, item: int) -> int:
        return self.read_memory(item, 1)[0]

    def on_sent(self) -> None:
        if not self.waiting:
            self.registers[0x120] = 1


MODELS: dict[str, type[Uart]] = {
    "stm32_usart_v1": Stm32,
    "stm32_usart_v2": Stm32V2,
    "pl011": Pl011,
    "nrf_uart": NrfUart,
    "nrf_uarte": NrfUarte,
}
