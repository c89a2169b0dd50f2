-- What: people and where they live.
-- Why one address table: the legacy field held four facts, and a person may have several addresses.

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

COMMENT ON TABLE users IS 'People who may order. One row per e-mail address.';
COMMENT ON COLUMN users.id IS 'The number the legacy shop gave; the survivor''s, where duplicates were merged.';
COMMENT ON COLUMN users.phone IS 'E.164, such as +493012345678.';
COMMENT ON TABLE addresses IS 'Where people live. A person may have several.';
