-- check: no field holds a word that stands for no value

SELECT kind, id, value
  FROM (
    SELECT 'airlines.alias' AS kind, id::text, alias AS value FROM airlines
    UNION ALL SELECT 'airlines.iata', id::text, iata FROM airlines
    UNION ALL SELECT 'airlines.icao', id::text, icao FROM airlines
    UNION ALL SELECT 'airlines.callsign', id::text, callsign FROM airlines
    UNION ALL SELECT 'airports.city', id::text, city FROM airports
    UNION ALL SELECT 'airports.iata', id::text, iata FROM airports
    UNION ALL SELECT 'airports.time_zone', id::text, time_zone FROM airports
    UNION ALL SELECT 'planes.icao', name, icao FROM planes
    UNION ALL SELECT 'routes.equipment', id::text, equipment FROM routes
  ) AS fields
 WHERE lower(btrim(value)) IN ('', E'\\n', '-', 'n/a', 'null');
