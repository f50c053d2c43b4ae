from decimal import Decimal

import pytest

from orders.models import Product
from orders.pricing import to_pay


@pytest.mark.parametrize(
    ("total", "expected"),
    [("99.99", "99.99"), ("100", "95.00"), ("499.99", "474.99"), ("500", "450.00")],
)
def test_discount_grows_with_the_total(total, expected):
    assert to_pay(Decimal(total)) == Decimal(expected)


def test_products_of_an_empty_shop(client):
    assert client.get("/products").json() == {"count": 0, "more": False, "products": []}


def test_product_without_stock_is_shown(client, make_session):
    with make_session.begin() as session:
        session.add(Product(sku="MUG", name="Mug", price=Decimal("7.50"), stock=0))

    assert client.get("/products/MUG").json() == {"sku": "MUG", "name": "Mug", "price": "7.50", "in_stock": False}
