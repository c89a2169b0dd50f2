-- What the server is, and what this user may do.
SELECT current_setting('server_version_num')::int,
       rolsuper,
       rolsuper OR rolcreatedb,
       (SELECT setting::int FROM pg_settings WHERE name = 'maintenance_work_mem'),
       -- Where its data is: for those who may know.
       CASE WHEN rolsuper OR pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
            THEN current_setting('data_directory') END,
       extract(epoch FROM pg_postmaster_start_time())::bigint
FROM pg_roles
WHERE rolname = current_user
