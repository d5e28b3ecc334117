-- Types that people define, and columns of every one of them. Values of the built-in types are in zoo.ts.
CREATE SCHEMA types;
SET search_path = types;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); ALTER TYPE mood ADD VALUE 'so-so' BEFORE 'ok'; COMMIT;
COMMENT ON TYPE mood IS 'it''s a mood';
CREATE TYPE point3 AS (x float8, y float8, z float8); COMMENT ON COLUMN point3.x IS 'to the right';
CREATE TYPE nested AS (at point3, m mood[], n numeric(8, 3));
CREATE DOMAIN positive AS int NOT NULL DEFAULT 1 CONSTRAINT above CHECK (value > 0); COMMENT ON CONSTRAINT above ON DOMAIN positive IS 'c';
CREATE DOMAIN very_positive AS positive CHECK (value > 10);
CREATE DOMAIN later AS int; ALTER DOMAIN later ADD CONSTRAINT unproven CHECK (value > 0) NOT VALID;
CREATE DOMAIN points AS point3[]; CREATE DOMAIN cash AS money;
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = spans);
CREATE FUNCTION less(text, text) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT length($1)::float8 - length($2)';
CREATE TYPE words AS RANGE (subtype = text, collation = "C", subtype_diff = less);
CREATE TYPE shell;
CREATE FUNCTION kept_in(cstring) RETURNS shell LANGUAGE internal STRICT IMMUTABLE AS 'int4in';
CREATE FUNCTION kept_out(shell) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'int4out';
CREATE TYPE shell (INPUT = kept_in, OUTPUT = kept_out, LIKE = int4);
CREATE TABLE own (id int PRIMARY KEY, m mood, ms mood[], p point3, ps point3[], n nested, one very_positive, few points, s span, ss spans, w words,
  sh shell, price cash, prices money[], l later);
INSERT INTO own VALUES
  (1, 'so-so', '{sad,NULL,so-so}', '(1,-0,NaN)', ARRAY['(1,2,3)'::point3, NULL], ROW (ROW ('infinity', '-infinity', 1e-320)::point3, '{ok}', 1.100)::nested,
    11, ARRAY['(1,2,)'::point3], '[0.1,0.30000000000000004)', '{[-0,1),[2,3)}', '["a,\\ )",zz"\"")', '-7', '-12.34', '{1.00,-92233720368547758.08}', 1),
  (2, NULL, '{}', NULL, '{}', NULL, 12, NULL, 'empty', '{}', 'empty', NULL, NULL, NULL, NULL),
  (3, 'happy', '{{sad,ok},{happy,so-so}}', '(,,)', NULL, '(,,)', 13, '[0:1]={"(1,2,3)","(,,)"}', '(,)', '{(,)}', '(,)', '2147483647', '0', '{}', NULL);
CREATE TABLE extremes (n numeric, f4 real, f8 float8, d date, ts timestamp, tz timestamptz, t time, ttz timetz, i interval, i8 bigint, b bytea, txt text,
  bit9 bit(9), vb varbit, ip inet, net cidr, mac macaddr, mac8 macaddr8, lsn pg_lsn, tx xid8, c "char", arr int[], ranges tstzmultirange, j json, jb jsonb);
INSERT INTO extremes VALUES
  ('NaN', 'NaN', '-NaN', 'infinity', '-infinity', 'infinity', '24:00', '24:00-15:59', '178000000 years', 9223372036854775807, '', '', B'000000000', '',
    '::ffff:1.2.3.4/128', '::/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', 'FFFFFFFF/FFFFFFFF', '18446744073709551615', '', '{}', '{(,)}', 'null', 'null'),
  ('Infinity', '-0', '-0', '-infinity', 'infinity', '-infinity', '00:00', '00:00+15:59', '-178000000 years -11 mons -2147483648 days', -9223372036854775808, '\x00',
    E'\\N', B'111111111', repeat('10', 4000)::varbit, '10.1.2.3/8', '10.0.0.0/8', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00', '0/0', '0', '\001', '[-5:-4]={1,NULL}',
    '{[-infinity,2000-01-01),[2001-01-01,infinity]}', '"\u0041\n"', '"\u0041"'),
  ('-Infinity', 'infinity', '-infinity', '4713-01-01 BC', '4713-01-01 BC', '294276-12-31 23:59:59.999999', '23:59:59.999999', '12:00:00.000001+01:02:03', '0', 0,
    decode(repeat('00ff5c0a0d09', 2000), 'hex'), E'\b\f\n\r\t\v\\.\n\\.\n', B'101010101', B'1', '0.0.0.0/0', '1.2.3.4', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
    '16/B374D848', '1', 'z', '{{{1},{2}},{{3},{4}}}', '{}', '{"a":1,"a":2,  "b":[ ]}', '{"a":1e400,"b":1.0}'),
  (repeat('9', 131072)::numeric, 1e38, 2.2250738585072014e-308, '5874897-12-31', '294276-12-31 23:59:59.999999', '4714-11-24 00:00:00+00 BC', NULL, NULL,
    '1 mon -30 days 24:00:00.000001', NULL, NULL, repeat('ü🧊' || chr(1), 3000), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '[]'),
  (('0.' || repeat('0', 16381) || '1')::numeric, 1e-45, 5e-324, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('1.10', 0, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE shapes (p point, l line, s lseg, b box, open path, closed path, poly polygon, c circle, ps point[]);
INSERT INTO shapes VALUES ('(NaN,-0)', '{1,-1,0}', '[(1,2),(3,4)]', '(3,4),(1,2)', '[(0,0),(1e300,1)]', '((0,0),(1,1))', '((0,0),(1,0),(1,1))', '<(1,2),3>', '{"(1,2)"}');
CREATE TABLE searched (v tsvector, q tsquery);
INSERT INTO searched VALUES ($$'it''s':1A,5B 'back\\slash':16383 'space d'$$, $$!'fat':AB* <3> ('rat' | 'it''s')$$), ('', '');
CREATE TABLE catalog (r regclass, p regprocedure, t regtype, o regoperator, ro regrole, ns regnamespace, c regcollation, dic regdictionary, conf regconfig, a aclitem[], snap pg_snapshot, x xid, tid tid,
  oids oidvector, path jsonpath, cursor refcursor, n name);
INSERT INTO catalog VALUES ('types.own', 'types.less(text, text)', 'types.mood[]', '+(int, int)', 'zoo_owner', 'types', '"C"', 'simple', 'english', '{zoo_owner=arw*/postgres,=r/zoo_owner}', '10:20:10,14,15',
  '4294967295', '(4294967295,65535)', '1 2 4294967295', 'strict $."a b"[*] ? (@.x > 1 && @ like_regex "^a" flag "i")', 'c', repeat('n', 63));
RESET search_path;
