/** A partner of a bench's own: added as an operator would, with a webhook endpoint that verifies what it hears. */
import { execFileSync } from 'node:child_process'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { createAuthority, issueClientCertificate, issueServerCertificate } from '../src/infra/certificates/issue.ts'
import type { Partner } from './payer.ts'
import { type MeasuredWorld, ROOT } from './world.ts'

export type Hook = {
  readonly url: string
  readonly settled: Map<number, number>
  readonly refused: () => number
  secret: string
  close(): void
}

/** The partner's webhook endpoint: verifies the signature and notes which payments it heard ACSC of. */
export async function openHook(): Promise<Hook> {
  const settled = new Map<number, number>()
  let refused = 0
  const hook = { settled, refused: () => refused, secret: '' }
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = request.headers
        const key = Buffer.from(hook.secret.replace('whsec_', ''), 'base64')
        const wanted = Buffer.from(
          `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
        )
        const good = String(signatures)
          .split(' ')
          .some((one) => one.length === wanted.length && timingSafeEqual(Buffer.from(one), wanted))
        if (!good) refused += 1
        else {
          const { data } = JSON.parse(body) as { data: { paymentId: number; status: string } }
          if (data.status === 'ACSC') settled.set(data.paymentId, (settled.get(data.paymentId) ?? 0) + 1)
        }
        response.writeHead(good ? 204 : 400).end()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return Object.assign(hook, { url: `http://localhost:${port}/`, close: () => void server.close() })
}

/** A partner of this run's own, added as an operator would. */
export async function addPartner(world: MeasuredWorld, hook: Hook): Promise<Partner> {
  const file = (name: string) => join(world.folder, name)
  const authority = await createAuthority({ name: 'Punte bench' })
  const issued = await issueClientCertificate(authority, {
    subject: { country: 'RO', organisation: 'Bench', common_name: 'bench' },
  })
  writeFileSync(file('bench-ca.pem'), authority.certificate_pem)
  const bare = await issueServerCertificate(authority, { hosts: ['localhost'] })
  writeFileSync(file('bare.pem'), bare.certificate_pem)
  writeFileSync(file('bare.key'), bare.key_pem, { mode: 0o600 })
  writeFileSync(file('bench.pem'), issued.certificate_pem)
  writeFileSync(file('bench.key'), issued.key_pem, { mode: 0o600 })
  const client_id = `bench-${Date.now()}`
  const redirect_url = 'http://localhost/bench'
  const args = [
    'src/main.ts',
    'partner',
    'add',
    '--client-id',
    client_id,
    '--name',
    'Bench',
    '--type',
    'Ecommerce',
    '--redirect-url',
    redirect_url,
    '--certificate',
    file('bench.pem'),
    '--authority',
    file('bench-ca.pem'),
    '--webhook-url',
    hook.url,
  ]
  const env = {
    ...process.env,
    PUNTE_CONFIG_FILE: world.ready.configuration_file,
    DATABASE_URL: world.ready.database.url,
  }
  const said = execFileSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' })
  hook.secret = /whsec_[A-Za-z0-9+/=]+/.exec(said)?.[0] ?? ''
  if (hook.secret === '') throw new Error('the webhook secret was not told')
  const read = (name: string) => readFileSync(name)
  return {
    client_id,
    redirect_url,
    cert: read(file('bench.pem')),
    key: read(file('bench.key')),
    ca: read(world.ready.ca),
  }
}

/** The partner's API answers once every process has read the new partner. */
export async function untilKnown(pay: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await pay()
      return
    } catch (error) {
      if (tries === 20) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
