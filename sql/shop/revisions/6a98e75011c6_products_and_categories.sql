-- revision: 6a98e75011c6
-- down_revision: 243fdc6c538b
-- branch_labels: none      depends_on: none
-- message: products and categories
-- transaction: on
--
-- Locks: nothing that exists.

-- +upgrade
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

-- +downgrade
DROP TABLE products;
DROP TABLE categories;
