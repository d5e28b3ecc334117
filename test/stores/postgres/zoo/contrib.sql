-- Types and operator classes of the contrib extensions.
CREATE SCHEMA contrib; CREATE SCHEMA extensions;
CREATE EXTENSION hstore SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; CREATE EXTENSION ltree SCHEMA extensions; CREATE EXTENSION cube SCHEMA extensions; CREATE EXTENSION seg SCHEMA extensions; CREATE EXTENSION isn SCHEMA extensions;
CREATE EXTENSION lo SCHEMA extensions; CREATE EXTENSION intarray SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions; CREATE EXTENSION btree_gist SCHEMA extensions; CREATE EXTENSION btree_gin SCHEMA extensions; CREATE EXTENSION bloom SCHEMA extensions;
CREATE EXTENSION "uuid-ossp" SCHEMA extensions; CREATE EXTENSION pgcrypto SCHEMA extensions; CREATE EXTENSION unaccent SCHEMA extensions; CREATE EXTENSION tablefunc SCHEMA extensions; CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw; CREATE EXTENSION amcheck; COMMENT ON EXTENSION amcheck IS 'own words';
SET search_path = contrib, extensions;
CREATE DOMAIN mail AS citext CHECK (value ~ '@');
CREATE TABLE things (id int PRIMARY KEY, h hstore, c citext, cs citext[], l ltree, lq lquery, cu cube, s seg, i isbn13, e ean13, lob lo, ints int[], m mail, hs hstore[]);
INSERT INTO things VALUES (1, '"a"=>NULL, "b"=>"x\"=>,"', 'MiXed', '{A,a}', 'Top.Child.x', '*.foo{1,2}', '(1,-0),(2,3)', '5.0(+-)0.3', '978-0-393-04002-9', '4006381333931', 900001, '{3,1,2}', 'A@b', ARRAY['a=>1'::hstore, NULL]),
  (2, '', '', '{}', '', '*', '0', '~1.5', NULL, NULL, NULL, '{}', NULL, '{}');
INSERT INTO things (id, c, l, ints) SELECT i, 'C' || i, ('a.b' || i)::ltree, ARRAY[i, i * 2] FROM generate_series(3, 200) i;
CREATE INDEX ON things USING gin (h); CREATE UNIQUE INDEX ON things (c, id); CREATE INDEX ON things USING gist (l); CREATE INDEX ON things USING gist (cu); CREATE INDEX ON things USING gin (ints gin__int_ops); CREATE INDEX ON things USING gist (c gist_trgm_ops); CREATE INDEX ON things USING bloom (id) WITH (length = 80, col1 = 4);
CREATE TABLE rooms (room int, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&)); INSERT INTO rooms VALUES (1, '[2024-01-01,2024-01-02)'), (2, '[2024-01-01,2024-01-02)');
CREATE TRIGGER lo_kept BEFORE UPDATE OR DELETE ON things FOR EACH ROW EXECUTE FUNCTION lo_manage(lob); ALTER TABLE things ALTER l SET DEFAULT 'x'::ltree;
CREATE TABLE members (id uuid DEFAULT uuid_generate_v4() PRIMARY KEY, n int); INSERT INTO members (n) SELECT generate_series(1, 20);
CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', dbname 'nowhere', passfile '/nowhere'); CREATE USER MAPPING FOR CURRENT_USER SERVER loopback OPTIONS ("user" 'u', password 'fdw-4711-secret', sslpassword 'ssl-4711-secret');
CREATE FOREIGN TABLE remote (a int OPTIONS (column_name 'b')) SERVER loopback OPTIONS (table_name 't', use_remote_estimate 'false'); ALTER TABLE things ALTER c SET COMPRESSION lz4;
CREATE FUNCTION uses() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION uses() DEPENDS ON EXTENSION citext;
RESET search_path;
