-- revision: 855ef1fd9d45
-- down_revision: e9e1efeabf12
-- branch_labels: none      depends_on: none
-- message: say what tables and columns mean
-- transaction: on
--
-- Locks: each table named, against other schema changes only.

-- +upgrade
COMMENT ON TABLE customers IS 'Customers with a number; an invoice without one has no row here.';
COMMENT ON COLUMN customers.country_id IS 'Of the latest invoice: eight customers moved.';
COMMENT ON COLUMN products.code IS 'In capitals: the export writes 85123A and 85123a for the same thing.';
COMMENT ON COLUMN products.description IS 'As on the latest line really sold; what each line said is in invoice_lines.';
COMMENT ON COLUMN invoices.no IS 'As printed: C before a cancellation, A before an adjustment.';
COMMENT ON COLUMN invoices.customer_id IS 'NULL where the till knew none: a quarter of all lines.';
COMMENT ON COLUMN invoices.country_id IS 'Where it went; a customer who moved keeps the old one on old invoices.';
COMMENT ON COLUMN invoice_lines.id IS 'The row of the export, counted over all files.';
COMMENT ON COLUMN invoice_lines.description IS 'As it was typed, be it ''damaged'' or ''?''.';
COMMENT ON COLUMN invoice_lines.quantity IS 'Negative where goods came back, were cancelled or lost.';
COMMENT ON COLUMN invoice_lines.unit_price IS 'Negative only in an adjustment.';

-- +downgrade
COMMENT ON COLUMN invoice_lines.unit_price IS NULL;
COMMENT ON COLUMN invoice_lines.quantity IS NULL;
COMMENT ON COLUMN invoice_lines.description IS NULL;
COMMENT ON COLUMN invoice_lines.id IS NULL;
COMMENT ON COLUMN invoices.country_id IS NULL;
COMMENT ON COLUMN invoices.customer_id IS NULL;
COMMENT ON COLUMN invoices.no IS NULL;
COMMENT ON COLUMN products.description IS NULL;
COMMENT ON COLUMN products.code IS NULL;
COMMENT ON COLUMN customers.country_id IS NULL;
COMMENT ON TABLE customers IS NULL;
