/** Registers the demo's partners through the same door as an operator; a second start finds them and mends addresses. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPartnerDirectory } from '../../domain/partners/directory.ts'
import { addPartner, setRedirectUrls, showPartner, updateProfile } from '../../domain/partners/manage.ts'
import { addCertificate } from '../../domain/partners/registrations.ts'
import { systemClock } from '../../infra/clock.ts'
import type { Database } from '../../infra/database/database.ts'
import type { Keys } from '../../infra/keys/keys.ts'
import type { Log } from '../../infra/log.ts'
import { demoPartners, type PartnerSpec } from './people.ts'
import type { World } from './world.ts'

export type SeededPartner = PartnerSpec & {
  readonly webhook_secret: string
  /** Paths of the client certificate and its key. */
  readonly certificate_file: string
  readonly key_file: string
}

type SeedContext = { readonly db: Database; readonly keys: Keys; readonly log: Log }

/** What one partner or address may ask of the demo: benches run against it. */
export const DEMO_REQUESTS_PER_MINUTE = 600_000

export async function seedPartners(world: World, context: SeedContext): Promise<SeededPartner[]> {
  const { db, keys, log } = context
  const authority_pem = await readFile(join(world.pki, 'partner-ca.pem'), 'utf8')
  const directory = await createPartnerDirectory({ db, keys, log })
  try {
    const seeded: SeededPartner[] = []
    for (const spec of demoPartners(world.ports)) {
      const certificate_file = join(world.pki, `${spec.certificate}.pem`)
      const certificate = { certificate_pem: await readFile(certificate_file, 'utf8'), authority_pem }
      const present = directory.byClientId(spec.client_id)
      const webhook_secret =
        present?.webhook_secret === undefined
          ? await register(context, spec, certificate)
          : await mend(context, spec, certificate, present.webhook_secret)
      const key_file = join(world.pki, `${spec.certificate}.key`)
      seeded.push({ ...spec, webhook_secret, certificate_file, key_file })
    }
    return seeded
  } finally {
    directory.close()
  }
}

type Certificate = { readonly certificate_pem: string; readonly authority_pem: string }

async function register({ db, keys }: SeedContext, spec: PartnerSpec, certificate: Certificate): Promise<string> {
  const { webhook_secret } = await addPartner(
    { db, keys, clock: systemClock },
    {
      client_id: spec.client_id,
      name: spec.name,
      type: spec.type,
      redirect_urls: [spec.redirect_url],
      colour: spec.colour,
      require_signed_requests: spec.signs_requests,
      requests_per_minute: DEMO_REQUESTS_PER_MINUTE,
      certificate,
      ...(spec.logo !== undefined && { logo: spec.logo }),
      ...(spec.webhook_url !== undefined && { webhook_url: spec.webhook_url }),
    },
  )
  return webhook_secret
}

/** The world may have moved to other ports, and its authorities may have been renewed. */
async function mend(
  { db, keys }: SeedContext,
  spec: PartnerSpec,
  certificate: Certificate,
  secret: string,
): Promise<string> {
  const context = { db, keys, clock: systemClock }
  const { client_id, redirect_url, webhook_url } = spec
  await setRedirectUrls(context, { client_id, redirect_urls: [redirect_url] })
  if (webhook_url !== undefined) await updateProfile(context, { client_id, webhook_url })
  const { certificates } = await showPartner(context, client_id)
  const body = certificate.authority_pem.replace(/\s/g, '')
  const known = certificates.some((one) => one.withdrawn_at === null && one.authority_pem.replace(/\s/g, '') === body)
  if (!known) await addCertificate(context, { client_id, ...certificate })
  return secret
}
