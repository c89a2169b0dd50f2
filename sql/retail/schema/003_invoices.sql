-- What: invoices and their lines.
-- Why a line has a time of its own: 43 invoices were written across two minutes.

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

COMMENT ON COLUMN invoices.no IS 'As printed: C before a cancellation, A before an adjustment.';
COMMENT ON COLUMN invoices.customer_id IS 'NULL where the till knew none: a quarter of all lines.';
COMMENT ON COLUMN invoices.country_id IS 'Where it went; a customer who moved keeps the old one on old invoices.';
COMMENT ON COLUMN invoice_lines.id IS 'The row of the export, counted over all files.';
COMMENT ON COLUMN invoice_lines.description IS 'As it was typed, be it ''damaged'' or ''?''.';
COMMENT ON COLUMN invoice_lines.quantity IS 'Negative where goods came back, were cancelled or lost.';
COMMENT ON COLUMN invoice_lines.unit_price IS 'Negative only in an adjustment.';
