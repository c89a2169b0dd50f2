-- What: the lineage of one revision of a mirror of one source.
SELECT lineage::text FROM pgrefit.mirror WHERE mirror = $1 AND revision = $2 AND source = $3;
