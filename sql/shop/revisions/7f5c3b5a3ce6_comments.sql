-- revision: 7f5c3b5a3ce6
-- down_revision: 3f7cbe10375f
-- branch_labels: none      depends_on: none
-- message: say what tables and columns mean
-- transaction: on
--
-- Locks: each table named, against other schema changes only.

-- +upgrade
COMMENT ON TABLE users IS 'People who may order. One row per e-mail address.';
COMMENT ON COLUMN users.id IS 'The number the legacy shop gave; the survivor''s, where duplicates were merged.';
COMMENT ON COLUMN users.phone IS 'E.164, such as +493012345678.';
COMMENT ON TABLE addresses IS 'Where people live. A person may have several.';
COMMENT ON TABLE products IS 'What the shop sells. Names are unique whatever their case.';
COMMENT ON COLUMN products.price IS 'Today''s price; what a customer paid is order_items.unit_price.';
COMMENT ON TABLE orders IS 'One row per order; what was in it is in order_items.';
COMMENT ON COLUMN orders.ordered_at IS 'When it was placed. Months are cut in UTC.';
COMMENT ON TABLE order_items IS 'One row per product in an order.';
COMMENT ON COLUMN order_items.ordered_at IS 'The order''s own, repeated so that the foreign key can name a partition.';
COMMENT ON COLUMN order_items.unit_price IS 'What the customer paid for one, then.';

-- +downgrade
COMMENT ON COLUMN order_items.unit_price IS NULL;
COMMENT ON COLUMN order_items.ordered_at IS NULL;
COMMENT ON TABLE order_items IS NULL;
COMMENT ON COLUMN orders.ordered_at IS NULL;
COMMENT ON TABLE orders IS NULL;
COMMENT ON COLUMN products.price IS NULL;
COMMENT ON TABLE products IS NULL;
COMMENT ON TABLE addresses IS NULL;
COMMENT ON COLUMN users.phone IS NULL;
COMMENT ON COLUMN users.id IS NULL;
COMMENT ON TABLE users IS NULL;
