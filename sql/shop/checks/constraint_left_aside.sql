-- check: no key, foreign key or check of the schema is missing or was never validated
-- Why: a load sets some of them aside and must put every one back.

SELECT wanted.name, CASE WHEN c.oid IS NULL THEN 'missing' ELSE 'not validated' END AS state
  FROM unnest(ARRAY[
           'users_pkey', 'users_email_key', 'users_email_check', 'users_phone_check',
           'addresses_pkey', 'addresses_user_id_fkey',
           'categories_pkey', 'categories_name_key',
           'products_pkey', 'products_category_id_fkey', 'products_price_check',
           'orders_pkey', 'orders_user_id_fkey', 'orders_ordered_at_check',
           'order_items_pkey', 'order_items_order_fkey', 'order_items_product_id_fkey',
           'order_items_quantity_check', 'order_items_unit_price_check'
       ]) AS wanted (name)
  LEFT JOIN pg_constraint c
    ON c.conname = wanted.name AND c.conparentid = 0 AND c.connamespace = current_schema()::regnamespace
 WHERE c.oid IS NULL OR NOT c.convalidated;
