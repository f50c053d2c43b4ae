"""A range of any numbers."""


class NumericRange:
    def __init__(self, start: float, stop: float, step: float = 1) -> None:
        if step == 0:
            raise ValueError("the step must not be zero")
        self.start, self.stop, self.step = start, stop, step

    def __len__(self) -> int:
        distance = self.stop - self.start if self.step > 0 else self.start - self.stop
        step = abs(self.step)
        if distance <= 0:
            return 0
        whole, rest = divmod(distance, step)
        return int(whole) + (1 if rest else 0)

    def item(self, number: int) -> float:
        """The item of that number. Raises IndexError when there is none."""
        if not 0 <= number < len(self):
            raise IndexError("out of range")
        return self.start + number * self.step

    def contains(self, value: float) -> bool:
        """Whether it is one of the items."""
        if self.step > 0:
            inside = self.start <= value < self.stop
        else:
            inside = self.start <= value < self.stop
        return inside and (value - self.start) % self.step == 0
