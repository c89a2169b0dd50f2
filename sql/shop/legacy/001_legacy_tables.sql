-- What: the shop as it was: three tables, everything text, no key but the row's own number.
-- Why: populate_old fills these; migrate_data reads them and never writes.
-- Locks: nothing that exists.

CREATE TABLE old_users (
    id        integer PRIMARY KEY,
    full_name text,
    email     text,
    phone     text,
    address   text,     -- street; city; postal code; country
    is_active text,     -- Y, N, true, 1, ''
    reg_date  text
);

CREATE TABLE old_products (
    id       integer PRIMARY KEY,
    name     text,
    category text,
    price    text,
    in_stock text
);

CREATE TABLE old_orders (
    id           bigint PRIMARY KEY,
    user_email   text,  -- names the user
    product_name text,  -- names the product
    quantity     text,
    price        text,
    order_date   text,
    status       text,
    note         text
);
