-- revision: 8e6e68032a93
-- down_revision: none
-- branch_labels: none      depends_on: none
-- message: countries, customers, products
-- transaction: on
--
-- Locks: nothing that exists.

-- +upgrade
CREATE TABLE countries (
    id   smallint PRIMARY KEY,
    name text NOT NULL,
    CONSTRAINT countries_name_key UNIQUE (name)
);

CREATE TABLE customers (
    id         integer PRIMARY KEY,
    country_id smallint NOT NULL,
    CONSTRAINT customers_country_id_fkey FOREIGN KEY (country_id) REFERENCES countries (id)
);

CREATE TABLE products (
    code        text PRIMARY KEY,
    description text,
    CONSTRAINT products_code_check CHECK (code = upper(code) AND code <> '')
);

-- +downgrade
DROP TABLE products;
DROP TABLE customers;
DROP TABLE countries;
