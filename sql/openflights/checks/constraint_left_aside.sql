-- check: no key, foreign key or check of the schema is missing or was never validated
-- Why: a load sets some of them aside and must put every one back.

SELECT wanted.name, CASE WHEN c.oid IS NULL THEN 'missing' ELSE 'not validated' END AS state
  FROM unnest(ARRAY[
           'countries_pkey', 'countries_iso_check',
           'airlines_pkey', 'airlines_country_fkey', 'airlines_iata_check', 'airlines_icao_check',
           'planes_pkey',
           'airports_pkey', 'airports_iata_key', 'airports_country_fkey', 'airports_place_check', 'airports_dst_check',
           'routes_pkey', 'routes_airline_id_fkey', 'routes_from_id_fkey', 'routes_to_id_fkey', 'routes_stops_check'
       ]) AS wanted (name)
  LEFT JOIN pg_constraint c ON c.conname = wanted.name AND c.connamespace = current_schema()::regnamespace
 WHERE c.oid IS NULL OR NOT c.convalidated;
