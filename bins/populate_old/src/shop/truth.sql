-- What: the answer key of the generated shop: what becomes of each row, and the rows that a right
--       migration makes.
-- Why: verify_data compares the new database with it, row by row and value by value. It is
--      written by the generator, which knows each clean value before it dirties it.
-- Locks: nothing that exists.

CREATE SCHEMA truth;

-- One row per row of a source table.
CREATE TABLE truth.fates (
    source        text NOT NULL,
    key           text NOT NULL,
    fate          text NOT NULL CHECK (fate IN ('loaded', 'merged', 'quarantined')),
    into_key      text,     -- merged: the survivor's key
    source_column text,     -- quarantined: the first column that refuses, in the mapping's order
    target        text,
    column_name   text,     -- of the target
    rule          text
);

-- The targets, column for column; a status is text, so that no type of the new database is needed.
CREATE TABLE truth.users (
    id            bigint,
    email         text,
    full_name     text,
    phone         text,
    is_active     boolean,
    registered_at timestamptz
);

CREATE TABLE truth.addresses (
    id          bigint,
    user_id     bigint,
    street      text,
    city        text,
    postal_code text,
    country     text
);

CREATE TABLE truth.categories (
    id   smallint,
    name text
);

CREATE TABLE truth.products (
    id          bigint,
    name        text,
    category_id smallint,
    price       numeric(12, 2),
    in_stock    boolean
);

CREATE TABLE truth.orders (
    id         bigint,
    user_id    bigint,
    ordered_at timestamptz,
    status     text,
    note       text
);

CREATE TABLE truth.order_items (
    id         bigint,
    order_id   bigint,
    ordered_at timestamptz,
    product_id bigint,
    quantity   integer,
    unit_price numeric(12, 2)
);
