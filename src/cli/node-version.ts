/**
 * Which Node the command needs. Looked at before anything of the command is loaded, because an older
 * one would break in the middle with words that help nobody. Pure.
 */

const needed = [22, 19] as const

/** What to say to somebody whose Node is too old; undefined where it will do. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return undefined
  return `m2m-tokens: this is Node ${version}, and ${needed.join('.')} or newer is needed\n`
}
