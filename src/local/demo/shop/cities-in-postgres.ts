import pg from 'pg';
import { onSphere } from '../cities.ts';

const nearest =
  'SELECT id, name, country, latitude, longitude FROM city ORDER BY on_sphere <-> $1::public.vector LIMIT 5';

/** What the shop asks of its cities. */
export const openCities = async (url: string) => {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 1_000,
    application_name: 'demo-service',
  });
  pool.on('error', () => undefined);
  return {
    /** @throws Error when a read does not answer as a user needs it */
    check: async (): Promise<void> => {
      const { rows } = await pool.query('SELECT count(*)::int AS cities FROM (SELECT 1 FROM city LIMIT 1) one');
      if (rows[0].cities !== 1) throw new Error('there are no cities');
    },
    near: async (latitude: number, longitude: number): Promise<unknown[]> =>
      (await pool.query(nearest, [onSphere(latitude, longitude)])).rows,
    visit: async (city: number): Promise<unknown> =>
      (await pool.query('INSERT INTO visit (city) VALUES ($1) RETURNING id, at', [city])).rows[0],
    close: () => pool.end(),
  };
};
