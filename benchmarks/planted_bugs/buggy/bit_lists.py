"""Numbers as rows of bits."""


class Bits:
    def __init__(self, value: int = 0, length: int = 8) -> None:
        if value < 0:
            raise ValueError("bits are not negative")
        self.value, self.length = value, length

    def as_bin(self) -> str:
        return f"{self.value:0{self.length}b}"

    def as_list(self) -> list[bool]:
        """The bits, the most significant first."""
        return [digit == "1" for digit in bin(self.value)[2:]]

    def as_hex(self) -> str:
        return f"{self.value:0{(self.length + 3) // 4}x}"
