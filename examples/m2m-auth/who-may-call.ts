/** The table at the heart of this system: whom each microservice may call. Nobody else may. */
export type Name = 'm1' | 'm2' | 'm3'

export const names: readonly Name[] = ['m1', 'm2', 'm3']

const mayCall: Readonly<Record<Name, readonly Name[]>> = {
  m1: ['m1', 'm2'],
  m2: ['m1', 'm2'],
  m3: ['m1'],
}

export function isAllowed(caller: Name, target: Name): boolean {
  return mayCall[caller].includes(target)
}

export function isName(value: unknown): value is Name {
  return names.some((name) => name === value)
}
