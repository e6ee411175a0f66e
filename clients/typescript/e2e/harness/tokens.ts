/** Access tokens as an application signs them (RFC 7519), without a library: a secret or an Ed25519 key. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Shared with the hub, as `auth.secret`. */
export const SECRET = "an application's shared secret, 32+ bytes";
/** `publish.key`. */
export const PUBLISHER_KEY = "a-backend-publisher-key-of-32-characters-or-more";

export interface Claims {
  sub: string;
  /** Seconds from now. */
  expiresIn?: number;
  /** The hub's own permissions. */
  tidings?: { subscribe?: string[]; publish?: string[]; admin?: boolean };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An Ed25519 key, and what a hub verifies with: its public half as a JWK (RFC 8037). */
export interface SigningKey {
  key: KeyObject;
  jwk: { kid: string };
}

export function signingKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { key: privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid } };
}

/** A token signed with a secret (HS256) or with a key (EdDSA). */
export function accessToken({ expiresIn = 3600, ...claims }: Claims, by: string | SigningKey = SECRET): string {
  const now = Math.floor(Date.now() / 1000);
  const head = typeof by === "string" ? { alg: "HS256" } : { alg: "EdDSA", kid: by.jwk.kid };
  const text = `${part({ typ: "JWT", ...head })}.${part({ iat: now, exp: now + expiresIn, ...claims })}`;
  const signature =
    typeof by === "string" ? createHmac("sha256", by).update(text).digest() : sign(null, Buffer.from(text), by.key);
  return `${text}.${signature.toString("base64url")}`;
}
