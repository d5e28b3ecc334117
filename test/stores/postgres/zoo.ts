/** One of everything that a schema can hold. Roles are of the server: they are made once. */
export const zooRoles = `
  DO $$ BEGIN
    PERFORM pg_advisory_xact_lock(1);
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zoo_app') THEN
      CREATE ROLE zoo_app; CREATE ROLE "zoo ""reader";
    END IF;
  END $$;`;

export const zoo = `
  CREATE EXTENSION vector;
  CREATE SCHEMA shop; CREATE SCHEMA "odd ""schema.x";
  CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'happy');
  CREATE TYPE shop.pair AS (a int, b text);
  CREATE DOMAIN shop.email AS text CHECK (value ~ '@');
  CREATE SEQUENCE shop.standalone START 5;
  CREATE FUNCTION shop.f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x + 1';
  CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    -- \\restrict and \\connect are words here
    RETURN new; END $$;
  CREATE TABLE shop.customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email shop.email NOT NULL UNIQUE, mood shop.mood DEFAULT 'ok',
    p shop.pair, a int, twice int GENERATED ALWAYS AS (a * 2) STORED, v vector(3));
  CREATE TABLE shop.orders (
    id serial PRIMARY KEY, customer bigint NOT NULL REFERENCES shop.customers,
    total numeric(12, 2) CHECK (total >= 0), at timestamptz DEFAULT now(), doc jsonb);
  COMMENT ON TABLE shop.orders IS 'orders; it''s "hostile" \n\\connect elsewhere';
  COMMENT ON COLUMN shop.orders.total IS 'money';
  CREATE INDEX orders_at ON shop.orders (at); COMMENT ON INDEX shop.orders_at IS 'of time';
  CREATE INDEX orders_by_key ON shop.orders ((doc ->> 'k'));
  CREATE STATISTICS shop.together ON customer, total FROM shop.orders;
  CREATE TRIGGER touched BEFORE INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.touch();
  CREATE RULE deleted AS ON DELETE TO shop.orders DO ALSO NOTHING;
  ALTER TABLE shop.customers ENABLE ROW LEVEL SECURITY;
  CREATE POLICY readable ON shop.customers FOR SELECT TO "zoo ""reader" USING (true);
  GRANT USAGE ON SCHEMA shop TO "zoo ""reader"; GRANT SELECT ON shop.orders TO "zoo ""reader";
  ALTER TABLE shop.orders OWNER TO zoo_app;
  CREATE TABLE shop.events (at date NOT NULL, id bigint, note text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
  CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE shop.events_2 PARTITION OF shop.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
  CREATE TABLE shop.events_2a PARTITION OF shop.events_2 DEFAULT;
  CREATE INDEX events_note ON shop.events (note);
  CREATE TABLE shop.refs (at date, id bigint, FOREIGN KEY (at, id) REFERENCES shop.events);
  CREATE TABLE shop.base (x int); CREATE TABLE shop.child (y int) INHERITS (shop.base);
  CREATE VIEW shop.of_customers AS SELECT o.id, c.email FROM shop.orders o JOIN shop.customers c ON c.id = o.customer;
  CREATE VIEW shop.by_key AS SELECT id, total FROM shop.orders GROUP BY id;
  CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.of_customers;
  CREATE UNIQUE INDEX counted_n ON shop.counted (n);
  CREATE MATERIALIZED VIEW shop.again AS SELECT * FROM shop.counted;
  CREATE MATERIALIZED VIEW shop.never AS SELECT * FROM shop.counted WITH NO DATA;
  CREATE FUNCTION shop.atomic() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM shop.orders; END;
  CREATE TABLE shop.columnless (); CREATE UNLOGGED TABLE shop.unlogged (a int);
  CREATE PUBLICATION pub FOR TABLE shop.orders;
  CREATE FOREIGN DATA WRAPPER dummy; CREATE SERVER elsewhere FOREIGN DATA WRAPPER dummy;
  CREATE FOREIGN TABLE shop.far (a int) SERVER elsewhere;
  CREATE FUNCTION shop.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'no changes of the schema here'; END $$;
  ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO "zoo ""reader";

  INSERT INTO shop.customers (email, mood, p, a, v) SELECT 'a' || i || '@x', (ARRAY['sad', 'ok', 'happy']::shop.mood[])[1 + i % 3],
    ROW (i, 't"(,)')::shop.pair, i, '[1,2,3]' FROM generate_series(1, 300) i;
  INSERT INTO shop.orders (customer, total, doc) SELECT 1 + i % 300, i, jsonb_build_object('k', i) FROM generate_series(1, 900) i;
  INSERT INTO shop.events SELECT '2024-03-01'::date + (i % 600), i, 'note ' || i FROM generate_series(1, 900) i;
  INSERT INTO shop.refs SELECT at, id FROM shop.events LIMIT 50;
  INSERT INTO shop.base VALUES (1), (2); INSERT INTO shop.child VALUES (3, 4); INSERT INTO shop.unlogged VALUES (7);
  INSERT INTO shop.columnless DEFAULT VALUES; INSERT INTO shop.columnless DEFAULT VALUES;
  SELECT lo_from_bytea(0, decode(repeat('00ff11', 5000), 'hex')), lo_create(0);
  SELECT setval('shop.standalone', 77, false);
  ALTER TABLE shop.orders ADD CONSTRAINT cheap CHECK (total < 1e9) NOT VALID;
  REFRESH MATERIALIZED VIEW shop.counted; REFRESH MATERIALIZED VIEW shop.again;
  DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = shop, "odd ""schema.x", public', current_database());
    EXECUTE format('ALTER DATABASE %I SET my.own = %L', current_database(), 'it''s');
    EXECUTE format('ALTER ROLE zoo_app IN DATABASE %I SET work_mem = %L', current_database(), '8MB');
  END $$;
  CREATE EVENT TRIGGER refused ON ddl_command_end EXECUTE FUNCTION shop.refuse();`;

