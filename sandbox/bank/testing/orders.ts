/** Orders beyond the single payment, as a third party writes them, and the bank's calendar. */
import type { Service } from '../book/order.ts'
import { type CallAnswer, type CallInput, CREDITOR, initiatePayment, type Pki, type TestWorld } from './world.ts'

/** A Romanian account that is at no bank of the sandbox. */
export const OTHER_CREDITOR = 'RO09PORL7789778256833565'

const decimal = (amount_minor: number): string => (amount_minor / 100).toFixed(2)

/** Transfers of these amounts (bani), E2E-0, E2E-1 and so on, to two creditors in turn. */
export function bulkBody(world: TestWorld, login: string, amounts_minor: readonly number[], changes: object = {}) {
  return {
    batchBookingPreferred: false,
    debtorAccount: { iban: world.person(login).iban },
    payments: amounts_minor.map((amount_minor, transfer_no) => ({
      endToEndIdentification: `E2E-${transfer_no}`,
      instructedAmount: { currency: 'RON', amount: decimal(amount_minor) },
      creditorAccount: { iban: transfer_no % 2 === 0 ? CREDITOR : OTHER_CREDITOR },
      creditorName: `Furnizor ${transfer_no}`,
      remittanceInformationUnstructured: `Factura ${transfer_no}`,
    })),
    ...changes,
  }
}

/** 45 lei every month from the first day given. */
export function periodicBody(world: TestWorld, login: string, start_date: string, changes: object = {}) {
  return {
    endToEndIdentification: 'SERIES-1',
    debtorAccount: { iban: world.person(login).iban },
    instructedAmount: { currency: 'RON', amount: '45.00' },
    creditorAccount: { iban: CREDITOR },
    creditorName: 'Abonament SRL',
    startDate: start_date,
    frequency: 'Monthly',
    ...changes,
  }
}

/** A pain.001.001.03 of these amounts (bani), for today unless told otherwise. */
export function pain001(world: TestWorld, login: string, amounts_minor: readonly number[], day = worldToday()): string {
  const total_minor = amounts_minor.reduce((sum_minor, amount_minor) => sum_minor + amount_minor, 0)
  const totals = `<NbOfTxs>${amounts_minor.length}</NbOfTxs><CtrlSum>${decimal(total_minor)}</CtrlSum>`
  const transfers = amounts_minor.map(
    (amount_minor, transfer_no) => `<CdtTrfTxInf><PmtId><EndToEndId>E2E-${transfer_no}</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="RON">${decimal(amount_minor)}</InstdAmt></Amt>
<Cdtr><Nm>Furnizor ${transfer_no}</Nm></Cdtr><CdtrAcct><Id><IBAN>${CREDITOR}</IBAN></Id></CdtrAcct>
<RmtInf><Ustrd>Factura ${transfer_no}</Ustrd></RmtInf></CdtTrfTxInf>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>MESSAGE-1</MsgId><CreDtTm>2026-01-01T10:00:00Z</CreDtTm>${totals}<InitgPty><Nm>Punte</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>INFORMATION-1</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>${totals}
<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt>${day}</ReqdExctnDt>
<Dbtr><Nm>Ana &amp; fiii</Nm></Dbtr><DbtrAcct><Id><IBAN>${world.person(login).iban}</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><BIC>${world.config.bic}</BIC></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>
${transfers.join('\n')}</PmtInf></CstmrCdtTrfInitn></Document>`
}

const worldToday = (): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Bucharest', dateStyle: 'short' }).format(Date.now())

/** POST {service}/{product} with the usual headers. */
export function initiateOrder(
  pki: Pki,
  world: TestWorld,
  service: Service,
  login: string,
  input: Partial<CallInput> & { readonly body: string | object },
): Promise<CallAnswer> {
  const product = world.config.services[service]?.product ?? 'none'
  return initiatePayment(pki, world, login, { path: `${world.config.base_path}/${service}/${product}`, ...input })
}

/** The day so many days from now in Romania. */
export function dayFromToday(days: number): string {
  const date = new Date(`${worldToday()}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

export async function moveCalendar(world: TestWorld, today: string): Promise<Response> {
  return fetch(`${world.bank.pages_url}/sandbox/calendar`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ today }),
  })
}
