-- What: the keys, checks, indexes and foreign keys of sql/shop/schema, for peers that add them after
-- the rows; one pass over each table for its checks.

SET maintenance_work_mem = '512MB';

ALTER TABLE users
    ALTER email SET NOT NULL, ALTER full_name SET NOT NULL, ALTER is_active SET NOT NULL, ALTER is_active SET DEFAULT true,
    ALTER registered_at SET NOT NULL,
    ADD PRIMARY KEY (id), ADD UNIQUE (email),
    ADD CHECK (email = lower(email) AND email LIKE '%_@_%'), ADD CHECK (phone ~ '^\+[0-9]{8,15}$');
ALTER TABLE addresses
    ALTER user_id SET NOT NULL, ALTER street SET NOT NULL, ADD PRIMARY KEY (id);
ALTER TABLE categories ALTER name SET NOT NULL, ADD PRIMARY KEY (id), ADD UNIQUE (name);
ALTER TABLE products
    ALTER name SET NOT NULL, ALTER category_id SET NOT NULL, ALTER price SET NOT NULL, ALTER in_stock SET NOT NULL,
    ADD PRIMARY KEY (id), ADD CHECK (price >= 0);
CREATE UNIQUE INDEX products_name_key ON products (lower(name));
ALTER TABLE orders
    ALTER user_id SET NOT NULL, ALTER ordered_at SET NOT NULL, ALTER status SET NOT NULL,
    ADD PRIMARY KEY (id, ordered_at), ADD CHECK (isfinite(ordered_at));
ALTER TABLE order_items
    ALTER order_id SET NOT NULL, ALTER ordered_at SET NOT NULL, ALTER product_id SET NOT NULL,
    ALTER quantity SET NOT NULL, ALTER unit_price SET NOT NULL,
    ADD PRIMARY KEY (id), ADD CHECK (quantity > 0), ADD CHECK (unit_price >= 0);
ALTER TABLE addresses ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
ALTER TABLE products ADD FOREIGN KEY (category_id) REFERENCES categories;
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
ALTER TABLE order_items
    ADD FOREIGN KEY (order_id, ordered_at) REFERENCES orders ON DELETE CASCADE,
    ADD FOREIGN KEY (product_id) REFERENCES products;
