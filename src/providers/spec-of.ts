import { DrError } from '../domain/errors.ts';
import type { PlaceSpec, SecretRef } from '../domain/words.ts';

/** Resolves a reference to the secret behind it. @throws DrError `missing` */
export type Resolve = (ref: SecretRef) => Promise<string>;

/** The spec, for the provider it names. @throws DrError `bad-input` for another one */
export const specOf = <Name extends PlaceSpec['provider']>(
  spec: PlaceSpec,
  provider: Name,
): Extract<PlaceSpec, { provider: Name }> => {
  if (spec.provider === provider) return spec as Extract<PlaceSpec, { provider: Name }>;
  throw new DrError(
    'bad-input',
    `place ${spec.id} comes from provider ${spec.provider}, not ${provider}`,
    'ask the provider that the place names',
  );
};

/**
 * The last guard before something is made or removed, whatever the caller has checked: only `beside` and `scratch` places
 * are made for a run, so only they may go. @throws DrError `refused`
 */
export const refuseUnlessMade = (spec: PlaceSpec): void => {
  if (spec.role === 'beside' || spec.role === 'scratch') return;
  throw new DrError(
    'refused',
    `place ${spec.id} is a ${spec.role}: only beside and scratch places are made and removed`,
    'check the place in the plan; a primary or a standby is made and removed by hand',
  );
};
