import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv, type ValidateFunction } from 'ajv'
import ajv_formats from 'ajv-formats'
import type { BankOrder, BankProfile, BulkOrder, RecurringOrder, SingleOrder } from '../../connector.ts'
import { PROFILE } from '../testing/profile.ts'
import { orderBody } from './messages-order.ts'

const FILE = JSON.parse(
  readFileSync(new URL('./vectors/berlin-group-orders.schema.json', import.meta.url), 'utf8'),
) as { readonly $id: string; readonly definitions: Record<string, { properties?: object }> }
const ajv = new Ajv({ strict: false })
ajv_formats.default(ajv)
ajv.addSchema(FILE)

/** The standard's, with members refused that it does not name. */
function strict(definition: string, more: readonly string[] = []): ValidateFunction {
  const names = [...Object.keys(FILE.definitions[definition]?.properties ?? {}), ...more]
  return ajv.compile({
    allOf: [{ $ref: `${FILE.$id}#/definitions/${definition}` }],
    properties: Object.fromEntries(names.map((name) => [name, true])),
    additionalProperties: false,
  })
}

const AT = new Date('2030-01-30T22:30:00.000Z')
const SINGLE: SingleOrder = {
  service: 'payments',
  amount_minor: 123_405,
  currency: 'RON',
  debtor_iban: 'RO49AAAA1B31007593840000',
  debtor_name: 'Ion Pop',
  creditor_iban: 'RO98BTRL0000999900000001',
  creditor_name: 'Floraria Ana',
  remittance: 'Comanda 7',
  end_to_end_id: 'P1-2-1',
}
const RECURRING: RecurringOrder = {
  ...SINGLE,
  service: 'periodic-payments',
  schedule: { start_date: '2030-02-01', end_date: '2031-01-31', frequency: 'Monthly', day_of_execution: 5 },
}
const transfer = (no: number) => ({
  amount_minor: 100 * no + no,
  creditor_iban: no === 1 ? 'RO98BTRL0000999900000001' : 'RO09PORL7789778256833565',
  creditor_name: `Firma ${no}`,
  remittance: `Factura ${no}`,
  end_to_end_id: `P1-${no}-1`,
})
const BULK: BulkOrder = {
  service: 'bulk-payments',
  currency: 'RON',
  debtor_iban: SINGLE.debtor_iban,
  end_to_end_id: 'P1-9-1',
  amount_minor: 303,
  batch_booking: true,
  requested_execution_date: '2030-02-01',
  transfers: [transfer(1), transfer(2)],
}

const json = (order: BankOrder, profile: BankProfile = PROFILE): Record<string, unknown> => {
  const { body, content_type } = orderBody(order, profile, AT)
  assert.equal(content_type, 'application/json')
  return JSON.parse(body) as Record<string, unknown>
}
const conforms = (validate: ValidateFunction, value: unknown) =>
  assert.ok(validate(value), JSON.stringify(validate.errors))

test('a transfer becomes the body of the standard', () => {
  const body = json(SINGLE)
  assert.deepEqual(body, {
    debtorAccount: { iban: 'RO49AAAA1B31007593840000' },
    endToEndIdentification: 'P1-2-1',
    instructedAmount: { currency: 'RON', amount: '1234.05' },
    creditorAccount: { iban: 'RO98BTRL0000999900000001' },
    creditorName: 'Floraria Ana',
    remittanceInformationUnstructured: 'Comanda 7',
  })
  const validate = strict('paymentInitiation_json')
  conforms(validate, body)
  assert.equal(validate({ ...body, debtorName: 'Ion Pop' }), false, 'the check refuses what the standard does not name')
})

test('remittance that came to nothing is left out', () => {
  const body = json({ ...SINGLE, remittance: '' })
  assert.ok(!('remittanceInformationUnstructured' in body))
  conforms(strict('paymentInitiation_json'), body)
})

test('a day to come stands in requestedExecutionDate, which the standard predefines', () => {
  const body = json({ ...SINGLE, requested_execution_date: '2030-02-01' })
  assert.equal(body.requestedExecutionDate, '2030-02-01')
  conforms(strict('paymentInitiation_json', ['requestedExecutionDate']), body)
})

test('what a bank wants beyond the standard: the debtor name, and the BIC where it is known', () => {
  const asking: BankProfile = { ...PROFILE, body: { debtor_name: true, creditor_agent: true } }
  const body = json(SINGLE, asking)
  assert.deepEqual([body.debtorName, body.creditorAgent], ['Ion Pop', 'BTRLRO22'])
  conforms(strict('paymentInitiation_json', ['debtorName']), body)
  const { debtor_name: _unknown, ...nameless } = SINGLE
  for (const creditor_iban of ['RO09PORL7789778256833565', 'DE89370400440532013000', 'RO00BTR']) {
    const other = json({ ...nameless, creditor_iban }, asking)
    assert.ok(!('creditorAgent' in other), creditor_iban)
    assert.equal(other.debtorName, 'NOTPROVIDED')
  }
  const list = json({ ...BULK, debtor_name: 'Ion Pop' }, asking) as { payments: { creditorAgent?: string }[] }
  assert.deepEqual(
    list.payments.map(({ creditorAgent }) => creditorAgent),
    ['BTRLRO22', undefined],
  )
  assert.equal((list as { debtorName?: string }).debtorName, 'Ion Pop')
})

