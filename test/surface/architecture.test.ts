/**
 * Who may import whom, and who may touch what. Each rule is a row; each row is tried on the source
 * tree, which must keep it, and on a file that breaks it, which must be noticed.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import {
  alsoAmbient,
  ambient,
  atTheTop,
  doors,
  mayImport,
  mayUseAmbient,
  notForEdges,
  packages,
  roomOf,
  senders,
} from './rooms.ts'
import { cyclesIn, parseSource, readSourceTree } from './source-tree.ts'
import type { Call, Import, SourceFile } from './source-tree.ts'

interface Rule {
  readonly promise: string
  /** What is wrong with this file; nothing where it keeps the rule. */
  readonly broken: (file: SourceFile) => readonly string[]
  /** A file that breaks the rule: where, and what is in it. */
  readonly example: readonly [path: string, text: string]
}

const rules: readonly Rule[] = [
  ...Object.keys(mayImport).map(importRule),
  {
    promise: 'every file at the top has a room in the table above',
    broken: ({ path }) => (roomOf(path) in mayImport || path === 'index.ts' ? [] : [path]),
    example: ['helpers.ts', 'export const x = 1'],
  },
  {
    promise: 'index.ts is imported by none, and nothing else re-exports',
    broken: ({ path, imports }) =>
      imports
        .filter((how) => how.target === 'index.ts' || (how.reexport && !doors.includes(path)))
        .map((how) => how.target),
    example: ['cache/all.ts', "import { x } from '../index.ts'\nexport * from './flight.ts'"],
  },
  {
    promise:
      'edges (bearer/, adapters/) know a token source, never the manager or what it is made of',
    broken: ({ path, imports }) =>
      ['bearer', 'adapters'].includes(roomOf(path))
        ? targets(imports, (how) => how.ours && notForEdges.includes(roomOf(how.target)))
        : [],
    example: ['adapters/x.ts', "import type { TokenManager } from '../token-manager.ts'"],
  },
  {
    promise:
      'every package is imported in its own place: axios as types, undici and jose on first use',
    broken: ({ path, imports }) =>
      targets(imports, (how) => !how.ours && packages[how.target]?.(path, how) !== true),
    example: ['wire/x.ts', "import { SignJWT } from 'jose/jwt/sign'\nimport axios from 'axios'"],
  },
  {
    promise: 'requests are sent in few files alone',
    broken: ({ path, calls }) =>
      senders.some((sender) => path.startsWith(sender)) ? [] : callees(calls, isSending),
    example: ['client-auth/x.ts', "export const x = () => globalThis.fetch('https://a.example')"],
  },
  {
    promise: 'clock.ts alone reads the clock and sets timers, and nobody throws dice',
    broken: ({ path, names }) =>
      names.filter(
        (name) =>
          (ambient.test(name) || alsoAmbient.test(name)) &&
          mayUseAmbient[path]?.test(name) !== true,
      ),
    example: ['cache/x.ts', 'const later = globalThis.setTimeout\nlater(() => Date.now(), 1)'],
  },
  {
    promise: 'no module holds state that changes',
    broken: (file) => file.moduleState,
    example: ['cache/x.ts', 'let x = 1\nexport const y = new Map()\nexport const z = () => x++'],
  },
  {
    promise: 'auto.ts alone makes a manager that lives as long as the process',
    broken: ({ path, calls }) =>
      path === 'auto.ts' ? [] : callees(calls, ({ callee }) => callee === 'createAutoManager'),
    example: ['adapters/x.ts', 'const auto = createAutoManager(() => made)'],
  },
  {
    promise: 'the environment is read in one place, and when it is asked for',
    broken: ({ path, names }) =>
      path === 'environment/from-environment.ts' || path.startsWith('cli/')
        ? []
        : names.filter((name) => name.startsWith('process.env')),
    example: ['wire/x.ts', "export const x = () => process.env['X']"],
  },
  {
    promise: 'exports have names',
    broken: ({ exportsDefault }) => (exportsDefault ? ['export default'] : []),
    example: ['cache/x.ts', 'export default function x() {}'],
  },
  {
    promise: 'no file is longer than 200 lines',
    broken: ({ lines }) => (lines > 200 ? [`${lines} lines`] : []),
    example: ['cache/x.ts', '// a line\n'.repeat(201)],
  },
]

function importRule(room: string): Rule {
  const allowed = mayImport[room] ?? []
  const isAllowed = ({ target, typeOnly }: Import) =>
    allowed.includes(roomOf(target)) || (typeOnly && allowed.includes(`${roomOf(target)} (types)`))
  const path = atTheTop[room]?.[0] ?? `${room}/x.ts`
  const up = path.includes('/') ? '../' : './'
  return {
    promise: `${room} imports ${allowed.join(', ')}, and nothing else of ours`,
    broken: (file) =>
      roomOf(file.path) === room ? targets(file.imports, (how) => how.ours && !isAllowed(how)) : [],
    example: [path, `import { x } from '${up}index.ts'`],
  }
}

function targets(imports: readonly Import[], isWrong: (how: Import) => boolean): readonly string[] {
  return imports.filter(isWrong).map((how) => `${how.typeOnly ? 'type ' : ''}${how.target}`)
}

function callees(calls: readonly Call[], isWrong: (call: Call) => boolean): readonly string[] {
  return calls.filter(isWrong).map((call) => `${call.callee}(…)`)
}

/** `x.fetch()` without an argument only looks up which fetch is to be used. */
function isSending({ callee, argumentCount }: Call): boolean {
  return argumentCount > 0 && /(^|\.)fetch(\(\))?$/.test(callee)
}

describe('the source tree', () => {
  let files: readonly SourceFile[] = []
  beforeAll(() => {
    files = readSourceTree()
  })

  for (const { promise, broken } of rules) {
    it(promise, () => {
      const wrong = files.flatMap((file) => broken(file).map((what) => `${file.path}: ${what}`))
      expect(wrong).toEqual([])
    })
  }

  it('imports only files that are there', () => {
    const paths = new Set(files.map((file) => file.path))
    const ours = files.flatMap((file) => file.imports.filter((how) => how.ours))
    expect(ours.length).toBeGreaterThan(100)
    expect(ours.filter((how) => !paths.has(how.target))).toEqual([])
  })

  it('has no cycles, of values or of types', () => {
    expect(cyclesIn(files, true)).toEqual([])
  })
})

describe('a file that breaks a rule', () => {
  for (const { promise, broken, example } of rules) {
    it(`is noticed: ${promise}`, () => {
      expect(broken(parseSource(...example))).not.toEqual([])
    })
  }

  it('is noticed where two files import each other, by way of a third', () => {
    const files = [
      parseSource('a.ts', "import { b } from './b.ts'"),
      parseSource('b.ts', "import { c } from './c.ts'"),
      parseSource('c.ts', "import type { A } from './a.ts'"),
    ]
    expect(cyclesIn(files, true)).toEqual(['a.ts <-> b.ts <-> c.ts'])
    expect(cyclesIn(files, false)).toEqual([])
  })
})
