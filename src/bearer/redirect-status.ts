/** Which answers are redirects that a fetch follows (RFC 9110 section 15.4). Pure. */
export function isRedirectStatus(status: number): boolean {
  return status >= 301 && status <= 308 && ![304, 305, 306].includes(status)
}
