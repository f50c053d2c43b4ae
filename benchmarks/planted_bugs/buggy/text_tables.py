"""Tables as texts."""


class Table:
    def __init__(self, headings: list[str] | None = None) -> None:
        self.headings = headings or []
        self.rows: list[list[str]] = []

    def add_rows(self, rows: list[list[str]]) -> int:
        """Adds all rows; the first makes headings where there are none. Gives how many rows there are."""
        if not self.headings:
            self.headings = [f"Field {number + 1}" for number in range(len(rows[0]))]
        for row in rows:
            if len(row) != len(self.headings):
                raise ValueError(f"Row has incorrect number of values, {len(row)} not {len(self.headings)}")
            self.rows.append(row)
        return len(self.rows)
