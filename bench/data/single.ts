/** One table of about 560 MB with three indexes. */
export const single = (rows = 3_400_000): string => `
  SET synchronous_commit = off;
  SELECT setseed(0.42);
  CREATE TABLE measurement (id bigint, device int NOT NULL, at timestamptz NOT NULL, value double precision, label text, detail jsonb);
  INSERT INTO measurement SELECT i, i::int8 * 7919 % 200000, TIMESTAMPTZ '2026-01-01+00' + i * INTERVAL '1 second', random() * 1000,
    'label ' || md5(i::text), jsonb_build_object('unit', (ARRAY['C', 'F', 'K'])[1 + i % 3], 'level', i % 100)
    FROM generate_series(1, ${rows}) i;
  ALTER TABLE measurement ADD PRIMARY KEY (id);
  CREATE INDEX measurement_by_device ON measurement (device, at);
  CREATE INDEX measurement_by_time ON measurement (at);
  `;
