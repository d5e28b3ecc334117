import pg from 'pg';

/** Ways to lose a database while users are in it. */
export const disasters = {
  'drop-tables': {
    says: 'A migration goes wrong: three of four tables are dropped, users keep writing into what is left',
    strike: async (primaryUrl: string): Promise<void> =>
      onServer(primaryUrl, 'DROP TABLE district, region, city CASCADE'),
  },
  'drop-database': {
    says: 'The whole database is dropped under its users',
    strike: async (primaryUrl: string, serverUrl: string): Promise<void> => {
      const name = new URL(primaryUrl).pathname.slice(1);
      return onServer(serverUrl, `DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    },
  },
} as const;
export type Disaster = keyof typeof disasters;

const onServer = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};
