/**
 * One route for people and for machines. `stt` says which kind of token came; only its own check
 * decides whether it is good, and each check looks at `stt` again, so a forged one gains nothing.
 */
import type { RequestHandler } from 'express'
import { decodeJwt } from 'jose'
import Session from 'supertokens-node/recipe/session'
import { bearerToken, challengeFor } from './verifier.ts'
import type { Verdict, Verify } from './verifier.ts'

const demand = { audience: 'profile', scope: 'profile.view' }

export function profile(verify: Verify): RequestHandler {
  return async (request, response) => {
    const token = bearerToken(request.headers.authorization)
    const machine = token === undefined || tokenKind(token) === 1
    const verdict = machine ? await verify(token, demand) : await verifySession(token)
    if (verdict.status !== 200) {
      response.setHeader('www-authenticate', challengeFor(verdict))
      response.status(verdict.status).json({ error: verdict.error })
      return
    }
    response.json({ kind: machine ? 'machine' : 'person', subject: verdict.subject })
  }
}

async function verifySession(token: string): Promise<Verdict> {
  try {
    const session = await Session.getSessionWithoutRequestResponse(token)
    return { status: 200, subject: session.getUserId() }
  } catch {
    return { status: 401, error: 'invalid_token' }
  }
}

function tokenKind(token: string): unknown {
  try {
    return decodeJwt(token)['stt']
  } catch {
    return undefined
  }
}
