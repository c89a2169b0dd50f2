-- What: what is sold, and what is booked like it: postage, bank charges, samples, gift vouchers.

CREATE TABLE products (
    code        text PRIMARY KEY,
    description text,
    CONSTRAINT products_code_check CHECK (code = upper(code) AND code <> '')
);

COMMENT ON COLUMN products.code IS 'In capitals: the export writes 85123A and 85123a for the same thing.';
COMMENT ON COLUMN products.description IS 'As on the latest line really sold; what each line said is in invoice_lines.';
