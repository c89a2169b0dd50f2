"""The usual way to fake rows: Python's Faker, row by row, COPYed into tables of the same shape.

Without weighting, which is its fast mode. It dirties nothing and knows no right answer.
"""

import os
import random

import faker
import psycopg

USERS, PRODUCTS, ORDERS = (int(os.environ[name]) for name in ("USERS", "PRODUCTS", "ORDERS"))
fake = faker.Faker(use_weighting=False)
faker.Faker.seed(1)
random.seed(1)


def users():
    for id in range(1, USERS + 1):
        yield (id, fake.name(), fake.email(), fake.phone_number(), fake.address().replace("\n", "; "),
               random.choice("YN"), str(fake.date_this_decade()))


def products():
    for id in range(1, PRODUCTS + 1):
        yield id, fake.catch_phrase(), fake.word(), f"${fake.pricetag()}", random.choice("YN")


def orders(emails, names):
    for id in range(1, ORDERS + 1):
        yield (id, random.choice(emails), random.choice(names), str(random.randint(1, 20)), fake.pricetag(),
               str(fake.date_this_decade()), fake.word(), fake.sentence())


def fill(connection, table, rows):
    kept = []
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            kept.append(row[2] if table == "old_users" else row[1])
    return kept


with psycopg.connect(os.environ["OLD_DATABASE_URL"]) as connection:
    emails = fill(connection, "old_users", users())
    names = fill(connection, "old_products", products())
    fill(connection, "old_orders", orders(emails, names))
