-- What the server is, and what this user may do.
SELECT current_setting('server_version_num')::int,
       rolsuper,
       rolsuper OR rolcreatedb
FROM pg_roles
WHERE rolname = current_user
