/**
 * A shop as one finds it: 14 tables, most built-in types, keys between them, partitions, a few secondary indexes. About
 * 440 MB of tables at scale 1. Text is made of words, so that it packs about as well as what people write.
 */
export const mixed = (scale: number): string => {
  const n = (rows: number): number => Math.max(20, Math.round(rows * scale));
  const [customers, products, orders, items] = [n(120_000), n(20_000), n(450_000), n(1_100_000)];
  return `
  SET synchronous_commit = off;
  SELECT setseed(0.42);
  CREATE TEMPORARY TABLE line AS SELECT n AS id, string_agg(word, ' ') AS words FROM (
    SELECT n % 4096 AS n, (ARRAY['order','parcel','refund','courier','invoice','late','window','customer','street','number','please',
      'thanks','broken','box','again','tomorrow','morning','delivery','note','left','with','neighbour','signed','by','the','and',
      'not','was','is','has','been','sent','to','from','warehouse','seven','blue','large','small','replace','return','price','item'])
      [1 + floor(43 * random() * random())::int] || CASE WHEN random() < 0.1 THEN floor(random() * 1000)::text ELSE '' END AS word
    FROM generate_series(1, 4096 * 250) n) w GROUP BY n;
  CREATE UNIQUE INDEX ON line (id);
  ANALYZE line;
  CREATE FUNCTION pg_temp.words(of int, most int) RETURNS text LANGUAGE plpgsql STABLE AS
    'BEGIN RETURN substr(words, 1 + of / 4096 % 300, 1 + (of::int8 * 31 % most)::int) FROM pg_temp.line WHERE id = of % 4096; END';

  CREATE TYPE order_status AS ENUM ('new', 'paid', 'packed', 'sent', 'delivered', 'returned');
  CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');

  CREATE TABLE customer (id bigint, code uuid NOT NULL, name text NOT NULL, mail email NOT NULL, born date,
    country char(2), is_vip boolean NOT NULL, credit numeric(12, 2), tags text[], profile jsonb, since timestamptz NOT NULL);
  INSERT INTO customer SELECT i, gen_random_uuid(), initcap(pg_temp.words(i, 18)), 'user' || i || '@shop.example',
    DATE '1950-01-01' + i * 13 % 20000, chr(65 + i % 26) || chr(65 + i / 26 % 26), i % 17 = 0, i * 7 % 100000 / 100.0,
    ARRAY[pg_temp.words(i, 9), pg_temp.words(i + 1, 9)],
    jsonb_build_object('visits', i % 97, 'theme', CASE i % 3 WHEN 0 THEN 'dark' ELSE 'light' END, 'note', pg_temp.words(i, 120)),
    TIMESTAMPTZ '2020-01-01' + i * INTERVAL '97 seconds' FROM generate_series(1, ${customers}) i;

  CREATE TABLE product (id int, sku varchar(20) NOT NULL, title text, body text, price money, weight real,
    size int4range, picture bytea);
  INSERT INTO product SELECT i, 'SKU-' || i, pg_temp.words(i, 60), pg_temp.words(i, 1500), (i % 9000 / 10.0)::numeric::money,
    i % 1000 / 7.0, int4range(i % 40, i % 40 + 10), decode(repeat(md5(i::text) || md5((i + 1)::text), 8), 'hex')
    FROM generate_series(1, ${products}) i;

  CREATE TABLE "order" (id bigint, customer bigint NOT NULL, status order_status NOT NULL,
    total numeric(12, 2) NOT NULL, placed timestamptz NOT NULL, sent timestamp, note text);
  INSERT INTO "order" SELECT i, 1 + i::int8 * 7919 % ${customers}, (enum_range(NULL::order_status))[1 + i % 6], i % 50000 / 100.0,
    TIMESTAMPTZ '2024-01-01' + i * INTERVAL '61 seconds', TIMESTAMP '2024-01-02' + i * INTERVAL '61 seconds',
    CASE WHEN i % 4 = 0 THEN pg_temp.words(i, 160) END FROM generate_series(1, ${orders}) i;

  CREATE TABLE order_item ("order" bigint NOT NULL, line smallint NOT NULL, product int NOT NULL,
    quantity smallint NOT NULL, price numeric(10, 2) NOT NULL);
  INSERT INTO order_item SELECT 1 + i % ${orders}, i / ${orders}, 1 + i * 31 % ${products}, 1 + i % 5, i % 9000 / 10.0
    FROM generate_series(0, ${items - 1}) i;

  CREATE TABLE payment (id uuid, "order" bigint NOT NULL, amount numeric(12, 2), paid_from inet,
    took interval, is_settled boolean);
  INSERT INTO payment SELECT gen_random_uuid(), i, i % 50000 / 100.0, ('10.' || i % 256 || '.' || i / 256 % 256 || '.' || i % 251)::inet,
    i % 100000 * INTERVAL '1 millisecond', i % 9 <> 0 FROM generate_series(1, ${n(300_000)}) i;

  CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, kind text NOT NULL, session uuid, payload jsonb)
    PARTITION BY RANGE (at);
  ${[1, 2, 3, 4].map((m) => `CREATE TABLE event_0${m} PARTITION OF event FOR VALUES FROM ('2026-0${m}-01+00') TO ('2026-0${m + 1}-01+00');`).join('\n  ')}
  INSERT INTO event (at, kind, session, payload) SELECT TIMESTAMPTZ '2026-01-01+00' + i * (INTERVAL '119 days' / ${n(500_000)}),
    (ARRAY['view', 'click', 'cart', 'buy'])[1 + i % 4], gen_random_uuid(),
    jsonb_build_object('page', '/p/' || i % 20000, 'ms', i % 3000, 'agent', pg_temp.words(i % 400, 60))
    FROM generate_series(1, ${n(500_000)}) i;

  CREATE TABLE reading (sensor int NOT NULL, at timestamptz NOT NULL, value double precision, quality real, flags bit(8));
  INSERT INTO reading SELECT i % 500, TIMESTAMPTZ '2026-02-01+00' + i * INTERVAL '1 second', sin(i) * 100, random(), (i % 256)::bit(8)
    FROM generate_series(1, ${n(1_000_000)}) i;

  CREATE TABLE document (id int, title text, body text, read_by int[]);
  INSERT INTO document SELECT i, pg_temp.words(i, 80), (SELECT string_agg(pg_temp.words(i * 100 + j, 2000), E'\\n') FROM generate_series(1, 8) j),
    ARRAY[i, i + 1, i * 2] FROM generate_series(1, ${n(6_000)}) i;

  CREATE TABLE picture (id int, name text, content bytea NOT NULL);
  INSERT INTO picture SELECT i, 'picture ' || i, (SELECT string_agg(sha512((i * 1000 + j)::text::bytea), '') FROM generate_series(1, 120) j)
    FROM generate_series(1, ${n(4_000)}) i;

  CREATE TABLE booking (id bigint, account int, amount numeric(38, 10), booked date, memo varchar(80));
  INSERT INTO booking SELECT i, i % 5000, i * 1.0000000001, DATE '2025-01-01' + i % 700, pg_temp.words(i, 80)
    FROM generate_series(1, ${n(350_000)}) i;

  CREATE TABLE shift (id int, during tstzrange, starts time, lasts interval, place point, device macaddr);
  INSERT INTO shift SELECT i, tstzrange(TIMESTAMPTZ '2026-01-01+00' + i * INTERVAL '1 hour', TIMESTAMPTZ '2026-01-01+00' + (i + 8) * INTERVAL '1 hour'),
    TIME '00:00' + i % 1440 * INTERVAL '1 minute', i % 9 * INTERVAL '1 hour', point(i % 180, i % 90), ('08:00:2b:' || to_hex(i % 100 + 16) || ':02:03')::macaddr
    FROM generate_series(1, ${n(80_000)}) i;

  CREATE TABLE session (id uuid, customer bigint, data json, search tsvector, network cidr);
  INSERT INTO session SELECT gen_random_uuid(), 1 + i % ${customers}, json_build_object('cart', i % 10, 'from', pg_temp.words(i, 40)),
    to_tsvector('simple', pg_temp.words(i, 120)), ('192.168.' || i % 256 || '.0/24')::cidr FROM generate_series(1, ${n(120_000)}) i;

  CREATE TABLE setting (key text, value text);
  INSERT INTO setting SELECT 'key ' || i, pg_temp.words(i, 40) FROM generate_series(1, 200) i;

  ALTER TABLE customer ADD PRIMARY KEY (id);
  ALTER TABLE product ADD PRIMARY KEY (id);
  ALTER TABLE product ADD UNIQUE (sku);
  ALTER TABLE "order" ADD PRIMARY KEY (id);
  ALTER TABLE order_item ADD PRIMARY KEY ("order", line);
  ALTER TABLE payment ADD PRIMARY KEY (id);
  ALTER TABLE document ADD PRIMARY KEY (id);
  ALTER TABLE picture ADD PRIMARY KEY (id);
  ALTER TABLE booking ADD PRIMARY KEY (id);
  ALTER TABLE shift ADD PRIMARY KEY (id);
  ALTER TABLE session ADD PRIMARY KEY (id);
  ALTER TABLE setting ADD PRIMARY KEY (key);
  CREATE INDEX order_by_customer ON "order" (customer, placed DESC);
  CREATE INDEX order_item_by_product ON order_item (product);
  CREATE INDEX event_by_time ON event (at);
  CREATE INDEX reading_by_sensor ON reading (sensor, at);
  ALTER TABLE "order" ADD FOREIGN KEY (customer) REFERENCES customer;
  ALTER TABLE order_item ADD FOREIGN KEY ("order") REFERENCES "order";
  ALTER TABLE order_item ADD FOREIGN KEY (product) REFERENCES product;
  ALTER TABLE payment ADD FOREIGN KEY ("order") REFERENCES "order";
  ALTER TABLE session ADD FOREIGN KEY (customer) REFERENCES customer;
  `;
};
