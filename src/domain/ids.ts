import type { PlaceId, RunId } from './words.ts';

/** Workflow id of the lock on a place: one open workflow with this id means the place is taken. */
export const lockIdOf = (place: PlaceId): string => `place/${place}`;

/** Workflow id of the child that fans out a stage. */
export const unitsIdOf = (run: RunId, step: string): string => `${run}/units/${step}`;
