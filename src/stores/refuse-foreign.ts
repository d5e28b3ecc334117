import { DrError } from '../domain/errors.ts';
import type { Unit, Writer } from './port.ts';

/** A unit does what the writer selects, whoever cut it. `units` are those of its stage. @throws DrError `refused` */
export const refuseForeign = (units: Iterable<Unit>, unit: Unit, by: Writer): void => {
  for (const { id } of units) if (id === unit.id) return;
  throw foreignUnit(unit, by);
};

export const foreignUnit = (unit: Unit, by: Writer): DrError =>
  new DrError(
    'refused',
    `unit ${unit.id} is not of what run ${by.run} selects`,
    'cut units from the selection of the writer',
  );
