import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

from orders.api import app
from orders.db import get_sessionmaker
from orders.models import Base


@pytest.fixture
def make_session():
    engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def client(make_session):
    app.dependency_overrides[get_sessionmaker] = lambda: make_session
    yield TestClient(app)
    app.dependency_overrides.clear()
