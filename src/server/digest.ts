import * as crypto from 'node:crypto';

type Algorithm = 'md5' | 'sha256';

/** In one call where the platform has it (Node 20.12 and 21.7): a hash object for a short text costs more than the hash. */
const { hash } = crypto as {
  readonly hash?: (name: Algorithm, text: string, as: 'hex' | 'buffer') => unknown;
};

/** A text's digest, in lower-case hexadecimal. */
export function hexDigest(algorithm: Algorithm, text: string): string {
  return hash
    ? (hash(algorithm, text, 'hex') as string)
    : crypto.createHash(algorithm).update(text, 'utf8').digest('hex');
}

export function digest(algorithm: Algorithm, text: string): Uint8Array {
  return hash
    ? (hash(algorithm, text, 'buffer') as Uint8Array)
    : crypto.createHash(algorithm).update(text, 'utf8').digest();
}
