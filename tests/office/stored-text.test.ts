/**
 * Markup, formulas and text that turns around, in every text field that calls of the office and the portal take: the fields
 * come from the schemas of the tables of routes, so one that is added is tried by itself, and a call that is added fails this
 * until it is said here how it is made. Then every page is opened in a browser, and every file that a spreadsheet may open.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { COMPANY, PNG, pdf } from '../../src/domain/compliance/fixture.ts'
import { HEADINGS } from '../../src/domain/registers/contents.ts'
import { visitor } from '../browser/browser.ts'
import { openStage, type Stage } from '../browser/stage.ts'
import { newEmail } from '../world/parties.ts'
import { ROOT } from '../world/world.ts'
import { invitationLink } from './applicant.ts'
import type { Signed } from './staff.ts'
import { cellsOf, DANGER, hostile, isFormula, isTurned, type Seen } from './stored-text.ts'
import { type Making, makingOf } from './stored-text-calls.ts'
import { hostileCase, validCase } from './stored-text-case.ts'

const SHOP = 'floraria-ana'
/** How long a page may take; it is no measure of how fast any is. */
const PATIENCE_MS = 120_000

/** Calls whose texts are not kept, or not reached here, and why that is well. */
const NOT_MADE: Readonly<Record<string, string>> = {
  'office POST /cases/search': 'looked for, not kept',
  'office POST /payments/keys': 'looked for, not kept',
  'portal POST /payments/search': 'looked for, not kept',
  'office POST /subject-exports': 'looked for, not kept',
  'office POST /audit/verification': 'compared, not kept',
  'office POST /cases': 'names a partner that there is',
  'office POST /partners/:client_id/certificates/reading': 'PEM, read and not kept',
  'office POST /partners/:client_id/certificates/signing': 'PEM, signed and not kept',
  'portal POST /certificates/read': 'PEM, read and not kept',
  'portal POST /certificates/changes': 'PEM alone',
  // Their reasons are those of proposals, of which there are others here.
  'office POST /payments/:payment_id/closing': 'wants a payment whose fate is unknown',
  'office POST /orders/:merchant_id/:order_id/refund': 'wants an order of cards',
  'office POST /orders/:merchant_id/:order_id/closing': 'wants an order of cards',
  'office POST /partners/:client_id/certificates': 'wants a certificate',
  'office POST /cases/:case_id/screenings/:screening_id/hits/:hit_no': 'wants a screening service; shown as notes are',
}

let stage: Stage
let making: Making
before(async () => {
  stage = await openStage()
  making = await makingOf(stage.world, SHOP)
})
after(() => stage?.close())

/** What the pages are opened of: of each name one value or several. */
const ids: Record<string, string[]> = {
  client_id: [SHOP],
  ...{ register: ['incident'], stage: ['initial'], user_name: ['hostile.one'], number: ['1'] },
  ...{ merchant_id: ['none'], order_id: ['none'], agreement_id: ['none'] },
}
let apply_url: string
let checkout_url: string

test('partners, what is proposed of them, and people', async () => {
  const { make, office, portal } = making
  const params = { client_id: SHOP }
  const shown = (await office('compliance')('GET', `/partners/${SHOP}`)).body as Record<string, string>
  const { colour, logo, webhook_url } = shown
  await make('office PATCH /partners/:client_id', {
    params,
    given: { seen: {} },
    strict: { 'changes.colour': colour, 'changes.logo': logo, 'changes.webhook_url': webhook_url },
  })
  await make('office POST /partners/:client_id/redirect-urls', {
    params,
    strict: { redirect_urls: ['https://shop.example/back'] },
  })
  await make('office POST /partners/:client_id/flexible-url', { params })
  const { certificates } = shown as unknown as { certificates: { certificate_id: number }[] }
  await make('office POST /partners/:client_id/certificates/:certificate_id/withdrawal', {
    params: { ...params, certificate_id: String(certificates[0]?.certificate_id) },
  })
  await make('office POST /partners/:client_id/limits/raise', {
    params,
    given: { changes: [{ indicator: 'max_amount', block_level: null }] },
  })
  await make('office POST /keys/rotation', { given: { kind: 'signing' } })
  const person = (user_name: string) => ({ strict: { user_name, email: newEmail(user_name) } })
  await make('office POST /staff', { given: { role: 'support' }, ...person('hostile.one') })
  await make('office POST /partners/:client_id/users', { params, ...person('hostile.two') })
  await make('portal POST /users', person('hostile.three'))
  await make('portal POST /notices')
  assert.equal((await portal('GET', '/users')).status, 200)
  await make('office POST /partners/:client_id/suspension', { params })
  await make('office POST /partners/:client_id/resumption', { params })
})

