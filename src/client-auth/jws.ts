/** A compact JWS (RFC 7515 section 7.1) from header, claims and whatever signs. */

/** What can sign: a private key, or a shared secret. */
export interface JwsSigner {
  sign(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
}

export async function signJws(signer: JwsSigner, header: object, claims: object): Promise<string> {
  const content = `${encoded(header)}.${encoded(claims)}`
  const signature = await signer.sign(new Uint8Array(Buffer.from(content, 'ascii')))
  return `${content}.${Buffer.from(signature).toString('base64url')}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
}