test('a standing order says its days and frequency in the words of the bank', () => {
  const body = json(RECURRING)
  assert.deepEqual(
    [body.startDate, body.endDate, body.frequency, body.dayOfExecution],
    ['2030-02-01', '2031-01-31', 'Monthly', '5'],
  )
  conforms(strict('periodicPaymentInitiation_json'), body)
  const own = json(RECURRING, periodic({ frequencies: { Monthly: 'MNTH' }, day_digits: 2 }))
  assert.deepEqual([own.frequency, own.dayOfExecution], ['MNTH', '05'])
  const bare = json({ ...RECURRING, schedule: { start_date: '2030-02-01', frequency: 'Weekly' } })
  assert.ok(!('endDate' in bare) && !('dayOfExecution' in bare))
  conforms(strict('periodicPaymentInitiation_json'), bare)
})

test('a list says the account and the day once, and each transfer', () => {
  const body = json(BULK)
  assert.deepEqual(body, {
    batchBookingPreferred: true,
    debtorAccount: { iban: SINGLE.debtor_iban },
    requestedExecutionDate: '2030-02-01',
    payments: [
      {
        endToEndIdentification: 'P1-1-1',
        instructedAmount: { currency: 'RON', amount: '1.01' },
        creditorAccount: { iban: 'RO98BTRL0000999900000001' },
        creditorName: 'Firma 1',
        remittanceInformationUnstructured: 'Factura 1',
      },
      {
        endToEndIdentification: 'P1-2-1',
        instructedAmount: { currency: 'RON', amount: '2.02' },
        creditorAccount: { iban: 'RO09PORL7789778256833565' },
        creditorName: 'Firma 2',
        remittanceInformationUnstructured: 'Factura 2',
      },
    ],
  })
  conforms(strict('bulkPaymentInitiation_json'), body)
  for (const element of body.payments as unknown[]) conforms(strict('paymentInitiationBulkElement_json'), element)
})

test('an XML standing order is multipart, its boundary not in its parts and the same every time', () => {
  const profile = periodic({ format: 'pain.001' })
  const { body, content_type } = orderBody(RECURRING, profile, AT)
  const boundary = /^multipart\/form-data; boundary=([A-Za-z0-9-]{1,70})$/.exec(content_type)?.[1] ?? assert.fail()
  const [before, xml = '', schedule = '', after, ...more] = body.split(`--${boundary}`)
  assert.deepEqual([before, after, more], ['', '--\r\n', []])
  const [xml_head, xml_content = ''] = xml.split('\r\n\r\n')
  assert.equal(xml_head, '\r\nContent-Disposition: form-data; name="xml_sct"\r\nContent-Type: application/xml')
  assert.match(xml_content, /^<\?xml .*<ReqdExctnDt>2030-02-01<\/ReqdExctnDt>.*<\/Document>\r\n$/s)
  const [json_head, json_content = ''] = schedule.split('\r\n\r\n')
  assert.equal(
    json_head,
    '\r\nContent-Disposition: form-data; name="json_standingorderType"\r\nContent-Type: application/json',
  )
  const read: unknown = JSON.parse(json_content)
  assert.deepEqual(read, { startDate: '2030-02-01', endDate: '2031-01-31', frequency: 'Monthly', dayOfExecution: '5' })
  conforms(strict('periodicPaymentInitiation_xml-Part2-standingorderType_json'), read)
  assert.deepEqual(orderBody(structuredClone(RECURRING), profile, AT), { body, content_type })
  assert.notEqual(orderBody({ ...RECURRING, end_to_end_id: 'P1-2-2' }, profile, AT).content_type, content_type)
})

test('a multipart message is read by others as what was written', async () => {
  const { body, content_type } = orderBody(RECURRING, periodic({ format: 'pain.001' }), AT)
  const form = await new Response(body, { headers: { 'content-type': content_type } }).formData()
  assert.deepEqual([...form.keys()], ['xml_sct', 'json_standingorderType'])
})

test('what a bank does not have cannot be written', () => {
  const { payments } = PROFILE.services
  assert.throws(() => orderBody(BULK, { ...PROFILE, services: { payments } }, AT), /no bulk-payments/)
  assert.throws(() => orderBody(RECURRING, periodic({ frequencies: {} }), AT), /no word for the frequency Monthly/)
})

function periodic(change: Partial<NonNullable<BankProfile['services']['periodic-payments']>>): BankProfile {
  const service = PROFILE.services['periodic-payments'] ?? assert.fail()
  return { ...PROFILE, services: { ...PROFILE.services, 'periodic-payments': { ...service, ...change } } }
}
