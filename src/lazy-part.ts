/**
 * A part of the package that is loaded on first use, once for the process: who imports the package
 * pays for what every program needs. What is loaded already is at hand without a turn of the loop.
 * See docs/decisions/0019-loaded-on-first-use.md.
 */
export interface LazyPart<Part> {
  /** Undefined until it is loaded. */
  readonly loaded: Part | undefined
  /** A failure is not remembered: the next call tries again. */
  load(): Promise<Part>
  /** Takes what somebody else has loaded. */
  provide(part: Part): void
}

export function lazyPart<Part>(importIt: () => Promise<Part>): LazyPart<Part> {
  let loaded: Part | undefined
  return {
    get loaded() {
      return loaded
    },
    load: async () => {
      loaded ??= await importIt()
      return loaded
    },
    provide: (part) => {
      loaded = part
    },
  }
}
