"""Semantic versions."""


class Version:
    def __init__(self, major: int, minor: int = 0, patch: int = 0, prerelease: str = "", build: str = "") -> None:
        self.major, self.minor, self.patch = major, minor, patch
        self.prerelease, self.build = prerelease, build

    def key(self) -> tuple[int, int, int, str]:
        return self.major, self.minor, self.patch, self.prerelease

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        text += f"-{self.prerelease}" if self.prerelease else ""
        return text + (f"+{self.build}" if self.build else "")
