/** For tests: cases on a real database, with a clock that is set and people who act. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../config.ts'
import { testDatabase } from '../../infra/database/template.ts'
import { createKeyFile } from '../../infra/keys/key-file.ts'
import { loadKeys } from '../../infra/keys/keys.ts'
import { createLog } from '../../infra/log.ts'
import type { Mail } from '../../infra/mail/mailer.ts'
import type { OutboundAnswer, OutboundRequest } from '../../infra/outbound.ts'
import type { Actor } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { approveCase } from './approve.ts'
import type { CaseData } from './case.ts'
import { createCase } from './create.ts'
import { addDocument } from './documents/add.ts'
import { beginReview, submitCase } from './move.ts'
import { saveCase } from './save.ts'
import { recordManualScreening } from './screening/screen.ts'
import { findCase } from './store.ts'

export const MARIA: Actor = { kind: 'staff', name: 'maria', origin: '192.0.2.7' }

const PERSON = {
  last_name: 'Țărmure',
  first_name: 'Ion',
  cnp: '1800101400016',
  birth_date: '1980-01-01',
  birth_place: 'București',
  citizenship: 'RO',
  document_kind: 'identity_card',
  document_series: 'RX',
  document_number: '123456',
  document_issued_by: 'SPCLEP Sector 1',
  document_issued_on: '2015-02-01',
  document_expires_on: '2045-01-01',
  street: 'Str. Florilor 1',
  city: 'București',
  county: 'București',
  country: 'RO',
} as const

/** A company that can be submitted, with its documents. */
export const COMPANY = {
  company: {
    ...{
      name: 'Florăria Ana SRL',
      cui: 'RO99123452',
      trade_register_number: 'J40/9912/2019',
      euid: 'ROONRC.J40/9912/2019',
    },
    ...{ legal_form: 'SRL', caen: '4776', founding_kind: 'constitutive_act', founding_number: '12' },
    ...{ founding_on: '2002-01-15', street: 'Str. Florilor 1', city: 'București', county: 'București', country: 'RO' },
  },
  representative: { ...PERSON, role: 'administrator' },
  mandate: { basis: 'constitutive_act' },
  beneficial_owners: [
    {
      ...{ last_name: 'Țărmure', first_name: 'Ana', cnp: '2810305400014', birth_date: '1981-03-05', citizenship: 'RO' },
      ...{ residence_country: 'RO', share_percent: 100, control: 'shares' },
    },
  ],
  sources: [
    { about: 'company', name: 'ONRC', kind: 'public_register', is_independent: true, consulted_on: '2018-01-10' },
  ],
  contact: { name: 'Ion Țărmure', email: 'ion@florarie.example', phone: '+40 721 000 000' },
  business: {
    ...{
      description: 'Flori',
      platform_url: 'https://florarie.example',
      bank: 'Banca',
      iban: 'RO49AAAA1B31007593840000',
    },
  },
  estimates: {
    ...{ daily_volume: 100, mean_amount: 15_000, max_amount: 200_000 },
    ...{ daily_unfinished: 10, daily_per_payer: 3, clients: 5_000 },
  },
  profile: { partner_type: 'Ecommerce', redirect_url: 'https://florarie.example/inapoi', colour: '#c2255c' },
  declarations: { has_no_group: true, accepts_terms: true, accepts_data_processing: true },
} as const satisfies CaseData

/** A natural person that can be submitted. */
export const NATURAL = {
  person: PERSON,
  ...{ contact: COMPANY.contact, business: COMPANY.business, estimates: COMPANY.estimates, profile: COMPANY.profile },
  ...{ sources: COMPANY.sources, declarations: COMPANY.declarations },
} as const satisfies CaseData

