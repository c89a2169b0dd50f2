-- What: what the shop sells.

CREATE TABLE categories (
    id   smallint PRIMARY KEY,
    name text NOT NULL,
    CONSTRAINT categories_name_key UNIQUE (name)
);

CREATE TABLE products (
    id          bigint PRIMARY KEY,
    name        text NOT NULL,
    category_id smallint NOT NULL,
    price       numeric(12, 2) NOT NULL,
    in_stock    boolean NOT NULL,
    CONSTRAINT products_category_id_fkey FOREIGN KEY (category_id) REFERENCES categories (id),
    CONSTRAINT products_price_check CHECK (price >= 0)
);

CREATE UNIQUE INDEX products_name_key ON products (lower(name));

COMMENT ON TABLE products IS 'What the shop sells. Names are unique whatever their case.';
COMMENT ON COLUMN products.price IS 'Today''s price; what a customer paid is order_items.unit_price.';
