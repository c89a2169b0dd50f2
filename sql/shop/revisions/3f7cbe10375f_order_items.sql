-- revision: 3f7cbe10375f
-- down_revision: 13328c44072e
-- branch_labels: none      depends_on: none
-- message: order items, apart from their order
-- transaction: on
--
-- Locks: orders and products, against writes, while the foreign keys are made.

-- +upgrade
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

-- +downgrade
DROP TABLE order_items;
