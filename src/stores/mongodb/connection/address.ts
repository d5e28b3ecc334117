import { DrError } from '../../../domain/errors.ts';

/** A MongoDB server, or one of its databases, by its connection string. */
export interface Address {
  /** A secret. */
  url: string;
  /** Hosts as they are written: safe to print. */
  hosts: string;
  /** The one database the place is; null: every database of the server. */
  database: string | null;
}

const shape = /^mongodb(?:\+srv)?:\/\/(?:[^/?#@]*@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?[^#]*)?$/;

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** @throws DrError `bad-input` */
export const readAddress = (url: string): Address => {
  const [, hosts, path = ''] = shape.exec(url) ?? [];
  const database = decoded(path);
  if (hosts !== undefined && database !== null) return { url, hosts, database: database === '' ? null : database };
  throw new DrError(
    'bad-input',
    'not the URL of a MongoDB server',
    'write it as mongodb://user:password@host:27017/database, with special characters percent-encoded',
  );
};

/** Where a place is, without how to get in. */
export const describeAddress = ({ hosts, database }: Address): string =>
  database === null ? hosts : `${hosts}/${database}`;
