"""The database, and how endpoints get at it.

Tests override `get_session`, or `get_sessionmaker` where background tasks are to use their database too.
"""

import os
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(
    os.environ.get("ORDERS_DATABASE", "sqlite:///orders.db"),
    connect_args={"check_same_thread": False},
)


def get_sessionmaker():
    return sessionmaker(engine)


def get_session(make_session: Annotated[sessionmaker[Session], Depends(get_sessionmaker)]):
    with make_session() as session:
        yield session
