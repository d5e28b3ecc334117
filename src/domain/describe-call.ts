import type { Call, Site, VerbName, Verbs } from './verbs.ts';
import type { PlaceSpec } from './words.ts';

/** `orders-db/primary (env:ORDERS_DB_URL)`: where a place is, by reference. */
export const describePlace = (place: PlaceSpec): string =>
  place.provider === 'existing'
    ? `${place.id} (${place.url})`
    : `${place.id} (database ${place.database} on ${place.server})`;

const at = ({ place }: Site): string => place.id;

const sentences: { [V in VerbName]: (input: Parameters<Verbs[V]>[1]) => string } = {
  checkReady: ({ target, sites, set }) =>
    `${target} is ready: vault writable${set === undefined ? '' : `, set ${set} there`}${sites.map((site) => `, ${at(site)} reachable, with permissions and space`).join('')}`,
  takeSnapshot: ({ site, set }) => `back up ${at(site)} as set ${set}`,
  checkSet: ({ set }) => `every chunk of set ${set} is whole and authentic`,
  holdSet: ({ set, until }) => `keep set ${set} until ${until}`,
  releaseSet: ({ set }) => `let set ${set} expire again`,
  providePlace: ({ site }) => `make ${describePlace(site.place)}`,
  checkPlace: ({ site }) => `${at(site)} answers and bears the mark of this run`,
  discardPlace: ({ site }) => `remove ${describePlace(site.place)} and everything in it`,
  checkDiscarded: ({ site }) => `${at(site)} is gone`,
  beginRestore: ({ site, set }) => `ready ${at(site)} for set ${set}; refuse it when it is not empty`,
  applyUnits: ({ site, set, stage, batch, batches }) =>
    `apply batch ${batch} of ${batches}, ${stage} of set ${set}, to ${at(site)}`,
  checkStage: ({ site, stage }) => `every unit of ${stage} is in the ledger of ${at(site)}`,
  endRestore: ({ site }) => `drop the ledger of ${at(site)}`,
  comparePlace: ({ site, set }) => `fingerprints of ${at(site)} equal those of set ${set}, object by object`,
  runChecks: ({ site, integrity }) =>
    `${at(site)} passes the checks of the estate${integrity ? ' and is whole, page by page' : ''}`,
  putBackCarried: ({ set }) => `put back the files and folders that set ${set} carries, over nothing that is there`,
  fencePlace: ({ site }) => `stop writes at ${describePlace(site.place)}`,
  unfencePlace: ({ site }) => `allow writes at ${at(site)} again`,
  checkFenced: ({ site }) => `a write at ${at(site)} is refused, or the place is gone`,
  checkWritable: ({ site }) => `a write at ${at(site)} is accepted`,
  switchTarget: ({ target, from, to, epoch }) =>
    `lead users of ${target} from ${from.id} to ${describePlace(to)}, epoch ${epoch} to ${epoch + 1}`,
  checkSwitched: ({ target, to, epoch }) => `users of ${target} reach ${to.id}, epoch ${epoch}`,
  probeService: ({ service }) => `${service} answers as its users need it`,
  measureLoss: ({ target, site }) => `count the acknowledged writes of ${target} that ${at(site)} does not hold`,
};

/** What a call does, or what a check claims, with every place and set it names. */
export const describeCall = (call: Call): string =>
  (sentences[call.verb] as (input: Call['with']) => string)(call.with);
