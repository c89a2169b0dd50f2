"""The script of someone who knows SQLAlchemy: each old row becomes objects, flushed in batches.

Into the standing schema, as an application's models would. It accounts for nothing and resumes
nothing.
"""

import os
from datetime import datetime
from decimal import Decimal

import sqlalchemy
from sqlalchemy import BigInteger, SmallInteger, text
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import shop_clean as clean
from shop_words import STATUSES

BATCH = 5_000
Status = ENUM(*STATUSES, name="order_status", create_type=False)


class Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger, datetime: sqlalchemy.DateTime(timezone=True)}


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    full_name: Mapped[str]
    phone: Mapped[str | None]
    is_active: Mapped[bool]
    registered_at: Mapped[datetime]


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    street: Mapped[str]
    city: Mapped[str | None]
    postal_code: Mapped[str | None]
    country: Mapped[str | None]


class Category(Base):
    __tablename__ = "categories"
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str]


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    category_id: Mapped[int] = mapped_column(SmallInteger)
    price: Mapped[Decimal]
    in_stock: Mapped[bool]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    ordered_at: Mapped[datetime] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(Status)
    note: Mapped[str | None]


class OrderItem(Base):
    __tablename__ = "order_items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int]
    ordered_at: Mapped[datetime]
    product_id: Mapped[int]
    quantity: Mapped[int]
    unit_price: Mapped[Decimal]


def engine(name):
    return sqlalchemy.create_engine(os.environ[name].replace("postgresql://", "postgresql+psycopg://"))


def rows(old, query):
    return old.execution_options(yield_per=BATCH).execute(text(query))


def save(session, objects):
    """Flushes in batches, parents before children, and lets go of what is written."""
    batch = []
    for found in objects:
        batch.append(found)
        if len(batch) >= BATCH:
            session.add_all(batch)
            session.flush()
            session.expunge_all()
            batch.clear()
    session.add_all(batch)
    session.flush()
    session.expunge_all()


def users(old, session):
    people, kept = {}, []
    for row in rows(old, "SELECT * FROM old_users"):
        user = User(id=row.id, email=clean.email(row.email), full_name=clean.name(row.full_name), phone=clean.phone(row.phone),
                    is_active=clean.boolean(row.is_active, True), registered_at=clean.date(row.reg_date))
        if user.email is None or not user.full_name or user.is_active is None or user.registered_at is None:
            continue
        kept.append((row.id, user.email, row.address))
        best = people.get(user.email)
        if best is None or (user.registered_at, -user.id) > (best.registered_at, -best.id):
            people[user.email] = user
    ids = {email: user.id for email, user in people.items()}
    save(session, people.values())
    seen = set()

    def addresses():
        for id, email, address in sorted(kept):
            parts = (ids[email], *clean.address(address))
            if parts[1] is not None and parts not in seen:
                seen.add(parts)
                yield Address(id=id, user_id=parts[0], street=parts[1], city=parts[2], postal_code=parts[3], country=parts[4])

    save(session, addresses())
    return ids


def products(old, session):
    categories, found = {}, {}
    for row in rows(old, "SELECT * FROM old_products ORDER BY id"):
        name, category = clean.squeeze(row.name or ""), clean.category(row.category)
        price, stock = clean.price(row.price), clean.boolean(row.in_stock, False)
        if name and category is not None and price is not None and stock is not None:
            number = categories.setdefault(category, len(categories) + 1)
            found.setdefault(name.lower(), Product(id=row.id, name=name, category_id=number, price=price, in_stock=stock))
    ids = {name: product.id for name, product in found.items()}
    save(session, [Category(id=number, name=name) for name, number in categories.items()])
    save(session, found.values())
    return ids


def orders(old, session, user_ids, product_ids):
    placed, items = [], []
    for row in rows(old, "SELECT * FROM old_orders"):
        user, product = user_ids.get(clean.email(row.user_email)), product_ids.get(clean.folded(row.product_name))
        date, status = clean.date(row.order_date), clean.status(row.status)
        quantity, price = clean.quantity(row.quantity), clean.price(row.price)
        if None in (user, product, date, status, quantity, price):
            continue
        placed.append(Order(id=row.id, user_id=user, ordered_at=date, status=status, note=clean.note(row.note)))
        items.append(OrderItem(id=row.id, order_id=row.id, ordered_at=date, product_id=product, quantity=quantity, unit_price=price))
        if len(placed) >= BATCH:
            save(session, placed)
            save(session, items)
            placed.clear()
            items.clear()
    save(session, placed)
    save(session, items)


with engine("OLD_DATABASE_URL").connect() as old, Session(engine("DATABASE_URL")) as session:
    user_ids = users(old, session)
    orders(old, session, user_ids, products(old, session))
    session.commit()
