-- revision: 13328c44072e
-- down_revision: 6a98e75011c6
-- branch_labels: none      depends_on: none
-- message: orders and their status
-- transaction: on
--
-- Locks: users, against writes, while the foreign key is made.

-- +upgrade
CREATE TYPE order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'returned');

CREATE TABLE orders (
    id         bigint NOT NULL,
    user_id    bigint NOT NULL,
    ordered_at timestamptz NOT NULL,
    status     order_status NOT NULL,
    note       text,
    CONSTRAINT orders_pkey PRIMARY KEY (id, ordered_at),
    CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT orders_ordered_at_check CHECK (isfinite(ordered_at))
);

-- +downgrade
DROP TABLE orders;
DROP TYPE order_status;
