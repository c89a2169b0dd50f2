-- revision: e9e1efeabf12
-- down_revision: 8e6e68032a93
-- branch_labels: none      depends_on: none
-- message: invoices and their lines
-- transaction: on
--
-- Locks: countries, customers and products, against writes, while the foreign keys are made.

-- +upgrade
CREATE TYPE invoice_kind AS ENUM ('sale', 'cancellation', 'adjustment');

CREATE TABLE invoices (
    no          text PRIMARY KEY,
    kind        invoice_kind NOT NULL,
    customer_id integer,
    country_id  smallint NOT NULL,
    invoiced_at timestamptz NOT NULL,
    CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id),
    CONSTRAINT invoices_country_id_fkey FOREIGN KEY (country_id) REFERENCES countries (id),
    CONSTRAINT invoices_no_check CHECK (no ~ '^[AC]?[0-9]+$')
);

CREATE TABLE invoice_lines (
    id           bigint PRIMARY KEY,
    invoice_no   text NOT NULL,
    product_code text NOT NULL,
    description  text,
    quantity     integer NOT NULL,
    unit_price   numeric(12, 3) NOT NULL,
    recorded_at  timestamptz NOT NULL,
    CONSTRAINT invoice_lines_invoice_no_fkey FOREIGN KEY (invoice_no) REFERENCES invoices (no) ON DELETE CASCADE,
    CONSTRAINT invoice_lines_product_code_fkey FOREIGN KEY (product_code) REFERENCES products (code),
    CONSTRAINT invoice_lines_quantity_check CHECK (quantity <> 0)
);

-- +downgrade
DROP TABLE invoice_lines;
DROP TABLE invoices;
DROP TYPE invoice_kind;
