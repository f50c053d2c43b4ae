"""The endpoints."""

import csv
import io
import logging
import os
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from orders.db import get_session, get_sessionmaker
from orders.models import Customer, Line, Notice, Order, Product
from orders.pricing import discount, to_pay

log = logging.getLogger("orders")
app = FastAPI(title="Orders")
Database = Annotated[Session, Depends(get_session)]


class NewLine(BaseModel):
    sku: str
    quantity: int = Field(ge=1, le=500)


class NewOrder(BaseModel):
    lines: list[NewLine] = Field(min_length=1)
    wishes: dict = {}


class NewProduct(BaseModel):
    sku: str = Field(pattern="^[A-Z]+$")
    name: str
    price: Decimal = Field(gt=0, decimal_places=2)
    stock: int = 0


def customer(session: Database, x_api_key: Annotated[str | None, Header()] = None):
    found = session.scalar(select(Customer).where(Customer.api_key == x_api_key)) if x_api_key else None
    if found is None:
        raise HTTPException(401, "a valid key is needed")
    return found


Who = Annotated[Customer, Depends(customer)]


def shop(who: Who):
    if not who.is_shop:
        raise HTTPException(403, "for the shop only")
    return who


@app.middleware("http")
async def name_the_press(request, call_next):
    response = await call_next(request)
    response.headers["X-Press"] = os.environ.get("ORDERS_PRESS", "Heidelberg")
    return response


def order_data(order):
    return {
        "id": str(order.id),
        "status": order.status,
        "placed_at": order.placed_at.isoformat(),
        "wishes": order.wishes,
        "lines": [
            {"sku": line.product.sku, "quantity": line.quantity, "price": str(line.price)} for line in order.lines
        ],
        "total": str(order.total),
        "discount": str(discount(order.total)),
        "to_pay": str(to_pay(order.total)),
    }


def own_order(order_id: UUID, who: Who, session: Database):
    order = session.scalar(select(Order).where(Order.id == order_id, Order.customer_id == who.id))
    if order is None:
        raise HTTPException(404, "no such order")
    return order


Own = Annotated[Order, Depends(own_order)]


@app.get("/products")
def products(
    session: Database,
    limit: Annotated[int, Query(le=50)] = 3,
    offset: int = 0,
    sku: Annotated[list[str] | None, Query()] = None,
):
    wanted = select(Product).where(Product.active)
    if sku:
        wanted = wanted.where(Product.sku.in_(sku))
    count = session.scalar(select(func.count()).select_from(wanted.subquery()))
    page = session.scalars(wanted.order_by(Product.name).limit(limit).offset(offset))
    return {
        "count": count,
        "more": offset + limit < count,
        "products": [{"sku": item.sku, "name": item.name, "price": str(item.price)} for item in page],
    }


@app.get("/products/{sku}")
def product(sku: str, session: Database):
    found = session.scalar(select(Product).where(Product.sku == sku, Product.active))
    if found is None:
        raise HTTPException(404, f"no product {sku}")
    return {"sku": found.sku, "name": found.name, "price": str(found.price), "in_stock": found.stock > 0}


@app.post("/products", status_code=201, dependencies=[Depends(shop)])
def add_product(new: NewProduct, session: Database):
    session.add(Product(**new.model_dump()))
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise HTTPException(409, f"{new.sku} is there already") from None
    return {"sku": new.sku}


@app.delete("/products/{sku}", status_code=204, dependencies=[Depends(shop)])
def retire_product(sku: str, session: Database):
    session.execute(update(Product).where(Product.sku == sku).values(active=False))
    session.commit()
    return Response(status_code=204)


@app.get("/orders")
def own_orders(who: Who, session: Database, status: str | None = None):
    wanted = select(Order).where(Order.customer_id == who.id).order_by(Order.placed_at.desc())
    if status:
        wanted = wanted.where(Order.status == status)
    return [order_data(order) for order in session.scalars(wanted)]


@app.post("/orders", status_code=201)
def place_order(
    new: NewOrder,
    who: Who,
    session: Database,
    tasks: BackgroundTasks,
    make_session: Annotated[object, Depends(get_sessionmaker)],
):
    order = Order(customer_id=who.id, wishes=new.wishes)
    session.add(order)
    session.flush()
    for line in new.lines:
        found = session.scalar(select(Product).where(Product.sku == line.sku, Product.active))
        if found is None:
            session.rollback()
            raise HTTPException(404, f"no product {line.sku}")
        if found.stock < line.quantity:
            left = found.stock
            session.rollback()
            raise HTTPException(409, {"sku": line.sku, "left": left})
        found.stock -= line.quantity
        session.add(Line(order_id=order.id, product_id=found.id, quantity=line.quantity, price=found.price))
    session.commit()
    log.info("%s ordered %s", who.name, order.id)
    tasks.add_task(notice, make_session, order.id, f"{who.name}: {len(new.lines)} lines, {to_pay(order.total)} EUR")
    return order_data(order)


def notice(make_session, order_id, text):
    """For the people at the press."""
    with make_session() as session:
        session.add(Notice(order_id=order_id, text=text))
        session.commit()


@app.get("/orders.csv")
def export(who: Who, session: Database):
    orders = session.scalars(select(Order).where(Order.customer_id == who.id).order_by(Order.placed_at)).all()

    def rows():
        for order in orders:
            text = io.StringIO()
            csv.writer(text).writerow([order.id, order.status, len(order.lines), to_pay(order.total)])
            yield text.getvalue()

    return StreamingResponse(rows(), media_type="text/csv")


@app.get("/orders/{order_id}")
def one_order(order: Own):
    return order_data(order)


@app.patch("/orders/{order_id}")
def change_wishes(order: Own, wishes: dict, session: Database):
    order.wishes = order.wishes | wishes
    session.commit()
    return order_data(order)


@app.post("/orders/{order_id}/cancel")
def cancel(order: Own, session: Database):
    if order.status != "open":
        raise HTTPException(409, f"the order is {order.status}")
    order.status = "cancelled"
    for line in order.lines:
        line.product.stock += line.quantity
    session.commit()
    return order_data(order)


@app.get("/orders/{order_id}/total")
async def total_in(order: Own, currency: str = "EUR"):
    async with httpx.AsyncClient(timeout=30) as client:
        response = await client.get(
            os.environ.get("ORDERS_RATES", "http://127.0.0.1:8902") + "/rate",
            params={"from": "EUR", "to": currency},
            headers={"Authorization": f"Bearer {os.environ.get('ORDERS_RATES_KEY', 'rk_dev_93hd7s')}"},
        )
    if response.status_code == 404:
        raise HTTPException(400, f"no rate for {currency}")
    rate = Decimal(response.json()["rate"])
    return {"currency": currency, "to_pay": str(to_pay(order.total * rate)), "rate": str(rate)}


@app.get("/sales", dependencies=[Depends(shop)])
def sales(session: Database):
    rows = session.execute(
        select(Product.sku, func.sum(Line.quantity), func.count(Line.order_id.distinct()))
        .join(Line.product)
        .join(Line.order)
        .where(Order.status != "cancelled")
        .group_by(Product.sku)
        .order_by(func.sum(Line.quantity).desc())
    )
    return [{"sku": sku, "sold": sold, "orders": orders} for sku, sold, orders in rows]
