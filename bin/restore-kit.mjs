#!/usr/bin/env node
/**
 * Restores a backup set of a dr-runbooks vault with nothing but this file, Node 24 and the vault key.
 *
 *   node restore-kit.mjs list    <vault folder> --key-file <file>
 *   node restore-kit.mjs restore <vault folder> <target> <set id | latest> <new folder> --key-file <file>
 *
 * <vault folder> holds sets/, chunks/, keys/ and audit/: the vault itself, or a copy of its bucket fetched with any S3 tool.
 * The key file holds the 32-byte vault key in hexadecimal or base64; the variable DR_VAULT_KEY does as well.
 *
 * The manifest and every chunk are authenticated before anything is believed. Nothing is changed in the vault. A stream that
 * is damaged is named, left out and makes the exit code 1; all the others are restored. The format is in docs/vault-format.md.
 */
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';

const usage = `node restore-kit.mjs list    <vault folder> --key-file <file>
node restore-kit.mjs restore <vault folder> <target> <set id | latest> <new folder> --key-file <file>`;

class Failure extends Error {}
const fail = (message, hint) => {
  throw new Failure(hint === undefined ? message : `${message}\nhint: ${hint}`);
};
const say = (text) => process.stderr.write(`${text}\n`);

// --- keys: docs/vault-format.md, "Keys" ---------------------------------------------------------------------------

const hmac = (key, ...parts) =>
  parts.reduce((mac, part) => mac.update(part), crypto.createHmac('sha256', key)).digest();
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();
const derive = (secret, purpose) => Buffer.from(crypto.hkdfSync('sha256', secret, '', `dr-runbooks ${purpose} 1`, 32));

const readVaultKey = (keyFile) => {
  const text = keyFile === undefined ? process.env.DR_VAULT_KEY : fs.readFileSync(keyFile, 'utf8');
  if (text === undefined) fail('no vault key', 'give --key-file <file>, or set DR_VAULT_KEY');
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, /^[0-9a-fA-F]{64}$/.test(trimmed) ? 'hex' : 'base64');
  if (key.length !== 32)
    fail(`the vault key must be 32 bytes, found ${key.length}`, '64 hexadecimal digits, or base64');
  return key;
};

const decrypt = (key, nonce, associated, sealed) => {
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(associated).setAuthTag(sealed.subarray(sealed.length - 16));
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()]);
};

/** The data key `id` of a target: any version of it that this vault key wrapped. */
const openDataKey = (vault, vaultKey, target, id) => {
  const folder = path.join(vault, 'keys', target, id);
  const check = hmac(vaultKey, 'dr-runbooks vault key check 1').toString('hex').slice(0, 32);
  const names = [];
  for (const file of listFolder(folder).reverse()) {
    const kept = parseJson(fs.readFileSync(path.join(folder, file)));
    if (kept === null) continue;
    names.push(kept.wrappedBy);
    if (kept.check !== check) continue;
    const associated = Buffer.from(`dr-runbooks data key 1\n${target}\n${id}`);
    try {
      const secret = decrypt(
        derive(vaultKey, 'wrap'),
        Buffer.from(kept.nonce, 'hex'),
        associated,
        Buffer.from(kept.wrapped, 'hex'),
      );
      return { chunk: derive(secret, 'chunk'), seal: derive(secret, 'seal') };
    } catch {
      fail(`the data key ${path.join(folder, file)} is damaged`, 'fetch keys/ again, or from the second vault');
    }
  }
  if (names.length === 0) fail(`no whole data key in ${folder}`, 'fetch keys/ again, or from the second vault');
  return fail(
    `this vault key does not open ${folder}: it was wrapped by ${names.map((name) => `"${name}"`).join(', ')}`,
    'use the vault key of that name',
  );
};

// --- sealed documents: manifests and heads ------------------------------------------------------------------------

const parseJson = (bytes) => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
};
const listFolder = (folder) =>
  fs.existsSync(folder)
    ? fs
        .readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort()
    : [];

/** Authenticates one document against its place in the vault. */
const readSealed = (opened, at) => {
  const bytes = fs.readFileSync(path.join(opened.vault, at));
  const tail = /,"key":"([A-Za-z0-9-]{1,64})","mac":"([0-9a-f]{64})"\}$/.exec(bytes.subarray(-300).toString('latin1'));
  if (!tail || bytes.subarray(0, 8).toString('latin1') !== '{"body":') fail(`${at} is damaged: truncated or edited`);
  const body = bytes.subarray(8, bytes.length - tail[0].length);
  const key = opened.keyOf(at.startsWith('audit/') ? at.split('/')[2] : at.split('/')[1], tail[1]);
  const mac = hmac(key.seal, `dr-runbooks sealed 1\n${at}\n`, body);
  if (!crypto.timingSafeEqual(mac, Buffer.from(tail[2], 'hex')))
    fail(`${at} is damaged: edited, or moved from another place`);
  return { body: JSON.parse(body.toString('utf8')), digest: sha256(bytes).toString('hex'), key };
};

