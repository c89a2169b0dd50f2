-- check: no key, foreign key or check of the schema is missing or was never validated
-- Why: a load sets some of them aside and must put every one back.

SELECT wanted.name, CASE WHEN c.oid IS NULL THEN 'missing' ELSE 'not validated' END AS state
  FROM unnest(ARRAY[
           'countries_pkey', 'countries_name_key',
           'customers_pkey', 'customers_country_id_fkey',
           'products_pkey', 'products_code_check',
           'invoices_pkey', 'invoices_customer_id_fkey', 'invoices_country_id_fkey', 'invoices_no_check',
           'invoice_lines_pkey', 'invoice_lines_invoice_no_fkey', 'invoice_lines_product_code_fkey',
           'invoice_lines_quantity_check'
       ]) AS wanted (name)
  LEFT JOIN pg_constraint c ON c.conname = wanted.name AND c.connamespace = current_schema()::regnamespace
 WHERE c.oid IS NULL OR NOT c.convalidated;
