-- What: the shop's data move as one would write it by hand for speed, all inside PostgreSQL: every
-- distinct text is cleaned once, in a lookup table, rows are put together by hash joins over both
-- cores, and keys, checks, indexes and foreign keys are built after the rows.
-- Given to it for nothing: the old tables stand in the new database already, and the target tables
-- are its own to make. A refused row is left out without a word; nothing could be resumed.

SET work_mem = '256MB';
SET maintenance_work_mem = '512MB';
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET synchronous_commit = off;
SET jit = off;
SET client_min_messages = warning;

CREATE FUNCTION squeeze(raw text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT btrim(regexp_replace(regexp_replace(raw, E'[\x01-\x08\x0e-\x1f\x7f]', '', 'g'), E'[\\s\u00a0]+', ' ', 'g'))
$$;
CREATE FUNCTION known(clean text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT CASE WHEN lower(clean) IN ('', 'n/a', 'na', 'null', 'none', '-', '--', '?', 'unknown') THEN NULL ELSE clean END
$$;

-- Lookup tables: days that exist, and what each distinct text means. OFFSET 0 keeps the planner from
-- cleaning before it has made the texts distinct.

CREATE UNLOGGED TABLE day_of AS
SELECT to_char(day, form) AS text, day
  FROM generate_series(timestamptz '1990-01-01', '2030-12-31', '1 day') AS day,
       unnest(ARRAY['YYYY-MM-DD', 'DD/MM/YYYY', 'Mon DD, YYYY', 'DD.MM.YYYY']) AS form;

CREATE UNLOGGED TABLE raw_email AS
SELECT user_email AS text FROM old_orders GROUP BY 1 UNION SELECT email FROM old_users;
-- In a step of its own, as both cores read a table, but not the outcome of a UNION.
CREATE UNLOGGED TABLE email_of AS
SELECT text, email
  FROM (SELECT text, regexp_replace(lower(btrim(text, E' \t\n\u00a0')), '^mailto:', '') AS email FROM raw_email OFFSET 0) AS lowered
 WHERE email ~ '^[a-z0-9_%+''-]+(\.[a-z0-9_%+''-]+)*@([a-z0-9-]+\.)+[a-z]{2,}$';

CREATE UNLOGGED TABLE price_of AS
SELECT text, price::numeric(12, 2)
  FROM (SELECT price FROM old_orders GROUP BY 1 UNION SELECT price FROM old_products OFFSET 0) AS raw (text),
       LATERAL (SELECT regexp_replace(text, '\s|[$€£¥]|USD|EUR', '', 'g') OFFSET 0) AS bare (digits),
       LATERAL (SELECT CASE
           WHEN digits ~ '^\d+(\.\d+)?$' THEN digits
           WHEN digits ~ '^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$' THEN replace(digits, ',', '')
           WHEN digits ~ '^(\d+|\d{1,3}(\.\d{3})+),\d+$' THEN translate(digits, ',.', '.')
       END::numeric OFFSET 0) AS number (price)
 WHERE price = round(price, 2) AND price < 1e10;

CREATE UNLOGGED TABLE quantity_of AS
SELECT text, number::integer AS quantity
  FROM (SELECT quantity FROM old_orders GROUP BY 1 OFFSET 0) AS raw (text),
       LATERAL (SELECT btrim(regexp_replace(lower(squeeze(text)), '^x|(pcs|pc|pieces|x)$', ''))) AS bare (digits),
       LATERAL (SELECT CASE WHEN digits ~ '^\d+(\.0+)?$' THEN digits::numeric END) AS parsed (number)
 WHERE number BETWEEN 1 AND 2147483647;

CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'returned');
CREATE UNLOGGED TABLE status_of AS
SELECT raw.text, meaning::order_status AS status
  FROM (SELECT status FROM old_orders GROUP BY 1 OFFSET 0) AS raw (text)
  JOIN (VALUES ('pending', ARRAY['new', 'open', 'pending']),
               ('paid', ARRAY['paid', 'payed', 'payment received']),
               ('shipped', ARRAY['sent', 'shipped', 'on its way']),
               ('delivered', ARRAY['delivered', 'done', 'ok']),
               ('cancelled', ARRAY['cancelled', 'canceled', 'void']),
               ('returned', ARRAY['returned', 'refund', 'sent back'])) AS known (meaning, words)
    ON lower(squeeze(raw.text)) = ANY (words);

CREATE UNLOGGED TABLE note_of AS
SELECT text, known(squeeze(text)) AS note FROM (SELECT note FROM old_orders GROUP BY 1 OFFSET 0) AS raw (text);

ANALYZE day_of, email_of, price_of;

-- Users and addresses.

CREATE UNLOGGED TABLE user_row AS
SELECT u.id::bigint,
       e.email,
       initcap(squeeze(u.full_name)) AS full_name,
       CASE WHEN length(number) BETWEEN 8 AND 15 THEN '+' || number END AS phone,
       CASE WHEN lower(btrim(coalesce(u.is_active, ''))) IN ('', 'y', 'yes', 't', 'true', '1', 'on') THEN true
            WHEN lower(btrim(u.is_active)) IN ('n', 'no', 'f', 'false', '0', 'off') THEN false END AS is_active,
       CASE WHEN u.reg_date LIKE '____-__-__ __:__:__' THEN d.day + right(u.reg_date, 8)::interval ELSE d.day END AS registered_at,
       u.address
  FROM old_users AS u
  JOIN email_of AS e ON e.text = u.email
  JOIN day_of AS d ON d.text = CASE WHEN u.reg_date LIKE '____-__-__ __:__:__' THEN left(u.reg_date, 10) ELSE u.reg_date END,
       LATERAL (SELECT regexp_replace(u.phone, '\D', '', 'g')) AS kept (digits),
       LATERAL (SELECT CASE WHEN u.phone ~ '[[:alpha:]]' THEN NULL
                            WHEN btrim(u.phone) LIKE '+%' THEN digits
                            WHEN digits LIKE '00%' THEN substr(digits, 3)
                            ELSE '1' || ltrim(digits, '0') END) AS international (number)
 WHERE squeeze(u.full_name) <> '';
DELETE FROM user_row WHERE is_active IS NULL;

CREATE TABLE users AS
SELECT DISTINCT ON (email) id, email, full_name, phone, is_active, registered_at
  FROM user_row ORDER BY email, registered_at DESC, id;
ANALYZE users;

CREATE TABLE addresses AS
SELECT DISTINCT ON (user_id, street, city, postal_code, country) *
  FROM (SELECT id, user_id, known(street) AS street, initcap(known(city)) AS city,
               upper(known(postal_code)) AS postal_code, upper(known(country)) AS country
          FROM (SELECT r.id, u.id AS user_id,
                       squeeze(split_part(r.address, ';', 1)) AS street,
                       squeeze(split_part(r.address, ';', 2)) AS city,
                       squeeze(split_part(r.address, ';', 3)) AS postal_code,
                       squeeze(split_part(r.address, ';', 4)) AS country
                  FROM user_row AS r JOIN users AS u USING (email)
                OFFSET 0) AS squeezed
         WHERE known(street) IS NOT NULL
        OFFSET 0) AS parts
 ORDER BY user_id, street, city, postal_code, country, id;

-- Products and categories.

CREATE UNLOGGED TABLE product_row AS
SELECT p.id::bigint,
       squeeze(p.name) AS name,
       known.category,
       r.price,
       CASE WHEN lower(btrim(coalesce(p.in_stock, ''))) IN ('y', 'yes', 't', 'true', '1', 'on') THEN true
            WHEN lower(btrim(coalesce(p.in_stock, ''))) IN ('', 'n', 'no', 'f', 'false', '0', 'off') THEN false END AS in_stock
  FROM old_products AS p
  JOIN price_of AS r ON r.text = p.price
  JOIN (VALUES ('Electronics', ARRAY['electronics', 'electroncs', 'elektronics', 'electronic']),
               ('Books', ARRAY['books', 'book', 'boks']),
               ('Clothing', ARRAY['clothing', 'clothes', 'cloting']),
               ('Home', ARRAY['home', 'hom', 'house']),
               ('Garden', ARRAY['garden', 'gardn', 'gardening']),
               ('Toys', ARRAY['toys', 'toy', 'tois']),
               ('Sports', ARRAY['sports', 'sport', 'sprots']),
               ('Food', ARRAY['food', 'fod', 'groceries'])) AS known (category, words)
    ON lower(squeeze(p.category)) = ANY (words)
 WHERE squeeze(p.name) <> '' AND r.price >= 0;
DELETE FROM product_row WHERE in_stock IS NULL;

CREATE TABLE categories AS
SELECT row_number() OVER (ORDER BY min(id))::smallint AS id, category AS name FROM product_row GROUP BY category;

CREATE TABLE products AS
SELECT DISTINCT ON (lower(p.name)) p.id, p.name, c.id AS category_id, p.price, p.in_stock
  FROM product_row AS p JOIN categories AS c ON c.name = p.category
 ORDER BY lower(p.name), p.id;

CREATE UNLOGGED TABLE user_of AS
SELECT e.text, u.id AS user_id FROM email_of AS e JOIN users AS u USING (email);
CREATE UNLOGGED TABLE product_of AS
SELECT raw.text, p.id AS product_id
  FROM (SELECT product_name FROM old_orders GROUP BY 1 OFFSET 0) AS raw (text)
  JOIN products AS p ON lower(p.name) = lower(squeeze(raw.text));
ANALYZE user_of, product_of;

-- Orders and what was in them: one pass of hash joins, then each table.

CREATE UNLOGGED TABLE order_row AS
SELECT o.id, u.user_id,
       CASE WHEN o.order_date LIKE '____-__-__ __:__:__' THEN d.day + right(o.order_date, 8)::interval ELSE d.day END AS ordered_at,
       s.status, n.note, p.product_id, q.quantity, r.price AS unit_price
  FROM old_orders AS o
  JOIN user_of AS u ON u.text = o.user_email
  JOIN product_of AS p ON p.text = o.product_name
  JOIN day_of AS d ON d.text = CASE WHEN o.order_date LIKE '____-__-__ __:__:__' THEN left(o.order_date, 10) ELSE o.order_date END
  JOIN price_of AS r ON r.text = o.price
  JOIN quantity_of AS q ON q.text = o.quantity
  JOIN status_of AS s ON s.text = o.status
  LEFT JOIN note_of AS n ON n.text = o.note;

CREATE TABLE orders AS SELECT id, user_id, ordered_at, status, note FROM order_row;
CREATE TABLE order_items AS
SELECT id, id AS order_id, ordered_at, product_id, quantity, unit_price FROM order_row;

\ir shop_constraints.sql

DROP TABLE day_of, raw_email, email_of, price_of, quantity_of, status_of, note_of, user_row, product_row, user_of, product_of, order_row;
