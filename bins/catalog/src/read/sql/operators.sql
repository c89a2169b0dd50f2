-- Operators; the name holds the types of the operands, which tell overloaded ones apart.
SELECT o.tableoid AS class, o.oid, 0 AS sub, 'operator' AS kind,
       ARRAY[n.nspname, concat(o.oprname, '(',
             CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END, ', ',
             format_type(o.oprright, NULL), ')')]::text[] AS path,
       pg_get_userbyid(o.oprowner)::text AS owner,
       concat(quote_ident(n.nspname), '.', o.oprname, ' (', concat_ws(', ',
         'FUNCTION = ' || o.oprcode::regproc,
         'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL),
         'RIGHTARG = ' || format_type(o.oprright, NULL),
         (SELECT concat('COMMUTATOR = OPERATOR(', quote_ident(cn.nspname), '.', c.oprname, ')')
          FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprcom),
         (SELECT concat('NEGATOR = OPERATOR(', quote_ident(cn.nspname), '.', c.oprname, ')')
          FROM pg_operator c JOIN pg_namespace cn ON cn.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
         'RESTRICT = ' || nullif(o.oprrest, 0)::regproc,
         'JOIN = ' || nullif(o.oprjoin, 0)::regproc,
         CASE WHEN o.oprcanhash THEN 'HASHES' END,
         CASE WHEN o.oprcanmerge THEN 'MERGES' END), ')') AS definition
FROM pg_operator o
JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE o.oprcode <> 0
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'pgrefit')
