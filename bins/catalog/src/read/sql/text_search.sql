-- Text search parsers, templates, dictionaries and configurations.
SELECT p.tableoid AS class, p.oid, 0 AS sub, 'text_search_parser' AS kind,
       ARRAY[n.nspname, p.prsname]::text[] AS path, NULL AS owner,
       '(' || concat_ws(', ', 'START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken, 'END = ' || p.prsend,
                        'LEXTYPES = ' || p.prslextype, 'HEADLINE = ' || nullif(p.prsheadline, 0)::regproc) || ')' AS definition,
       NULL AS mappings
FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
UNION ALL
SELECT t.tableoid, t.oid, 0, 'text_search_template', ARRAY[n.nspname, t.tmplname]::text[], NULL,
       '(' || concat_ws(', ', 'INIT = ' || nullif(t.tmplinit, 0)::regproc, 'LEXIZE = ' || t.tmpllexize) || ')', NULL
FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
UNION ALL
SELECT d.tableoid, d.oid, 0, 'text_search_dictionary', ARRAY[n.nspname, d.dictname]::text[],
       pg_get_userbyid(d.dictowner)::text,
       '(' || concat_ws(', ', concat('TEMPLATE = ', quote_ident(tn.nspname), '.', quote_ident(t.tmplname)),
                        d.dictinitoption) || ')', NULL
FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
UNION ALL
SELECT c.tableoid, c.oid, 0, 'text_search_configuration', ARRAY[n.nspname, c.cfgname]::text[],
       pg_get_userbyid(c.cfgowner)::text,
       concat('(PARSER = ', quote_ident(pn.nspname), '.', quote_ident(p.prsname), ')'),
       (SELECT json_agg(mapping.text ORDER BY mapping.text)
        FROM (SELECT concat((SELECT k.alias FROM ts_token_type(c.cfgparser) k WHERE k.tokid = m.maptokentype),
                            ' WITH ', string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)) AS text
              FROM pg_ts_config_map m WHERE m.mapcfg = c.oid GROUP BY m.maptokentype) mapping)::text
FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace pn ON pn.oid = p.prsnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
