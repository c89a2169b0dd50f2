-- What: the columns of a primary key that is away; $1 the table's oid.
SELECT primary_key FROM pgrefit.set_aside
 WHERE table_name = $1::oid::regclass::text AND primary_key IS NOT NULL AND restored_at IS NULL