test('payments, alerts, incidents and their reports', async () => {
  const { make, office, markOf } = making
  const { parties } = stage
  const order = await parties.placeOrder({ amount: '41.50', email: newEmail('payer') })
  checkout_url = order.redirect_url
  ids.payment_id = [String(order.payment_id)]
  const [alert] = await parties.query<{ alert_id: string }>(
    `insert into alerts (partner_id, indicator, day, outcome, measured, level, payment_id, raised_at, last_at)
      select partner_id, 'max_amount', current_date, 'warn', 4150, 100, $1, now(), now() from partners where client_id = $2
      returning alert_id::text`,
    [order.payment_id, SHOP],
  )
  ids.alert_id = [alert?.alert_id ?? '']
  const of_alert = { params: { alert_id: alert?.alert_id ?? '' } }
  await office('compliance')('POST', `/alerts/${alert?.alert_id}/taking`)
  await make('office POST /alerts/:alert_id/comments', of_alert)
  await make('office POST /alerts/:alert_id/closing', of_alert)

  const aware_at = new Date().toISOString()
  const { incident_id, version_no } = await make<{ incident_id: number; version_no: number }>(
    'office POST /registers/incidents',
    { given: { aware_at, facts: { critical_services: true, malicious_access: true } } },
  )
  ids.incident_id = ids.subject = [String(incident_id)]
  const given = { version_no, aware_at, facts: { critical_services: true, malicious_access: true } }
  const saved = await make<{ version_no: number }>('office PUT /registers/incidents/:incident_id', {
    params: { incident_id: String(incident_id) },
    given,
  })
  await office('compliance')('POST', `/registers/incidents/${incident_id}/judgement`, { version_no: saved.version_no })
  const content = Object.fromEntries(
    HEADINGS.initial.map(({ name }) => [name, hostile(1_000, 0) + markOf(`report ${name}`)]),
  )
  await make('office PUT /registers/reports/:register/:subject/:stage', {
    params: { register: 'incident', subject: String(incident_id), stage: 'initial' },
    given: { content },
  })
})