const openVault = (vault, vaultKey) => {
  if (!fs.existsSync(path.join(vault, 'sets')))
    fail(`no sets/ in ${vault}`, 'give the folder that holds sets/, chunks/ and keys/');
  const keys = new Map();
  const keyOf = (target, id) => {
    const name = `${target}/${id}`;
    if (!keys.has(name)) keys.set(name, openDataKey(vault, vaultKey, target, id));
    return keys.get(name);
  };
  return { vault, keyOf };
};

/** Every set of a target that authenticates, oldest first, and what is wrong with the others or with the chain. */
const readChain = (opened, target) => {
  const sets = [];
  const wrong = [];
  const attempt = (work) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      wrong.push(error.message);
    }
  };
  for (const file of listFolder(path.join(opened.vault, 'sets', target))) {
    attempt(() => sets.push(readSealed(opened, `sets/${target}/${file}`)));
  }
  const digests = new Set(sets.map(({ digest }) => digest));
  for (const [number, file] of listFolder(path.join(opened.vault, 'audit', 'heads', target)).entries()) {
    attempt(() => {
      const { body } = readSealed(opened, `audit/heads/${target}/${file}`);
      if (body.sequence !== number) fail(`record ${number} of the published sets of ${target} is gone`);
      if (!digests.has(body.digest)) fail(`set ${body.set}, published as number ${body.sequence}, is gone or replaced`);
    });
  }
  for (const { body } of sets) {
    if (body.previous !== null && !digests.has(body.previous)) wrong.push(`the set before ${body.set} is gone`);
  }
  const secondOf = ({ body }) => body.set.split('-')[0];
  sets.sort((a, b) => secondOf(a).localeCompare(secondOf(b)) || a.body.sequence - b.body.sequence);
  return { sets, wrong };
};

// --- streams ------------------------------------------------------------------------------------------------------

/** One chunk's plain bytes: `DRC1`, name, nonce, then a zstd frame under AES-256-GCM. */
const readChunk = (opened, key, target, ref) => {
  const at = path.join(opened.vault, 'chunks', target, ref.name.slice(0, 2), ref.name);
  if (!/^[0-9a-f]{64}$/.test(ref.name) || !fs.existsSync(at)) fail(`chunk ${ref.name} is missing`);
  const stored = fs.readFileSync(at);
  if (stored.length !== ref.storedBytes)
    fail(`chunk ${ref.name}: expected ${ref.storedBytes} bytes, found ${stored.length}`);
  if (stored.subarray(4, 36).toString('hex') !== ref.name) fail(`chunk ${ref.name} is swapped or edited`);
  const associated = Buffer.concat([Buffer.from('dr-runbooks chunk 1\n'), Buffer.from(ref.sha256, 'hex')]);
  let plain;
  try {
    plain = zlib.zstdDecompressSync(decrypt(key.chunk, stored.subarray(36, 48), associated, stored.subarray(48)), {
      maxOutputLength: Math.max(1, ref.bytes),
    });
  } catch {
    fail(`chunk ${ref.name} is edited: it does not authenticate`);
  }
  if (plain.length !== ref.bytes || sha256(plain).toString('hex') !== ref.sha256)
    fail(`chunk ${ref.name} is not what the manifest names`);
  return plain;
};

