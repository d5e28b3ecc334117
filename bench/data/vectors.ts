/**
 * 100 000 vectors of 384 numbers around 500 centres, and an HNSW index with the settings that pgvector gives one. A few thousand
 * are made number by number, the others are sums of those: that takes seconds.
 */
export const vectors = (): string => `
  CREATE EXTENSION vector;
  SELECT setseed(0.42);
  CREATE TEMPORARY TABLE parts AS SELECT n AS id, (SELECT array_agg((random() + random() + random() - 1.5)::real)
    FROM generate_series(1, 384 + 0 * n))::vector AS v FROM generate_series(0, 2999) n;
  ALTER TABLE parts ADD PRIMARY KEY (id);
  CREATE TABLE items (id int8 PRIMARY KEY, embedding vector(384) NOT NULL);
  INSERT INTO items SELECT n, a.v + a.v + b.v + c.v FROM generate_series(1, 100000) n JOIN parts a ON a.id = n % 500
    JOIN parts b ON b.id = 500 + n % 997 JOIN parts c ON c.id = 1500 + n % 1009 ORDER BY n;
  SET maintenance_work_mem = '400MB';
  CREATE INDEX nearest ON items USING hnsw (embedding vector_l2_ops);
  RESET maintenance_work_mem`;
