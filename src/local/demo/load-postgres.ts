import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type City, onSphere, readCities } from './cities.ts';

const schema = `
  CREATE EXTENSION IF NOT EXISTS vector;
  CREATE TABLE region (code text PRIMARY KEY, name text NOT NULL, centre vector(3));
  CREATE TABLE district (code text PRIMARY KEY, region text NOT NULL, name text NOT NULL);
  CREATE TABLE city (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    country char(2) NOT NULL,
    region text,
    district text,
    latitude numeric(8, 5) NOT NULL,
    longitude numeric(8, 5) NOT NULL,
    on_sphere vector(3) NOT NULL
  );
  CREATE TABLE visit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    city bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    note jsonb
  );`;

/** After the rows: checking all of them at once is quicker than each by itself. */
const indexes = `
  ALTER TABLE district ADD FOREIGN KEY (region) REFERENCES region;
  ALTER TABLE city ADD FOREIGN KEY (region) REFERENCES region, ADD FOREIGN KEY (district) REFERENCES district;
  ALTER TABLE visit ADD FOREIGN KEY (city) REFERENCES city;
  UPDATE region r SET centre = c.centre
    FROM (SELECT region, avg(on_sphere) AS centre FROM city WHERE region IS NOT NULL GROUP BY region) c
    WHERE c.region = r.code;
  CREATE INDEX city_by_country ON city (country, name);
  CREATE INDEX city_by_district ON city (district) WHERE district IS NOT NULL;
  CREATE INDEX city_by_place ON city USING ivfflat (on_sphere vector_l2_ops) WITH (lists = 100);
  CREATE INDEX region_by_centre ON region USING hnsw (centre vector_l2_ops);
  CREATE INDEX visit_by_city ON visit (city, at DESC);
  CREATE VIEW busiest AS SELECT city, count(*) AS visits FROM visit GROUP BY city ORDER BY visits DESC;
  ANALYZE;`;

const field = (value: string | null): string =>
  value === null
    ? '\\N'
    : value.replace(/[\\\t\n\r]/g, (found) => `\\${{ '\\': '\\', '\t': 't', '\n': 'n', '\r': 'r' }[found]}`);

const load = async (client: pg.Client, into: string, rows: Iterable<readonly (string | null)[]>): Promise<void> => {
  const lines = function* (): Generator<string> {
    for (const row of rows) yield `${row.map(field).join('\t')}\n`;
  };
  await pipeline(Readable.from(lines()), client.query(copyFrom(`COPY ${into} FROM STDIN`)));
};

/** Fills an empty database with the cities of the world. @returns rows loaded */
export const loadPostgres = async (url: string): Promise<number> => {
  const { cities, regions, districts } = readCities();
  const knownRegions = new Set(regions.map((region) => region.code));
  const regionOf = (code: string): string => code.split('.').slice(0, 2).join('.');
  const placed = districts.filter((district) => knownRegions.has(regionOf(district.code)));
  const knownDistricts = new Set(placed.map((district) => district.code));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(schema);
    await load(
      client,
      'region (code, name)',
      regions.map((region) => [region.code, region.name]),
    );
    await load(
      client,
      'district',
      placed.map((district) => [district.code, regionOf(district.code), district.name]),
    );
    const known = (codes: ReadonlySet<string>, code: string): string | null => (codes.has(code) ? code : null);
    const row = (city: City): (string | null)[] => {
      const region = `${city.country}.${city.admin1}`;
      const point = onSphere(Number(city.lat), Number(city.lng));
      const district = known(knownDistricts, `${region}.${city.admin2}`);
      return [city.name, city.country, known(knownRegions, region), district, city.lat, city.lng, point];
    };
    const columns = 'city (name, country, region, district, latitude, longitude, on_sphere)';
    await load(client, columns, cities.values().map(row));
    await client.query('INSERT INTO visit (city) SELECT id FROM city ORDER BY id LIMIT 500');
    await client.query(indexes);
    return regions.length + placed.length + cities.length + 500;
  } finally {
    await client.end();
  }
};
