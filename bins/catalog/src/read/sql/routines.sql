-- Functions, procedures and aggregates. The name holds the types of the input arguments, which
-- tell overloaded ones apart.
SELECT p.tableoid AS class, p.oid, 0 AS sub,
       CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
       ARRAY[n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')']::text[] AS path,
       pg_get_userbyid(p.proowner)::text AS owner,
       p.proacl::text[] AS acl,
       CASE WHEN p.prokind <> 'a' THEN rtrim(pg_get_functiondef(p.oid), E' \n') END AS definition,
       CASE WHEN p.prokind <> 'a' THEN pg_get_function_arguments(p.oid) END AS arguments,
       CASE WHEN p.prokind <> 'a' THEN pg_get_function_result(p.oid) END AS result,
       CASE WHEN p.prokind <> 'a' AND p.prosqlbody IS NULL THEN l.lanname::text END AS language,
       -- aggregate
       CASE WHEN p.prokind = 'a' THEN pg_get_function_arguments(p.oid) END AS signature,
       CASE WHEN p.prokind = 'a' THEN (
         SELECT concat_ws(E',\n    ',
           'SFUNC = ' || a.aggtransfn::regproc,
           'STYPE = ' || format_type(a.aggtranstype, NULL),
           'SSPACE = ' || nullif(a.aggtransspace, 0),
           'FINALFUNC = ' || nullif(a.aggfinalfn, 0)::regproc,
           CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
           CASE WHEN a.aggfinalfn <> 0 AND a.aggfinalmodify <> CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END::"char"
                THEN 'FINALFUNC_MODIFY = ' || CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
           'COMBINEFUNC = ' || nullif(a.aggcombinefn, 0)::regproc,
           'SERIALFUNC = ' || nullif(a.aggserialfn, 0)::regproc,
           'DESERIALFUNC = ' || nullif(a.aggdeserialfn, 0)::regproc,
           'INITCOND = ' || quote_literal(a.agginitval),
           'MSFUNC = ' || nullif(a.aggmtransfn, 0)::regproc,
           'MINVFUNC = ' || nullif(a.aggminvtransfn, 0)::regproc,
           'MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), NULL),
           'MSSPACE = ' || nullif(a.aggmtransspace, 0),
           'MFINALFUNC = ' || nullif(a.aggmfinalfn, 0)::regproc,
           CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
           'MINITCOND = ' || quote_literal(a.aggminitval),
           (SELECT 'SORTOP = OPERATOR(' || quote_ident(on_.nspname) || '.' || o.oprname || ')'
            FROM pg_operator o JOIN pg_namespace on_ ON on_.oid = o.oprnamespace WHERE o.oid = a.aggsortop),
           CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
           CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END)
         FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END AS aggregate
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
  AND NOT EXISTS (SELECT FROM pg_depend e
                  WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