/** A value of each type that a careless copy or checksum would change or confuse. */
export const types = `
  CREATE EXTENSION vector;
  CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"'); CREATE TYPE pair AS (a int, b text, m mood);
  CREATE DOMAIN email AS text CHECK (value ~ '@'); CREATE DOMAIN ints AS int[]; CREATE TYPE span AS RANGE (subtype = float8);
  CREATE TABLE things (
    id int, yes bool, letter "char", small int2, whole int4, big int8, single real, double float8, exact numeric, cash money,
    words text, padded char(5), named name, bytes bytea, day date, clock time, zoned timetz, moment timestamp,
    instant timestamptz, length interval, one uuid, doc json, docb jsonb, way jsonpath, host inet, net cidr, mac macaddr,
    mac8 macaddr8, bits bit(3), varbits varbit, dot point, ray line, piece lseg, frame box, trail path, shape polygon,
    disc circle, lexemes tsvector, search tsquery, ints int4range, many nummultirange, list int[], nested text[][],
    numerics numeric[], number oid, relation regclass, relations regclass[], procedure regprocedure, kind regtype, who regrole,
    lsn pg_lsn, xid xid8, feeling mood, feelings mood[], couple pair, couples pair[], mail email, more ints, apart span,
    direction vector(3), rights aclitem[], vector_int2 int2vector, seen txid_snapshot, code varchar(10));
  INSERT INTO things VALUES (1, true, 'x', -32768, -2147483648, 9223372036854775807, 'NaN', '-0', '1.10', '-12.34',
    E'a\\tb\\n\\\\N \\\\. "é" 🧊', 'ab', 'a name', '\\x00ff5c', 'infinity', '23:59:59.999999', '12:00+05:30', '-infinity',
    '0044-03-15 00:00:00+00 BC', '1 mon -1 day 01:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1,  "a":2}',
    '{"b": 1.10, "a": null}', '$.a[*] ? (@ > 1)', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
    '101', '1', '(0,-0)', '{1,2,3}', '((0,0),(1,1))', '((1,1),(0,0))', '[(0,0),(1,1)]', '((0,0),(1,1),(2,0))', '<(0,0),1>',
    'fat:2A cat:3', 'fat & !cat', '[1,5)', '{[1.10,2],(3,)}', '[2:3]={7,8}', '{{a,NULL},{"",","}}', '{1.10,NaN}', 4294967295,
    'things', '{things,pg_class}', 'pg_catalog.lower(text)', 'mood', 'postgres', '16/B374D848', '18446744073709551615', 'sad',
    '{sad,NULL}', ROW (1, 'x,"', 'sad'), ARRAY[ROW (NULL, '', NULL)::pair], 'a@b', '{1,2}', '[0.1,0.3)', '[0.1,-0,3]',
    '{postgres=r/postgres}', '1 2', '10:20:10,14,15', 'code');
  INSERT INTO things (id) VALUES (2);
  INSERT INTO things SELECT * FROM things WHERE id = 1;`;
