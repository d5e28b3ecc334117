CREATE EXTENSION vector; CREATE SCHEMA vectors;
CREATE TABLE vectors.items (id int PRIMARY KEY, v vector(3), any_v vector, h halfvec(3), s sparsevec(100), b bit(3), vs vector[]);
INSERT INTO vectors.items SELECT i, ARRAY[i, -0.0, 1e-10]::vector, ARRAY[i, 2]::vector, ARRAY[i, 0.1, -1]::halfvec, format('{1:%s,100:-2}/100', i)::sparsevec, B'101', ARRAY['[1,2]'::vector, NULL] FROM generate_series(1, 200) i;
INSERT INTO vectors.items (id) VALUES (0);
CREATE INDEX by_hnsw ON vectors.items USING hnsw (v vector_cosine_ops) WITH (m = 8, ef_construction = 32); CREATE INDEX by_ivf ON vectors.items USING ivfflat (h halfvec_l2_ops) WITH (lists = 3); CREATE INDEX by_bits ON vectors.items USING hnsw (b bit_hamming_ops);
CREATE INDEX by_part ON vectors.items USING hnsw ((v::halfvec(3)) halfvec_l2_ops) WHERE id > 10;
