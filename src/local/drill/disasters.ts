import type { DemoStore } from '../demo/demo-stores.ts';

/** Ways to lose every store at once while users are in them. */
export const disasters = {
  'drop-tables': {
    says: 'A clean-up job runs against production: tables, documents, vectors and sessions are gone, users keep writing into what is left',
    strike: (stores: readonly DemoStore[]) => Promise.all(stores.map((store) => store.lose('content'))),
  },
  'drop-database': {
    says: 'Whole databases are dropped under their users, in every store',
    strike: (stores: readonly DemoStore[]) => Promise.all(stores.map((store) => store.lose('everything'))),
  },
} as const;
export type Disaster = keyof typeof disasters;
