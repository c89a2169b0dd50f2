-- What: the statements of revisions that were begun and have not ended.
SELECT s.id, s.revision, s.direction, s.statement, s.checksum, s.took IS NOT NULL AS finished
  FROM pgrefit.revision_log s
 WHERE s.statement IS NOT NULL
   AND NOT EXISTS (SELECT FROM pgrefit.revision_log whole
                    WHERE whole.revision = s.revision AND whole.statement IS NULL AND whole.id > s.id)
 ORDER BY s.id;
