/** A partner's files and configuration against the fake partner API, in a folder of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FakePunte, startFakePunte } from './fake-punte.ts'
import { createAuthority } from './pki.ts'

export const WEBHOOK_SECRET = 'whsec_cHVudGUtd2ViaG9vay10ZXN0LXNlY3JldC0zMmJ5dGU='

export type PartnerWorld = {
  readonly punte: FakePunte
  /** A configuration as `main.ts` takes it, on a free port. */
  readonly config: Record<string, unknown> & { data_dir: string }
  /** Delivers the payment's standing as Punte would. */
  deliver(
    to: string,
    payment_id: number,
    changes: { status: string; sequence: number; reason?: string },
  ): Promise<Response>
  close(): Promise<void>
}

export async function createPartnerWorld(): Promise<PartnerWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'punte-partner-'))
  const server_ca = await createAuthority('Server CA')
  const partner_ca = await createAuthority('Partner CA')
  const own = await partner_ca.issue('Partner', 'ec', 'client')
  const punte = await startFakePunte({
    server: await server_ca.issue('localhost', 'ec', 'server'),
    client_ca: partner_ca.certificate,
    require_signatures: true,
  })
  const files = { certificate_file: own.certificate, key_file: own.private_key, ca_file: server_ca.certificate }
  for (const [name, pem] of Object.entries(files)) await writeFile(join(folder, `${name}.pem`), pem)
  const named = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, `${name}.pem`)]))
  return {
    punte,
    config: {
      http: { host: '127.0.0.1', port: 0 },
      punte: { base_url: punte.url, client_id: 'partner-0001', sign_requests: true, ...named },
      webhook_secret: WEBHOOK_SECRET,
      data_dir: join(folder, 'data'),
      beneficiary: { name: 'Florăria Ana SRL', iban: 'RO49AAAA1B31007593840000' },
    },
    deliver: (to, payment_id, changes) => {
      const payment = punte.payments.get(payment_id)
      if (payment === undefined) throw new Error('no such payment')
      const { headers, body } = punte.webhook(payment_id, WEBHOOK_SECRET, changes)
      return fetch(to, { method: 'POST', headers, body })
    },
    close: async () => {
      await punte.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
