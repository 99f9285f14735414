import assert from 'node:assert/strict'
import test from 'node:test'
import { createLog } from './log.ts'

function linesOf(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  write(createLog('info', { write: (line) => void lines.push(line) }))
  return lines.join('')
}

test('what is named like a secret is not written, at any of three depths', () => {
  const text = linesOf((log) => {
    log.info({ email: 'ion@x.ro', a: { iban: 'RO49AAAA', b: { token: 't0k', n: 1 } } }, 'hello')
    log.child({ surface: 'x' }).warn({ payment_id: 7, state: 's3cret' })
  })
  for (const secret of ['ion@x.ro', 'RO49AAAA', 't0k', 's3cret']) assert.ok(!text.includes(secret), secret)
  assert.match(text, /"payment_id":7/)
  assert.match(text, /"n":1/)
  assert.match(text, /"surface":"x"/)
})

test('errors keep their message and place', () => {
  const text = linesOf((log) => log.error({ err: new Error('broken') }, 'oh'))
  assert.match(text, /broken/)
  assert.match(text, /log\.test\.ts/)
})
