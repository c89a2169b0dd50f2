-- kind: online
--
-- What:  indexes behind the foreign keys and the shop's daily questions.
-- Why:   without one, deleting a user or a product reads the whole table that points to it. Those
--        on orders are in 002, since no index of a partitioned table can be built concurrently.
-- Locks: no reads and no writes; each index waits for transactions that began before it.

CREATE INDEX CONCURRENTLY IF NOT EXISTS addresses_user_id_idx ON addresses (user_id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS products_category_id_idx ON products (category_id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS order_items_order_idx ON order_items (order_id, ordered_at);

-- What sold of one product, by time.
CREATE INDEX CONCURRENTLY IF NOT EXISTS order_items_product_idx ON order_items (product_id, ordered_at);
