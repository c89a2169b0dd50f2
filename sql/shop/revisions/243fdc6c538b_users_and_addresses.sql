-- revision: 243fdc6c538b
-- down_revision: none
-- branch_labels: none      depends_on: none
-- message: users and addresses
-- transaction: on
--
-- Locks: nothing that exists.

-- +upgrade
CREATE TABLE users (
    id            bigint PRIMARY KEY,
    email         text NOT NULL,
    full_name     text NOT NULL,
    phone         text,
    is_active     boolean NOT NULL DEFAULT true,
    registered_at timestamptz NOT NULL,
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_check CHECK (email = lower(email) AND email LIKE '%_@_%'),
    CONSTRAINT users_phone_check CHECK (phone ~ '^\+[0-9]{8,15}$')
);

CREATE TABLE addresses (
    id          bigint PRIMARY KEY,
    user_id     bigint NOT NULL,
    street      text NOT NULL,
    city        text,
    postal_code text,
    country     text,
    CONSTRAINT addresses_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- +downgrade
DROP TABLE addresses;
DROP TABLE users;
