-- What: where customers are, and who they are: the export knows no more than a number of them.

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

COMMENT ON TABLE customers IS 'Customers with a number; an invoice without one has no row here.';
COMMENT ON COLUMN customers.country_id IS 'Of the latest invoice: eight customers moved.';
