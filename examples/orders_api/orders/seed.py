"""Fills an empty database, always with the same rows: python -m orders.seed"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from orders.db import engine
from orders.models import Base, Customer, Line, Order, Product


def seed(session):
    session.add_all(
        [
            Customer(id=1, name="Mill Books", api_key="ok_live_mill_4fQ9x2Lw8c"),
            Customer(id=2, name="Fern Studio", api_key="ok_live_fern_7Zt1bV6p3n"),
            Customer(id=3, name="The shop", api_key="ok_live_shop_0Rk5yH8m2d", is_shop=True),
            Product(id=1, sku="CARD", name="Post card", price=Decimal("0.45"), stock=1000),
            Product(id=2, sku="POSTER", name="Poster A2", price=Decimal("6.80"), stock=40),
            Product(id=3, sku="BOOK", name="Stitched book", price=Decimal("11.25"), stock=12),
            Product(id=4, sku="CANVAS", name="Canvas", price=Decimal("34.00"), stock=3),
            Product(id=5, sku="FLYER", name="Flyer", price=Decimal("0.08"), stock=0, active=False),
        ]
    )
    session.flush()
    orders = [
        ("5d0a7c1e-0000-4000-8000-000000000001", 1, "open", {"paper": "matt"}, [(2, 3, "6.80"), (1, 100, "0.45")]),
        ("5d0a7c1e-0000-4000-8000-000000000002", 2, "open", {}, [(4, 1, "34.00")]),
        ("5d0a7c1e-0000-4000-8000-000000000003", 1, "cancelled", {}, [(3, 2, "10.50")]),
    ]
    for day, (key, customer, status, wishes, lines) in enumerate(orders, start=1):
        placed_at = datetime(2025, 3, day, 9, 30)
        session.add(Order(id=UUID(key), customer_id=customer, status=status, wishes=wishes, placed_at=placed_at))
        session.flush()
        for product, quantity, price in lines:
            session.add(Line(order_id=UUID(key), product_id=product, quantity=quantity, price=Decimal(price)))
    session.commit()


def main():
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        seed(session)


if __name__ == "__main__":
    main()
