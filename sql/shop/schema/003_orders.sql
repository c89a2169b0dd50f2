-- What: orders and what was in them.
-- Why ordered_at stands in both: orders is partitioned by month (optimize/002), a partitioned
-- table's keys contain the month's column, and order_items points to the whole key.

CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'returned');

CREATE TABLE orders (
    id         bigint NOT NULL,
    user_id    bigint NOT NULL,
    ordered_at timestamptz NOT NULL,
    status     order_status NOT NULL,
    note       text,
    CONSTRAINT orders_pkey PRIMARY KEY (id, ordered_at),
    CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT orders_ordered_at_check CHECK (isfinite(ordered_at))
);

CREATE TABLE order_items (
    id         bigint PRIMARY KEY,
    order_id   bigint NOT NULL,
    ordered_at timestamptz NOT NULL,
    product_id bigint NOT NULL,
    quantity   integer NOT NULL,
    unit_price numeric(12, 2) NOT NULL,
    CONSTRAINT order_items_order_fkey FOREIGN KEY (order_id, ordered_at) REFERENCES orders (id, ordered_at) ON DELETE CASCADE,
    CONSTRAINT order_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id),
    CONSTRAINT order_items_quantity_check CHECK (quantity > 0),
    CONSTRAINT order_items_unit_price_check CHECK (unit_price >= 0)
);

COMMENT ON TABLE orders IS 'One row per order; what was in it is in order_items.';
COMMENT ON COLUMN orders.ordered_at IS 'When it was placed. Months are cut in UTC.';
COMMENT ON TABLE order_items IS 'One row per product in an order.';
COMMENT ON COLUMN order_items.ordered_at IS 'The order''s own, repeated so that the foreign key can name a partition.';
COMMENT ON COLUMN order_items.unit_price IS 'What the customer paid for one, then.';
