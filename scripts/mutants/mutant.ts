/** The shape of a mutant: one rule of the library, and the smallest change that breaks it. */

export interface Mutant {
  readonly id: string
  /** What holds in the library and not in the mutant. */
  readonly rule: string
  readonly file: string
  /** Stands in `file` exactly once. */
  readonly find: string
  readonly replace: string
  /** Test files that probably notice, below `test/` and without `.test.ts`: they are run first. */
  readonly killers: readonly string[]
}

/** One mutant of a file; `killers` where they are others than the file's. */
type Row = Omit<Mutant, 'file' | 'killers'> & { readonly killers?: readonly string[] }

export function mutantsOf(
  file: string,
  killers: readonly string[],
  rows: readonly Row[],
): readonly Mutant[] {
  return rows.map((row) => ({ file, killers, ...row }))
}

/** The folder below `src/`; what lies in `src/` itself is the assembly. */
export function roomOf({ file }: Mutant): string {
  const [, room = ''] = file.split('/')
  return room.endsWith('.ts') ? 'assembly' : room
}
