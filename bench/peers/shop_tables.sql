-- What: the tables of sql/shop/schema without keys, for peers that add those after the rows.

CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'returned');
CREATE TABLE users (id bigint, email text, full_name text, phone text, is_active boolean, registered_at timestamptz);
CREATE TABLE addresses (id bigint, user_id bigint, street text, city text, postal_code text, country text);
CREATE TABLE categories (id smallint, name text);
CREATE TABLE products (id bigint, name text, category_id smallint, price numeric(12, 2), in_stock boolean);
CREATE TABLE orders (id bigint, user_id bigint, ordered_at timestamptz, status order_status, note text);
CREATE TABLE order_items (id bigint, order_id bigint, ordered_at timestamptz, product_id bigint, quantity integer, unit_price numeric(12, 2));
