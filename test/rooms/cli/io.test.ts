/** What a process gives a command: its streams, and what their errors mean. */
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { processIo } from '../../../src/cli/io.ts'

/** A process with these outputs; nothing else of it is looked at. */
function processWith(streams: { stdin?: PassThrough; stdout?: Writable }): NodeJS.Process {
  const { stdin = new PassThrough(), stdout = new PassThrough() } = streams
  return { env: { A: '1' }, stdin, stdout, stderr: new PassThrough() } as unknown as NodeJS.Process
}

function failing(code: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => {
      done(Object.assign(new Error('no'), { code }))
    },
  })
}

describe('the output of a process', () => {
  it('takes text and bytes as they are', async () => {
    const stdout = new PassThrough()
    const io = processIo(processWith({ stdout }), systemClock)
    expect(await io.stdout.write('ä')).toBe(true)
    expect(await io.stdout.write(Buffer.from([0, 255]))).toBe(true)
    expect(stdout.read()).toEqual(Buffer.from([0xc3, 0xa4, 0, 255]))
    expect(io.env).toEqual({ A: '1' })
  })

  it('tells that nobody reads any more, and takes nothing afterwards', async () => {
    const { stdout } = processIo(processWith({ stdout: failing('EPIPE') }), systemClock)
    expect(await stdout.write('a')).toBe(false)
    expect(await stdout.write('b')).toBe(false)
  })

  it('fails where it cannot be written for another reason: a full disk is no early reader', async () => {
    const { stdout } = processIo(processWith({ stdout: failing('ENOSPC') }), systemClock)
    await expect(stdout.write('a')).rejects.toMatchObject({ code: 'ENOSPC' })
  })
})

describe('the input of a process', () => {
  it('is read to its end', async () => {
    const stdin = new PassThrough()
    const io = processIo(processWith({ stdin }), systemClock)
    stdin.write('fake-')
    stdin.end('secret')
    expect(Buffer.from(await io.stdin.read()).toString()).toBe('fake-secret')
  })
})
