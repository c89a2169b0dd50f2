-- What CREATE DATABASE and ALTER DATABASE need to make this database anew. Columns that only some
-- versions have are read through to_jsonb. Locks nothing.
SELECT d.datname::text                                            AS name,
       pg_catalog.pg_get_userbyid(d.datdba)::text                 AS owner,
       pg_catalog.pg_encoding_to_char(d.encoding)::text           AS encoding,
       d.datcollate::text                                         AS collate,
       d.datctype::text                                           AS ctype,
       pg_catalog.to_jsonb(d) ->> 'datlocprovider'                AS locale_provider,
       COALESCE(pg_catalog.to_jsonb(d) ->> 'datlocale',
                pg_catalog.to_jsonb(d) ->> 'daticulocale')        AS locale,
       d.datconnlimit                                             AS connection_limit,
       pg_catalog.shobj_description(d.oid, 'pg_database')         AS comment,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                   'grantee', CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee) END,
                   'grantor', pg_catalog.pg_get_userbyid(a.grantor),
                   'privilege', a.privilege_type,
                   'grantable', a.is_grantable) ORDER BY a.grantee, a.privilege_type)::text
        FROM pg_catalog.aclexplode(d.datacl) AS a)                AS grants,
       d.datacl IS NOT NULL                                       AS has_grants,
       COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                            'role', CASE WHEN s.setrole <> 0 THEN pg_catalog.pg_get_userbyid(s.setrole) END,
                            'name', pg_catalog.split_part(c.setting, '=', 1),
                            'value', pg_catalog.substr(c.setting, pg_catalog.strpos(c.setting, '=') + 1))
                        ORDER BY s.setrole, c.setting)
                 FROM pg_catalog.pg_db_role_setting AS s, pg_catalog.unnest(s.setconfig) AS c (setting)
                 WHERE s.setdatabase = d.oid), '[]')::text        AS settings,
       pg_catalog.current_setting('server_version')               AS server_version,
       pg_catalog.current_setting('server_version_num')::int      AS server_version_num,
       (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
             ELSE pg_catalog.pg_current_wal_lsn() END)::text      AS wal_lsn,
       pg_catalog.pg_database_size(d.oid)                         AS bytes
FROM pg_catalog.pg_database AS d
WHERE d.datname = pg_catalog.current_database()
