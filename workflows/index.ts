import { unknownRunbook, walk } from './engine/walk.ts';

// One line for each runbook.
export const backupEstate = walk('backupEstate');
export const recoverPostgresCorruption = walk('recoverPostgresCorruption');
export const restoreEstate = walk('restoreEstate');
export const restoreStore = walk('restoreStore');
export const runDrill = walk('runDrill');

// Parts of runs: the lock on a place, and the fan-out of a stage.
export { holdPlace } from './engine/hold-place.ts';
export { restoreUnits } from './engine/restore-units.ts';

export default unknownRunbook;