test('cases, from the invitation to what is kept after the end', async () => {
  const { make, office, markOf } = making
  const compliance = office('compliance')
  const email = newEmail('applicant')
  const invited = await make<{ case_id: number }>('office POST /cases/invitations', {
    given: { language: 'ro', kind: 'legal' },
    strict: { email },
  })
  apply_url = await invitationLink(stage.parties, email)
  const headers = { 'x-invitation': apply_url.split('#')[1] ?? '' }
  const data = hostileCase((field) => markOf(`application ${field}`))
  await make('portal PUT /application', { headers, given: { version: 1, data } })

  const created = (await compliance('POST', '/cases', { kind: 'legal' })).body as { case_id: number }
  const case_id = String(created.case_id)
  const params = { case_id }
  const version = async () => ((await compliance('GET', `/cases/${case_id}`)).body as { version: number }).version
  const seen = async (more: object = {}) => ({ params, given: { version: await version(), ...more } })
  const move = async (name: string) => {
    const { status, body } = await compliance('POST', `/cases/${case_id}/${name}`, { version: await version() })
    assert.ok(status < 300, `${name}: ${JSON.stringify(body)}`)
    return body as Record<string, unknown>
  }
  const document = async (kind: string, bytes: Buffer): Promise<number> => {
    const named = { 'x-document-name': encodeURIComponent(hostile(200, 0) ?? '') }
    const { status, body } = await compliance('POST', `/cases/${case_id}/documents?kind=${kind}`, bytes, named)
    assert.equal(status, 201, JSON.stringify(body))
    return (body as { document_id: number }).document_id
  }
  ids.case_id = [String(invited.case_id), case_id]
  await make('office PUT /cases/:case_id/data', await seen({ data: validCase((field) => markOf(`case ${field}`)) }))
  await make('office POST /cases/:case_id/invitations', {
    params,
    strict: { email: newEmail('again') },
    given: { language: 'en' },
  })
  await make('office POST /cases/:case_id/notes', { params })
  await document('identity', PNG)
  await document('constitutive_act', pdf())
  await move('submission')
  await move('review')
  await make('office POST /cases/:case_id/question', await seen())
  await move('submission')
  await move('review')
  const text = (field: string) => (hostile(1_000, 0) ?? '') + markOf(`assessment ${field}`)
  const assessment = { risk: 'enhanced', risk_reason: text('reason'), is_pep: true, pep_text: text('pep') }
  await make('office PUT /cases/:case_id/assessment', await seen({ assessment }))
  await make('office POST /cases/:case_id/screenings', { params })
  const { approval_id } = await move('approval')
  const approved = await office('administrator')('POST', `/approvals/${approval_id}/approval`)
  assert.ok(approved.status < 300, JSON.stringify(approved.body))
  await make('office POST /cases/:case_id/yearly-review', await seen())
  await make('office POST /cases/:case_id/end', await seen())
  const until = `${new Date().getUTCFullYear() + 7}-01-15`
  const document_id = await document('authority_request', PNG)
  await make('office POST /cases/:case_id/retention', { params, given: { until, document_id } })
})

test('a case that is refused', async () => {
  const { make, office } = making
  const compliance = office('compliance')
  const { case_id } = (await compliance('POST', '/cases', { kind: 'legal' })).body as { case_id: number }
  const base = `/cases/${case_id}`
  const version = async () => ((await compliance('GET', base)).body as { version: number }).version
  const data = { ...validCase(() => ''), company: { ...COMPANY.company, cui: 'RO18547290' } }
  const saved = await compliance('PUT', `${base}/data`, { version: await version(), data })
  assert.ok(saved.status < 300, JSON.stringify(saved.body))
  const named = { 'x-document-name': 'x.png' }
  for (const kind of ['identity', 'constitutive_act'])
    assert.equal((await compliance('POST', `${base}/documents?kind=${kind}`, PNG, named)).status, 201)
  for (const name of ['submission', 'review']) {
    const { status, body } = await compliance('POST', `${base}/${name}`, { version: await version() })
    assert.ok(status < 300, JSON.stringify(body))
  }
  const params = { case_id: String(case_id) }
  await make('office POST /cases/:case_id/refusal', { params, given: { version: await version() } })
  ids.case_id?.push(String(case_id))
})

test('every call that takes texts was made, or it is said why not', () => {
  assert.deepEqual(making.left().sort(), Object.keys(NOT_MADE).sort())
})

/** Marks that pages have shown. */
const shown = new Set<string>()

test('every page shows it as text: nothing runs, nothing is planted, nothing turns around', async () => {
  const { office, portal } = making
  const { office: at_office, portal: at_portal } = stage.world.facts
  const proposals = (await office('administrator')('GET', '/approvals')).body as {
    approvals: { approval_id: number }[]
  }
  ids.approval_id = proposals.approvals.map(({ approval_id }) => String(approval_id))
  // Administrators alone see staff and keys; nobody else sees more than compliance does.
  const [of_administrators, others] = [/^\/(staff|keys)/, /^(?!\/(staff|keys))/].map((wanted) =>
    pagesOf('office').filter((path) => wanted.test(path)),
  )
  await looked(at_office.url, office('administrator'), of_administrators)
  await looked(at_office.url, office('compliance'), others)
  await looked(at_portal.url, portal, pagesOf('portal'))
  await looked(apply_url, undefined, [''])
  await looked(checkout_url, undefined, [''])
})