/** A file name for any stream name: letters, digits, `-`, `_` and inner dots stay, every other byte becomes `=XX`. */
const fileNameOf = (name, taken) => {
  const escaped = [...Buffer.from(name)]
    .map((byte, at) =>
      /[A-Za-z0-9_-]/.test(String.fromCharCode(byte)) || (byte === 46 && at > 0)
        ? String.fromCharCode(byte)
        : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
  const isPlain = escaped.length <= 180 && !taken.has(escaped.toLowerCase());
  const file = isPlain ? escaped : `${escaped.slice(0, 120)}~${sha256(name).toString('hex').slice(0, 16)}`;
  taken.add(file.toLowerCase());
  return file;
};

/** Writes one stream; it has its name only once all of it is proven. */
const restoreStream = (stream, file, chunkOf) => {
  const part = `${file}.part`;
  const out = fs.openSync(part, 'wx', 0o600);
  const whole = crypto.createHash('sha256');
  const pieces = [];
  let bytes = 0;
  try {
    for (const ref of stream.chunks) {
      const chunk = chunkOf(ref);
      const piece = ref.slice ? chunk.subarray(ref.slice.from, ref.slice.from + ref.slice.bytes) : chunk;
      fs.writeFileSync(out, piece);
      pieces.push(sha256(piece));
      whole.update(piece);
      bytes += piece.length;
    }
    if (bytes !== stream.bytes || sha256(Buffer.concat(pieces)).toString('hex') !== stream.sha256)
      fail('its digest is not the one the manifest names');
    fs.fsyncSync(out);
    fs.renameSync(part, file);
  } finally {
    fs.closeSync(out);
    fs.rmSync(part, { force: true });
  }
  return whole.digest('hex');
};

const restoreSet = (opened, { body: manifest, key }, to) => {
  fs.mkdirSync(path.join(to, 'streams'), { recursive: true, mode: 0o700 });
  const taken = new Set();
  const index = new Map();
  const damaged = [];
  /** Small streams share chunks: the last few are kept. */
  const recent = new Map();
  const chunkOf = (ref) => {
    const chunk = recent.get(ref.name) ?? readChunk(opened, key, manifest.target, ref);
    recent.delete(ref.name);
    if (ref.slice) recent.set(ref.name, chunk);
    if (recent.size > 8) recent.delete(recent.keys().next().value);
    return chunk;
  };
  const total = Object.values(manifest.streams).reduce((sum, stream) => sum + stream.bytes, 0);
  let done = 0;
  let told = Date.now();
  for (const [name, stream] of Object.entries(manifest.streams)) {
    const file = name === manifest.meta ? 'meta.json' : path.join('streams', fileNameOf(name, taken));
    try {
      const digest = restoreStream(stream, path.join(to, file), chunkOf);
      index.set(name, { file, bytes: stream.bytes, sha256: digest });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      damaged.push(`stream ${JSON.stringify(name)}: ${error.message}`);
    }
    done += stream.bytes;
    if (Date.now() - told > 2000) {
      told = Date.now();
      say(`${Math.floor((100 * done) / Math.max(1, total))} % of ${Math.ceil(total / 1e6)} MB`);
    }
  }
  const { streams: _, ...facts } = manifest;
  const write = (name, value) =>
    fs.writeFileSync(path.join(to, name), `${JSON.stringify(value, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  write('set.json', facts);
  // fromEntries, so that a stream called __proto__ is an entry like any other.
  write('streams.json', Object.fromEntries(index));
  return { index, damaged, bytes: done };
};

// --- what to do with it -------------------------------------------------------------------------------------------

const ident = (name) => `"${name.replaceAll('"', '""')}"`;
const literal = (text) => `'${text.replaceAll("'", "''")}'`;
const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A shell script that loads a PostgreSQL set into an empty database with pg_restore and psql alone. */
const postgresScript = (meta, index) => {
  const table = ({ schema, name }) => `${ident(schema)}.${ident(name)}`;
  const lists = {
    before: meta.entries.filter(({ unit }) => unit === 'schema'),
    after: meta.entries.filter(({ unit }) => unit !== 'schema'),
  };
  const makes = (name) =>
    `pg_restore --exit-on-error --no-tablespaces --use-list=${name}.list --dbname="$DATABASE_URL" ${shell(index.get('schema')?.file ?? 'streams/schema')}`;
  const loads = meta.tables.flatMap((one, position) =>
    one.parts.map((_, part) => {
      const from = shell(index.get(`data/${position}/${part}`)?.file ?? `streams/data=2F${position}=2F${part}`);
      if (one.kind === 'large-objects') {
        const put = `SELECT count(lo_put(loid, pageno::int8 * ${meta.server.blockBytes / 4}, data)) FROM dr_pages`;
        return `sql -c 'CREATE TEMPORARY TABLE dr_pages (loid oid, pageno int4, data bytea)' -c 'COPY dr_pages FROM STDIN (FORMAT ${one.format})' -c '${put}' < ${from}`;
      }
      const columns = one.columns.length === 0 ? '' : ` (${one.columns.map(ident).join(', ')})`;
      return `sql -c ${shell(`COPY ${table(one)}${columns} FROM STDIN (FORMAT ${one.format})`)} < ${from}`;
    }),
  );
  const sequences = meta.sequences.map(
    (one) =>
      `sql -c ${shell(`SELECT setval(${literal(table(one))}::regclass, ${BigInt(one.value)}, ${one.isCalled === true})`)}`,
  );
  const script = `#!/bin/sh
# Loads this set into an EMPTY database: DATABASE_URL=postgresql://… sh restore.sh
# Taken from PostgreSQL ${meta.server.version.replace(/\s+/g, ' ')}; needs psql and pg_restore of version ${meta.dumpMajor} or newer.
# These roles have to exist first: ${JSON.stringify(meta.roles)}
# These extensions have to be installable: ${JSON.stringify(meta.extensions)}
# Settings of the database (ALTER DATABASE … SET) are not applied; meta.json lists them.
set -eu
cd "$(dirname "$0")"
: "\${DATABASE_URL:?set it to the empty database to load into}"
sql() { psql --no-psqlrc --quiet --output=/dev/null --set=ON_ERROR_STOP=1 "$DATABASE_URL" "$@"; }
${makes('before')}
${[...loads, ...sequences].join('\n')}
${makes('after')}
sql -c 'ANALYZE'
echo 'restored: compare counts with the fingerprint in set.json before anyone uses it'
`;
  const list = (entries) => entries.map(({ id }) => `${Number(id)};\n`).join('');
  return { 'restore.sh': script, 'before.list': list(lists.before), 'after.list': list(lists.after) };
};

const explain = (manifest, to, index) => {
  const general = 'meta.json says what the streams are; streams.json says which file is which stream';
  const meta = parseJson(fs.readFileSync(path.join(to, 'meta.json')));
  if (manifest.kind !== 'postgres' || meta?.format !== 1 || !Array.isArray(meta.entries)) return general;
  for (const [name, text] of Object.entries(postgresScript(meta, index))) {
    fs.writeFileSync(path.join(to, name), text, { flag: 'wx', mode: 0o600 });
  }
  return `now load it: DATABASE_URL=postgresql://… sh ${path.join(to, 'restore.sh')}`;
};

// --- commands -----------------------------------------------------------------------------------------------------

const list = (opened) => {
  for (const target of listFolder(path.join(opened.vault, 'sets'))) {
    const { sets, wrong } = readChain(opened, target);
    for (const { body, digest } of sets) {
      const at =
        body.consistency.kind === 'point-in-time'
          ? body.consistency.at
          : `${body.consistency.from} to ${body.consistency.to}`;
      console.log(`${target}  ${body.set}  ${body.kind}  ${at}  ${digest}`);
    }
    for (const problem of wrong) say(`${target}: WARNING: ${problem}`);
  }
};

const restore = (opened, target, wanted, to) => {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(target) || !fs.existsSync(path.join(opened.vault, 'sets', target))) {
    fail(
      `no target ${JSON.stringify(target)} in ${opened.vault}`,
      `it holds: ${listFolder(path.join(opened.vault, 'sets')).join(', ')}`,
    );
  }
  if (fs.existsSync(to) && fs.readdirSync(to).length > 0) fail(`${to} is not empty`, 'name a new folder');
  const { sets, wrong } = readChain(opened, target);
  for (const problem of wrong) say(`WARNING: ${problem}`);
  const ids = sets.map(({ body }) => body.set);
  if (wanted === 'latest' && wrong.length > 0)
    fail('the newest set may be gone', `name the set you want: ${ids.join(', ')}`);
  const chosen = wanted === 'latest' ? sets.at(-1) : sets.find(({ body }) => body.set === wanted);
  if (chosen === undefined)
    fail(`${target} has no set ${JSON.stringify(wanted)} that authenticates`, `it has: ${ids.join(', ') || 'none'}`);
  if (chosen.body.format !== 1)
    fail(`set ${chosen.body.set} has format ${chosen.body.format}, this kit reads 1`, 'use a newer kit');
  const { index, damaged, bytes } = restoreSet(opened, chosen, to);
  for (const problem of damaged) say(`DAMAGED: ${problem}`);
  console.log(`set ${chosen.body.set} of ${target}, manifest ${chosen.digest}`);
  console.log(`${index.size} streams, ${bytes} bytes, in ${to}`);
  if (fs.existsSync(path.join(to, 'meta.json'))) console.log(explain(chosen.body, to, index));
  if (damaged.length > 0)
    fail(
      `${damaged.length} of ${Object.keys(chosen.body.streams).length} streams could not be restored`,
      'try another set',
    );
};

const main = (args) => {
  const keyAt = args.indexOf('--key-file');
  const keyFile = keyAt === -1 ? undefined : args[keyAt + 1];
  const [command, vault, ...rest] = keyAt === -1 ? args : args.toSpliced(keyAt, 2);
  const isUsed = (command === 'list' && rest.length === 0) || (command === 'restore' && rest.length === 3);
  if (!isUsed || vault === undefined || (keyAt !== -1 && keyFile === undefined)) {
    say(usage);
    return 2;
  }
  const opened = openVault(path.resolve(vault), readVaultKey(keyFile));
  if (command === 'list') list(opened);
  else restore(opened, rest[0], rest[1], path.resolve(rest[2]));
  return 0;
};

if (typeof zlib.zstdDecompressSync !== 'function') {
  say(`this is Node ${process.versions.node}, which cannot read zstd: use Node 24 or newer`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    say(error instanceof Failure || error.code !== undefined ? `failed: ${error.message}` : error.stack);
    process.exitCode = 1;
  }
}
