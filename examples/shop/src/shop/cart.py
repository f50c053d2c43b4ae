"""What a customer is about to buy."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from shop.discounts import Discount
from shop.pricing import round_price

MAX_QUANTITY = 99


class CartError(ValueError):
    """The cart cannot do what was asked."""


@dataclass(frozen=True)
class Line:
    product: str
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass
class Cart:
    currency: str = "EUR"
    lines: list[Line] = field(default_factory=list)

    def add(self, product: str, quantity: int = 1, price: Decimal = Decimal("1.00")) -> None:
        """Add a product; the same product at the same price is merged into one line."""
        if not product:
            raise CartError("a product needs a name")
        if quantity < 1:
            raise CartError(f"quantity must be at least 1, not {quantity}")
        for index, line in enumerate(self.lines):
            if line.product == product and line.price == price:
                quantity += line.quantity
                if quantity > MAX_QUANTITY:
                    raise CartError(f"at most {MAX_QUANTITY} of one product")
                self.lines[index] = Line(product, quantity, price)
                return
        self.lines.append(Line(product, quantity, price))

    def remove(self, product: str) -> int:
        """Remove a product; how many of it were in the cart."""
        removed = sum(line.quantity for line in self.lines if line.product == product)
        if removed == 0:
            raise CartError(f"no {product!r} in the cart")
        self.lines = [line for line in self.lines if line.product != product]
        return removed

    def total(self, discount: Discount | None = None) -> Decimal:
        amount = sum((line.total for line in self.lines), Decimal(0))
        if discount is not None:
            amount -= discount.of(amount)
        return round_price(amount)
