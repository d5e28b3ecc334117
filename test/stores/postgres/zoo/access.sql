-- Who may do what: owners, rights, policies, defaults, large objects, comments on what nothing else comments on.
CREATE SCHEMA access AUTHORIZATION zoo_owner; CREATE SCHEMA shared; GRANT USAGE, CREATE ON SCHEMA shared TO zoo_owner WITH GRANT OPTION; GRANT USAGE ON SCHEMA shared TO PUBLIC; COMMENT ON SCHEMA shared IS 'for all';
CREATE TABLE access.secret (id int PRIMARY KEY, who text, pay numeric); INSERT INTO access.secret SELECT i, 'p' || i, i FROM generate_series(1, 30) i;
ALTER TABLE access.secret OWNER TO zoo_owner; ALTER TABLE access.secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON access.secret AS PERMISSIVE FOR ALL TO zoo_reader, "zoo ""odd' role" USING (who = current_user) WITH CHECK (pay > 0); CREATE POLICY no_rows ON access.secret AS RESTRICTIVE FOR DELETE TO PUBLIC USING (false);
COMMENT ON POLICY own_rows ON access.secret IS 'p'; CREATE TABLE access.policies_only (a int); CREATE POLICY dormant ON access.policies_only USING (true);
GRANT USAGE ON SCHEMA access TO zoo_reader; GRANT SELECT (id, who), UPDATE (pay), REFERENCES (id) ON access.secret TO "zoo ""odd' role"; GRANT ALL ON access.secret TO zoo_reader WITH GRANT OPTION;
SET ROLE zoo_reader; GRANT SELECT ON access.secret TO "zoo ""odd' role"; RESET ROLE; REVOKE TRUNCATE ON access.secret FROM zoo_owner;
CREATE SEQUENCE access.numbers; GRANT USAGE ON SEQUENCE access.numbers TO zoo_reader; CREATE VIEW access.seen AS SELECT id FROM access.secret; ALTER VIEW access.seen OWNER TO zoo_reader; GRANT SELECT ON access.seen TO PUBLIC;
CREATE FUNCTION access.secret_of(int) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0'; REVOKE ALL ON FUNCTION access.secret_of FROM PUBLIC; GRANT EXECUTE ON FUNCTION access.secret_of TO zoo_reader;
CREATE TYPE access.kind AS ENUM ('a'); REVOKE USAGE ON TYPE access.kind FROM PUBLIC; GRANT USAGE ON TYPE access.kind TO zoo_owner; ALTER TYPE access.kind OWNER TO zoo_owner; CREATE DOMAIN access.num AS int; ALTER DOMAIN access.num OWNER TO zoo_reader;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO zoo_owner; REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO zoo_owner; REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC;
GRANT SELECT ON pg_catalog.pg_authid TO zoo_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE zoo_owner GRANT SELECT ON TABLES TO zoo_reader; ALTER DEFAULT PRIVILEGES IN SCHEMA access REVOKE EXECUTE ON FUNCTIONS FROM zoo_owner; ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE zoo_owner IN SCHEMA shared GRANT USAGE ON SEQUENCES TO "zoo ""odd' role" WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO zoo_reader;
DO $$ DECLARE page int; BEGIN
  PERFORM lo_create(900001); PERFORM lo_put(900001, 0, decode(repeat('00ff11', 5000), 'hex')); PERFORM lo_create(900002);
  PERFORM lo_create(900003); PERFORM lo_put(900003, 100000, '\x01'); PERFORM lo_put(900003, 5, '\x02'); PERFORM lo_from_bytea(900004, convert_to(repeat('large ', 20000), 'UTF8'));
END $$;
ALTER LARGE OBJECT 900001 OWNER TO zoo_owner; GRANT SELECT, UPDATE ON LARGE OBJECT 900001 TO zoo_reader; COMMENT ON LARGE OBJECT 900002 IS 'empty';
CREATE AGGREGATE access.greatest_of(int) (SFUNC = int4larger, STYPE = int); COMMENT ON AGGREGATE access.greatest_of(int) IS 'a'; ALTER AGGREGATE access.greatest_of(int) OWNER TO zoo_owner;
CREATE COLLATION access.plain (provider = libc, locale = 'C'); COMMENT ON COLLATION access.plain IS 'c'; CREATE TABLE access.collated (a text COLLATE access.plain, b text COLLATE "POSIX"); CREATE INDEX ON access.collated (a COLLATE "ucs_basic");
COMMENT ON TABLE access.secret IS 'it''s "secret" \ $$'; COMMENT ON COLUMN access.secret.pay IS ''; COMMENT ON COLUMN access.secret.who IS 'who'; COMMENT ON INDEX access.secret_pkey IS 'i'; COMMENT ON DOMAIN access.num IS 'd'; COMMENT ON LANGUAGE plpgsql IS 'l';
