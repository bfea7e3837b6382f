/** Which answers are redirects that a fetch follows (RFC 9110 section 15.4). Pure. */
export function isRedirectStatus(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}
