/** Registers a client on the fly, at the API that it is going to call. */
export async function register(
  apiUrl: string,
  label: string,
  method: string,
): Promise<{ readonly clientId: string; readonly clientSecret: string }> {
  const response = await fetch(`${apiUrl}/register/${encodeURIComponent(label)}`, { method })
  const client = (await response.json()) as Readonly<Record<string, unknown>>
  const { client_id: clientId, client_secret: clientSecret } = client
  if (typeof clientId === 'string' && typeof clientSecret === 'string') {
    return { clientId, clientSecret }
  }
  throw new Error(`the registration answered ${response.status} and no client id and secret`)
}