/** Addresses of every page that an app has, of each thing that there is. */
function pagesOf(app: 'office' | 'portal'): string[] {
  const table = readFileSync(join(ROOT, `web/${app}/src/pages.ts`), 'utf8')
  const paths = [...table.matchAll(/^ {4}path: '([^']+)'/gm)].map(([, path = '']) => path)
  assert.ok(paths.length > 5)
  return paths.flatMap((path) =>
    [...path.matchAll(/:([a-z_]+)/g)].reduce(
      (found, [param, name = '']) => {
        const values = ids[name]
        assert.ok(values !== undefined, `say of which ${name} ${path} is opened`)
        return found.flatMap((one) => values.map((value) => one.replace(param, encodeURIComponent(value))))
      },
      [path],
    ),
  )
}

async function looked(base: string, signed: Signed | undefined, paths: readonly string[] = []): Promise<void> {
  const { page, context, leave } = await visitor(stage.browser)
  const [name = '', value = ''] = signed?.cookie().split('=') ?? []
  if (signed !== undefined) await context.addCookies([{ url: new URL(base).origin, name, value }])
  for (const path of paths) {
    await page.goto(base + path, { waitUntil: 'networkidle', timeout: PATIENCE_MS })
    await harmless(page, base + path)
    // A case and an application show a part of themselves at a time.
    for (const part of await page
      .getByRole('navigation', { name: /Secțiuni|Pași/ })
      .getByRole('button')
      .all()) {
      await part.click()
      await harmless(page, `${path}, ${await part.textContent()}`)
    }
  }
  await leave()
}

async function harmless(page: Page, where: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor({ timeout: PATIENCE_MS })
  // A page stands with its heading while what it shows is on its way.
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached', timeout: PATIENCE_MS })
  // Drawn, whatever a press has changed.
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
  const { ran, planted, text } = (await page.evaluate(DANGER)) as Seen
  assert.ok(!text.includes('Pagina nu există'), `${where} was not opened`)
  assert.equal(ran, undefined, `a script of a text ran on ${where}`)
  assert.deepEqual(planted, [], `a text became markup on ${where}`)
  assert.ok(
    !isTurned(text),
    `a text turns around what stands on ${where}: ${/.{0,60}[\u202A-\u202E\u2066-\u2069]/.exec(text)?.[0]}`,
  )
  for (const [mark] of text.matchAll(/§\d{3}/g)) shown.add(mark)
}

/** Fields that no page shows, and why. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  'sources.consulted_on': 'told by staff alone, and as a day',
  'office POST /registers/incidents facts.title': 'written over by the next save',
  'office POST /registers/incidents facts.description': 'written over by the next save',
  'office PUT /cases/:case_id/data notified': 'kept of partners alone, not of drafts',
  'office PUT /cases/:case_id/assessment notified': 'kept of partners alone, not of drafts',
}

test('what was given in is shown somewhere: the pages that were opened are those it could do harm on', () => {
  // A case and an application are one form: where either shows a field, it is shown.
  const form = (field: string) => field.replace(/^(application|case) /, '')
  const seen = new Set([...making.marks].flatMap(([mark, field]) => (shown.has(mark) ? [form(field)] : [])))
  const unseen = [...making.marks.values()].map(form).filter((field) => !seen.has(field) && !(field in NOT_SHOWN))
  assert.deepEqual(unseen, [])
})

test('files that a spreadsheet may open hold no formula', async () => {
  const { office } = making
  const files = [
    '/exports/payments/csv',
    '/exports/orders/csv',
    `/registers/reports/incident/${ids.incident_id}/initial/export?format=csv`,
  ]
  for (const path of files) {
    const { status, body } = await office('compliance')('GET', path)
    assert.equal(status, 200, path)
    const cells = cellsOf(String(body))
    assert.ok(cells.length > 1, path)
    assert.deepEqual(cells.filter(isFormula), [], path)
  }
})