/** The smallest PNG there is. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

export function pdf(object = '<< /Type /Catalog /Pages 2 0 R >>'): Buffer {
  const body = `%PDF-1.7\n1 0 obj\n${object}\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n`
  const table = 'xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 3 >>\n'
  return Buffer.from(`${body}${table}startxref\n${body.length}\n%%EOF\n`)
}

export async function complianceWorld(settings: Partial<Settings> = {}, start = '2019-05-06T09:00:00Z') {
  const database = await testDatabase({ pool_size: 8 })
  const folder = mkdtempSync(join(tmpdir(), 'punte-cases-'))
  const key_file = join(folder, 'keys.json')
  createKeyFile(key_file)
  const world = { now: new Date(start) }
  const mails: Mail[] = []
  const asked: OutboundRequest[] = []
  const service: { answer: OutboundAnswer } = { answer: { kind: 'not_sent', reason: 'NOT_SET' } }
  const context = {
    settings: {
      PUNTE_RETENTION_YEARS: 5,
      PUNTE_INVITATION_DAYS: 14,
      PUNTE_REVIEW_SUSPENDS: false,
      PUNTE_PORTAL_URL: 'https://portal.example',
      PUNTE_OPERATOR_NAME: 'Punte',
      PUNTE_OPERATOR_REGISTER: 'IP-RO-1',
      PUNTE_OPERATOR_CONTACT: 'contact@punte.example',
      PUNTE_OPERATOR_COMPLAINTS: 'reclamatii@punte.example',
      ...settings,
    } as Settings,
    db: database.db,
    clock: { now: () => world.now },
    keys: loadKeys(key_file),
    mail: {
      send: async (mail: Mail) => {
        mails.push(mail)
      },
      close: async () => {},
    },
    outbound: {
      request: async (request: OutboundRequest) => {
        asked.push(request)
        return service.answer
      },
      close: async () => {},
    },
    log: createLog('silent'),
    actor: MARIA,
  } satisfies Partial<Context> & { actor: Actor }
  const close = async () => {
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  }
  return Object.assign(world, { context, mails, asked, service, key_file, close }, caseSteps(context))
}

/** What is done with cases until they are approved. */
export function caseSteps(context: Parameters<typeof createCase>[0]) {
  const versionOf = async (case_id: number) => (await findCase(context.db, case_id))?.version ?? 0
  const seen = async (case_id: number) => ({ case_id, version: await versionOf(case_id) })

  /** Of a company, with its documents, not submitted. */
  async function filled(data: CaseData = COMPANY): Promise<number> {
    const kind = data.company === undefined ? 'natural' : 'legal'
    const { case_id } = await createCase(context, { kind, data })
    await addDocument(context, { case_id, kind: 'identity', name: 'ci.png', bytes: PNG })
    if (kind === 'legal')
      await addDocument(context, { case_id, kind: 'constitutive_act', name: 'act.pdf', bytes: pdf() })
    return case_id
  }
  /** In review, assessed and screened: whatever approval asks for. */
  async function reviewed(data: CaseData = COMPANY): Promise<number> {
    const case_id = await filled(data)
    await submitCase(context, await seen(case_id))
    await beginReview(context, await seen(case_id))
    const assessment = { risk: 'standard', risk_reason: 'Comerț obișnuit', is_pep: false } as const
    await saveCase(context, { ...(await seen(case_id)), assessment })
    await recordManualScreening(context, { case_id, note: 'Liste consultate: nimic.' })
    return case_id
  }
  async function approved(
    data: CaseData = COMPANY,
  ): Promise<{ case_id: number; client_id: string; partner_id: number }> {
    const case_id = await reviewed(data)
    const { version } = await seen(case_id)
    await context.db.transaction((client) =>
      approveCase(context, client as unknown as typeof context.db, { subject_id: String(case_id), input: { version } }),
    )
    const row = await findCase(context.db, case_id)
    if (row?.client_id == null || row.partner_id === null) throw new Error('it was not approved')
    return { case_id, client_id: row.client_id, partner_id: row.partner_id }
  }
  return { seen, filled, reviewed, approved }
}
