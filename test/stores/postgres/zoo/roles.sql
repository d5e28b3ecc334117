-- Roles belong to the server and several tests make them at once: under one lock, once.
DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(1);
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zoo_owner') THEN
    CREATE ROLE zoo_owner; CREATE ROLE zoo_reader; CREATE ROLE "zoo ""odd' role";
    GRANT zoo_reader TO zoo_owner;
  END IF;
END $$;
