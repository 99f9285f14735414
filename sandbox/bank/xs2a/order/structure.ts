/** Which elements of pain.001.001.03 (CustomerCreditTransferInitiation) this bank takes, in the standard's order. */
import { faulty } from './transfer.ts'
import type { XmlElement } from './xml.ts'

/** An element with its number of times, and what it holds: elements in this order, or a text of this form. */
type Rule = readonly [name: string, times: '1' | '?' | '*' | '+', content: Content]
type Content = readonly Rule[] | RegExp

const upTo = (length: number): RegExp => new RegExp(`^.{1,${length}}$`, 's')
const DECIMAL = /^[0-9]{1,15}(\.[0-9]{1,2})?$/
const COUNT = /^[0-9]{1,15}$/
const CODE = /^[A-Z0-9]{1,4}$/

const ADDRESS: Content = [
  ['StrtNm', '?', upTo(70)],
  ['BldgNb', '?', upTo(16)],
  ['PstCd', '?', upTo(16)],
  ['TwnNm', '?', upTo(35)],
  ['CtrySubDvsn', '?', upTo(35)],
  ['Ctry', '?', /^[A-Z]{2}$/],
  ['AdrLine', '*', upTo(70)],
]
const IDENTIFICATION: Content = [['Othr', '?', [['Id', '1', upTo(35)]]]]
const PARTY: Content = [
  ['Nm', '?', upTo(140)],
  ['PstlAdr', '?', ADDRESS],
  [
    'Id',
    '?',
    [
      ['OrgId', '?', IDENTIFICATION],
      ['PrvtId', '?', IDENTIFICATION],
    ],
  ],
]
const ACCOUNT: Content = [
  ['Id', '1', [['IBAN', '1', upTo(34)]]],
  ['Ccy', '?', /^RON$/],
]
const AGENT: Content = [
  [
    'FinInstnId',
    '1',
    [
      ['BIC', '?', /^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?$/],
      ['Othr', '?', [['Id', '1', upTo(35)]]],
    ],
  ],
]
const PAYMENT_TYPE: Content = [
  ['InstrPrty', '?', /^(NORM|HIGH)$/],
  ['SvcLvl', '?', [['Cd', '1', CODE]]],
  ['CtgyPurp', '?', [['Cd', '1', CODE]]],
]
const CHARGES = /^(SLEV|SHAR)$/

const TRANSFER: Content = [
  [
    'PmtId',
    '1',
    [
      ['InstrId', '?', upTo(35)],
      ['EndToEndId', '1', upTo(35)],
    ],
  ],
  ['PmtTpInf', '?', PAYMENT_TYPE],
  ['Amt', '1', [['InstdAmt', '1', upTo(20)]]],
  ['ChrgBr', '?', CHARGES],
  ['UltmtDbtr', '?', PARTY],
  ['CdtrAgt', '?', AGENT],
  [
    'Cdtr',
    '1',
    [
      ['Nm', '1', upTo(140)],
      ['PstlAdr', '?', ADDRESS],
    ],
  ],
  ['CdtrAcct', '1', ACCOUNT],
  ['UltmtCdtr', '?', PARTY],
  ['Purp', '?', [['Cd', '1', CODE]]],
  ['RmtInf', '?', [['Ustrd', '1', upTo(140)]]],
]

const PAYMENT_INFORMATION: Content = [
  ['PmtInfId', '1', upTo(35)],
  ['PmtMtd', '1', /^TRF$/],
  ['BtchBookg', '?', /^(true|false|1|0)$/],
  ['NbOfTxs', '?', COUNT],
  ['CtrlSum', '?', DECIMAL],
  ['PmtTpInf', '?', PAYMENT_TYPE],
  ['ReqdExctnDt', '1', /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/],
  ['Dbtr', '1', PARTY],
  ['DbtrAcct', '1', ACCOUNT],
  ['DbtrAgt', '1', AGENT],
  ['UltmtDbtr', '?', PARTY],
  ['ChrgBr', '?', CHARGES],
  ['CdtTrfTxInf', '+', TRANSFER],
]

const DOCUMENT: Content = [
  [
    'CstmrCdtTrfInitn',
    '1',
    [
      [
        'GrpHdr',
        '1',
        [
          ['MsgId', '1', upTo(35)],
          ['CreDtTm', '1', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/],
          ['NbOfTxs', '1', COUNT],
          ['CtrlSum', '?', DECIMAL],
          ['InitgPty', '1', PARTY],
        ],
      ],
      ['PmtInf', '1', PAYMENT_INFORMATION],
    ],
  ],
]

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'
const ATTRIBUTES: Readonly<Record<string, ReadonlySet<string>>> = {
  Document: new Set(['xmlns', 'xmlns:xsi', 'xsi:schemaLocation']),
  InstdAmt: new Set(['Ccy']),
}

/** @throws Refusal FORMAT_ERROR naming the first element that is not as it must be */
export function checkStructure(document: XmlElement): void {
  if (document.name !== 'Document' || document.attributes.xmlns !== NAMESPACE)
    throw faulty('Document', `must be a Document of ${NAMESPACE}`)
  checkElement(document, DOCUMENT, '')
}

function checkElement(element: XmlElement, content: Content, path: string): void {
  const stranger = Object.keys(element.attributes).find((name) => !ATTRIBUTES[element.name]?.has(name))
  if (stranger !== undefined) throw faulty(path, `has the attribute ${stranger.slice(0, 40)}, which is not expected`)
  if (content instanceof RegExp) {
    if (element.children.length > 0) throw faulty(path, 'must hold a text')
    if (!content.test(element.text)) throw faulty(path, 'has not the form that the standard or this bank asks for')
    return
  }
  if (element.text.trim() !== '') throw faulty(path, 'must hold elements')
  let next = 0
  for (const [name, times, inner] of content) {
    let count = 0
    for (; element.children[next]?.name === name; next += 1, count += 1) {
      const child = element.children[next]
      const index = times === '+' || times === '*' ? `[${count}]` : ''
      if (child !== undefined) checkElement(child, inner, `${path === '' ? '' : `${path}.`}${name}${index}`)
      if (index === '' && count > 0) throw faulty(`${path}.${name}`, 'occurs twice')
    }
    if (count === 0 && (times === '1' || times === '+')) throw faulty(`${path}.${name}`, 'is missing or out of order')
  }
  const left = element.children[next]
  if (left !== undefined) throw faulty(`${path}.${left.name.slice(0, 40)}`, 'is not expected here')
}
