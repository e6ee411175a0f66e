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

/** A token signed with a secret (HS256) or with an Ed25519 key (EdDSA). */
export function accessToken({ expiresIn = 3600, ...claims }: Claims, key: string | KeyObject = SECRET): string {
  const now = Math.floor(Date.now() / 1000);
  const alg = typeof key === "string" ? "HS256" : "EdDSA";
  const text = `${part({ alg, typ: "JWT" })}.${part({ iat: now, exp: now + expiresIn, ...claims })}`;
  const signature =
    typeof key === "string" ? createHmac("sha256", key).update(text).digest() : sign(null, Buffer.from(text), key);
  return `${text}.${signature.toString("base64url")}`;
}

/** A new Ed25519 key, and the PEM file's text with which a hub verifies what it signs. */
export function signingKey(): { key: KeyObject; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { key: privateKey, publicPem: publicKey.export({ type: "spki", format: "pem" }) as string };
}
