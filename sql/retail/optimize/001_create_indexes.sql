-- kind: online
--
-- What:  indexes behind the foreign keys, with the time where questions ask for it.
-- Why:   a customer's or a product's history is read without reading every line.
-- Locks: no reads and no writes; each index waits for transactions that began before it.

CREATE INDEX CONCURRENTLY IF NOT EXISTS customers_country_id_idx ON customers (country_id);

CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_customer_id_idx ON invoices (customer_id, invoiced_at);

CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_country_id_idx ON invoices (country_id, invoiced_at);

CREATE INDEX CONCURRENTLY IF NOT EXISTS invoice_lines_invoice_no_idx ON invoice_lines (invoice_no);

CREATE INDEX CONCURRENTLY IF NOT EXISTS invoice_lines_product_code_idx ON invoice_lines (product_code, recorded_at);
