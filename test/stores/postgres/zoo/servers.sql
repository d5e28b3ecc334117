-- What reaches out: publications, subscriptions, foreign data. Passwords are in here to see that they stay here.
CREATE SCHEMA outside;
CREATE TABLE outside.sent (a int PRIMARY KEY, b text, c int); CREATE TABLE outside.sent_too (a int PRIMARY KEY); INSERT INTO outside.sent VALUES (1, 'x', 2);
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, truncate'); CREATE PUBLICATION "some" FOR TABLE outside.sent (a, b) WHERE (a > 5), outside.sent_too WITH (publish_via_partition_root = true);
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA outside; CREATE PUBLICATION none; ALTER PUBLICATION none OWNER TO zoo_owner; COMMENT ON PUBLICATION none IS 'p';
CREATE FOREIGN DATA WRAPPER dummy OPTIONS (debug 'true'); CREATE SERVER away TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER dummy OPTIONS (host 'away.example', "api_key" 'key-4711-secret'); GRANT USAGE ON FOREIGN SERVER away TO zoo_reader; ALTER SERVER away OWNER TO zoo_owner;
CREATE USER MAPPING FOR zoo_owner SERVER away OPTIONS ("user" 'remote', password 'pass-4711-secret''\'); CREATE USER MAPPING FOR PUBLIC SERVER away OPTIONS ("user" 'anyone'); CREATE USER MAPPING FOR CURRENT_USER SERVER away OPTIONS (password 'only-4711-secret');
CREATE FOREIGN TABLE outside.far (a int OPTIONS (column_name 'x') NOT NULL, b text DEFAULT 'y', CHECK (a > 0)) SERVER away OPTIONS (table_name 't'); COMMENT ON FOREIGN TABLE outside.far IS 'far'; COMMENT ON SERVER away IS 's'; COMMENT ON FOREIGN DATA WRAPPER dummy IS 'w';
CREATE TABLE outside.parted (a int) PARTITION BY RANGE (a); CREATE TABLE outside.parted_near PARTITION OF outside.parted FOR VALUES FROM (0) TO (10); CREATE FOREIGN TABLE outside.parted_far PARTITION OF outside.parted FOR VALUES FROM (10) TO (20) SERVER away;
INSERT INTO outside.parted VALUES (5);
CREATE SUBSCRIPTION words CONNECTION 'host=nowhere.invalid user=me password=sub-4711-secret' PUBLICATION a, "b c" WITH (connect = false, slot_name = 'the_slot', binary = true); COMMENT ON SUBSCRIPTION words IS 's';
CREATE SUBSCRIPTION url CONNECTION 'postgresql://me:url-4711-secret@nowhere.invalid/db?sslmode=disable' PUBLICATION a WITH (connect = false, slot_name = NONE);
CREATE SUBSCRIPTION quoted CONNECTION 'dbname=x password = ''it\'' is sub-4711-secret'' host=nowhere.invalid' PUBLICATION a WITH (connect = false, slot_name = NONE); ALTER SUBSCRIPTION words OWNER TO CURRENT_USER;
