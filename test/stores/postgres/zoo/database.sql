-- What is of the database itself, and where things lie. Last: from here on an event trigger lets nobody change anything.
DO $$ BEGIN
  EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), 'it''s ours');
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CREATE ON DATABASE %I TO zoo_owner WITH GRANT OPTION', current_database());
  EXECUTE format('ALTER DATABASE %I SET search_path = shared, "Odd ""schema''.x", public', current_database());
  EXECUTE format('ALTER DATABASE %I SET zoo.own = %L', current_database(), 'it''s = "x"');
  EXECUTE format('ALTER DATABASE %I SET DateStyle = %L', current_database(), 'German, DMY');
  EXECUTE format('ALTER ROLE zoo_owner IN DATABASE %I SET work_mem = %L', current_database(), '8MB');
  EXECUTE format('ALTER ROLE "zoo ""odd'' role" IN DATABASE %I SET statement_timeout = %L', current_database(), '1h');
END $$;
CREATE FUNCTION access.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'an event trigger fired'; END $$; REVOKE ALL ON FUNCTION access.watch FROM PUBLIC;
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE INDEX', 'DROP TABLE', 'CREATE SCHEMA') EXECUTE FUNCTION access.watch(); ALTER EVENT TRIGGER watching DISABLE; COMMENT ON EVENT TRIGGER watching IS 'e';
CREATE EVENT TRIGGER replicated ON sql_drop EXECUTE FUNCTION access.watch(); ALTER EVENT TRIGGER replicated ENABLE REPLICA;
CREATE EVENT TRIGGER strict ON ddl_command_start EXECUTE FUNCTION access.watch(); ALTER EVENT TRIGGER strict ENABLE ALWAYS;
