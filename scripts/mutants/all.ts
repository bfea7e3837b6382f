/** All mutants, and whether they still fit the source that they change. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../gate.ts'
import { acquisitionMutants } from './acquisition.ts'
import { adapterMutants } from './adapters.ts'
import { assemblyMutants } from './assembly.ts'
import { assertionMutants } from './assertions.ts'
import { bearerMutants } from './bearer.ts'
import { bearerEdgeMutants } from './bearer-edges.ts'
import { cacheMutants } from './cache.ts'
import { cliMutants } from './cli.ts'
import { clientAuthMutants } from './client-auth.ts'
import { credentialMutants } from './credentials.ts'
import { discoveredMutants } from './discovered.ts'
import { discoveryMutants } from './discovery.ts'
import { environmentMutants } from './environment.ts'
import { exchangeMutants } from './exchange.ts'
import { flightMutants } from './flights.ts'
import { keyMutants } from './keys.ts'
import { possessionMutants } from './possession.ts'
import { lateFlightMutants } from './late-flights.ts'
import { presetMutants } from './presets.ts'
import { provenSendingMutants } from './proven-sending.ts'
import { providerMutants } from './providers.ts'
import { quickSendingMutants } from './quick-sending.ts'
import { refusalMutants } from './refusals.ts'
import { requestMutants } from './request.ts'
import { resourceMutants } from './resources.ts'
import { signingMutants } from './signing.ts'
import { storeMutants } from './store.ts'
import { storeRecordMutants } from './store-records.ts'
import { testingMutants } from './testing.ts'
import { undiciMutants } from './undici.ts'
import { telemetryMutants } from './telemetry.ts'
import { verifierMutants } from './verifier.ts'
import { verifierKeyMutants } from './verifier-keys.ts'
import { verifierProofMutants } from './verifier-proofs.ts'
import { verifierRequestMutants } from './verifier-requests.ts'
import { wireMutants } from './wire.ts'
import type { Mutant } from './mutant.ts'

export const all: readonly Mutant[] = [
  ...cacheMutants,
  ...keyMutants,
  ...flightMutants,
  ...lateFlightMutants,
  ...acquisitionMutants,
  ...requestMutants,
  ...wireMutants,
  ...refusalMutants,
  ...discoveryMutants,
  ...bearerMutants,
  ...bearerEdgeMutants,
  ...quickSendingMutants,
  ...clientAuthMutants,
  ...adapterMutants,
  ...undiciMutants,
  ...storeMutants,
  ...storeRecordMutants,
  ...testingMutants,
  ...assemblyMutants,
  ...environmentMutants,
  ...exchangeMutants,
  ...resourceMutants,
  ...provenSendingMutants,
  ...signingMutants,
  ...assertionMutants,
  ...credentialMutants,
  ...possessionMutants,
  ...discoveredMutants,
  ...providerMutants,
  ...presetMutants,
  ...telemetryMutants,
  ...verifierMutants,
  ...verifierKeyMutants,
  ...verifierRequestMutants,
  ...verifierProofMutants,
  ...cliMutants,
]

export const testFile = (killer: string): string => `test/${killer}.test.ts`

/** What is wrong with the mutants themselves: the source has moved on, or an id is taken. */
export async function misfits(): Promise<readonly string[]> {
  const found: string[] = []
  for (const [index, { id, file, find, replace, killers }] of all.entries()) {
    const parts = (await readFile(join(root, file), 'utf8')).split(find).length - 1
    if (parts !== 1) found.push(`${id}: its text occurs ${parts} times in ${file}`)
    if (find === replace) found.push(`${id}: changes nothing`)
    if (all.findIndex((other) => other.id === id) !== index) found.push(`${id}: exists twice`)
    const absent = killers.map(testFile).filter((path) => !existsSync(join(root, path)))
    for (const path of absent) found.push(`${id}: there is no ${path}`)
  }
  return found
}
