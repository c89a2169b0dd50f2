-- What: writes the lineage of one revision of a mirror.
INSERT INTO pgrefit.mirror (mirror, revision, source, lineage) VALUES ($1, $2, $3, $4::text::jsonb)
ON CONFLICT (mirror, revision) DO UPDATE SET source = excluded.source, lineage = excluded.lineage, written_at = now();
