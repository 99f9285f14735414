/**
 * A bank file of credit transfers, ISO 20022 pain.001.001.03, the version that Romanian banks take for RON. Elements that the
 * version does not know refuse the file; a transfer that asks for something a list cannot carry is rejected by itself.
 */
import { readAmount } from './amount.ts'
import {
  type FileLine,
  FileRefused,
  faultsOf,
  MAX_LINES,
  type ReadFile,
  type RejectedLine,
  shownText,
  tidy,
  tidyIban,
  withDuplicates,
} from './lines.ts'
import { readXml, type XmlElement } from './xml.ts'

export const PAIN_NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'

/** Which children an element of the version has; `*` may come several times. Elements not named here are not looked into. */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  Document: ['CstmrCdtTrfInitn'],
  CstmrCdtTrfInitn: ['GrpHdr', 'PmtInf*'],
  GrpHdr: ['MsgId', 'CreDtTm', 'Authstn*', 'NbOfTxs', 'CtrlSum', 'InitgPty', 'FwdgAgt'],
  PmtInf: [
    ...['PmtInfId', 'PmtMtd', 'BtchBookg', 'NbOfTxs', 'CtrlSum', 'PmtTpInf', 'ReqdExctnDt', 'PoolgAdjstmntDt', 'Dbtr'],
    ...['DbtrAcct', 'DbtrAgt', 'DbtrAgtAcct', 'UltmtDbtr', 'ChrgBr', 'ChrgsAcct', 'ChrgsAcctAgt', 'CdtTrfTxInf*'],
  ],
  CdtTrfTxInf: [
    ...['PmtId', 'PmtTpInf', 'Amt', 'XchgRateInf', 'ChrgBr', 'ChqInstr', 'UltmtDbtr', 'IntrmyAgt1', 'IntrmyAgt1Acct'],
    ...['IntrmyAgt2', 'IntrmyAgt2Acct', 'IntrmyAgt3', 'IntrmyAgt3Acct', 'CdtrAgt', 'CdtrAgtAcct', 'Cdtr', 'CdtrAcct'],
    ...['UltmtCdtr', 'InstrForCdtrAgt*', 'InstrForDbtrAgt', 'Purp', 'RgltryRptg*', 'Tax', 'RltdRmtInf*', 'RmtInf'],
  ],
  PmtId: ['InstrId', 'EndToEndId'],
  Amt: ['InstdAmt', 'EqvtAmt'],
  RmtInf: ['Ustrd*', 'Strd*'],
}
/** What changes who is paid, how or in which money; a list has no place for it. */
const NOT_CARRIED: Readonly<Record<string, string>> = {
  XchgRateInf: 'curs valutar',
  ChqInstr: 'plată prin cec',
  UltmtDbtr: 'plătitor final (UltmtDbtr)',
  UltmtCdtr: 'beneficiar final (UltmtCdtr)',
  IntrmyAgt1: 'bancă intermediară',
  InstrForCdtrAgt: 'instrucțiuni pentru bancă',
  InstrForDbtrAgt: 'instrucțiuni pentru bancă',
  Tax: 'date fiscale (Tax)',
}

/** @throws FileRefused */
export function readPain001(text: string): ReadFile {
  const { root, encoding } = readXml(text)
  if (encoding !== undefined && !/^(utf-8|iso-8859-2|windows-1250)$/i.test(encoding))
    throw new FileRefused(`Codarea ${encoding} nu se primește; folosește UTF-8.`)
  checkNames(root)
  checkChildren(root)
  const initiation = child(root, 'CstmrCdtTrfInitn')
  const header = initiation && child(initiation, 'GrpHdr')
  const groups = initiation === undefined ? [] : named(initiation, 'PmtInf')
  if (header === undefined || groups.length === 0)
    throw new FileRefused('Fișierul pain.001 nu are antet (GrpHdr) sau plăți (PmtInf).')
  const transfers = groups.flatMap((group) => named(group, 'CdtTrfTxInf'))
  if (transfers.length === 0) throw new FileRefused('Fișierul pain.001 nu are nicio plată (CdtTrfTxInf).')
  if (transfers.length > MAX_LINES)
    throw new FileRefused(`Fișierul are prea multe plăți (${transfers.length}); cel mult ${MAX_LINES}.`)
  const debtors = distinct(groups.map((group) => tidyIban(at(group, 'DbtrAcct', 'Id', 'IBAN')?.text ?? '')))
  if (debtors.length > 1)
    throw new FileRefused(
      `Fișierul plătește din ${debtors.length} conturi; o listă pleacă dintr-unul singur. Împarte fișierul.`,
    )
  const dates = distinct(groups.map((group) => child(group, 'ReqdExctnDt')?.text ?? ''))
  const { accepted, rejected } = readTransfers(groups)
  const [debtor_iban = ''] = debtors
  const [date = ''] = dates
  return {
    kind: 'pain.001',
    accepted: withDuplicates(accepted),
    rejected,
    notes:
      dates.length > 1
        ? [
            `Fișierul cere ${dates.length} date de execuție (${dates.slice(0, 5).join(', ')}); o listă are una: alege-o mai jos.`,
          ]
        : [],
    contradictions: contradictions(header, groups, transfers),
    ...(faultsOf({ name: 'x', details: 'x', iban: debtor_iban }).length === 0 && { debtor_iban }),
    ...(dates.length === 1 && /^\d{4}-\d\d-\d\d$/.test(date) && { execution_date: date }),
  }
}

function readTransfers(groups: readonly XmlElement[]): { accepted: FileLine[]; rejected: RejectedLine[] } {
  const accepted: FileLine[] = []
  const rejected: RejectedLine[] = []
  for (const group of groups) {
    const whole_group = groupFault(group)
    for (const transfer of named(group, 'CdtTrfTxInf')) {
      const read = whole_group ?? readTransfer(transfer)
      if (typeof read === 'string')
        rejected.push({ line: transfer.line, text: shownText(transfer.source), reason: read })
      else accepted.push(read)
    }
  }
  return { accepted, rejected }
}

/** What keeps every transfer of a group from being paid. */
function groupFault(group: XmlElement): string | undefined {
  const method = child(group, 'PmtMtd')?.text
  if (method !== 'TRF')
    return `metoda de plată este ${(method ?? 'necunoscută').slice(0, 10)}; se fac numai transferuri (TRF)`
  const ultimate = child(group, 'UltmtDbtr')
  return ultimate === undefined ? undefined : `are ${NOT_CARRIED.UltmtDbtr}, care nu se poate transmite`
}

function readTransfer(transfer: XmlElement): FileLine | string {
  const faults = transfer.children.flatMap(({ name }) =>
    NOT_CARRIED[name] === undefined ? [] : [`are ${NOT_CARRIED[name]}, care nu se poate transmite`],
  )
  const paid = at(transfer, 'Amt', 'InstdAmt')
  const remittance = child(transfer, 'RmtInf')
  if (remittance !== undefined && named(remittance, 'Strd').length > 0)
    faults.push('detaliile sunt structurate (Strd); se trimit numai ca text (Ustrd)')
  const line = {
    name: tidy(at(transfer, 'Cdtr', 'Nm')?.text ?? ''),
    iban: tidyIban(at(transfer, 'CdtrAcct', 'Id', 'IBAN')?.text ?? ''),
    details: tidy(
      remittance === undefined
        ? ''
        : named(remittance, 'Ustrd')
            .map(({ text }) => text)
            .join(' '),
    ),
  }
  faults.push(...faultsOf(line))
  if (paid === undefined) return [...faults, 'lipsește suma (InstdAmt)'].join('; ')
  const currency = paid.attributes.get('Ccy') ?? ''
  if (currency !== 'RON') faults.push(`moneda este ${currency.slice(0, 10) || 'nespusă'}, se plătește numai în RON`)
  const amount_minor = isoAmount(paid.text)
  if (amount_minor === undefined) {
    const amount = readAmount(paid.text)
    faults.push('fault' in amount ? amount.fault : 'suma trebuie scrisă cu punct și cel mult două zecimale')
  }
  if (faults.length > 0 || amount_minor === undefined) return faults.join('; ')
  return { line: transfer.line, ...line, amount_minor }
}

/** Amounts of ISO 20022 have a decimal point and no thousands, so `1234.500` is never two sums. */
function isoAmount(text: string): number | undefined {
  const parts = /^(\d{1,15})(?:\.(\d{1,5}))?$/.exec(text)
  if (parts === null || /[1-9]/.test((parts[2] ?? '').slice(2))) return undefined
  const amount = readAmount(`${parts[1]}.${(parts[2] ?? '').slice(0, 2).padEnd(2, '0')}`)
  return 'fault' in amount ? undefined : amount.amount_minor
}

/** The file's own counts and totals against what is in it, read or not. */
function contradictions(header: XmlElement, groups: readonly XmlElement[], transfers: readonly XmlElement[]): string[] {
  const told = [compare('antetul fișierului', header, transfers)]
  for (const group of groups) {
    const id = (child(group, 'PmtInfId')?.text ?? '').slice(0, 35)
    told.push(compare(`grupul ${id}`, group, named(group, 'CdtTrfTxInf')))
  }
  return told.flat()
}

function compare(where: string, said: XmlElement, transfers: readonly XmlElement[]): string[] {
  const told: string[] = []
  const count = child(said, 'NbOfTxs')?.text
  if (count !== undefined && Number(count) !== transfers.length)
    told.push(`${where} spune că numărul plăților este ${count.slice(0, 15)}, în fișier sunt ${transfers.length}`)
  const sum = child(said, 'CtrlSum')?.text
  const added = transfers.map((transfer) => decimal(at(transfer, 'Amt', 'InstdAmt')?.text ?? ''))
  const total = added.includes(undefined) ? undefined : added.reduce<bigint>((all, each) => all + (each ?? 0n), 0n)
  if (sum !== undefined && (total === undefined || decimal(sum) !== total))
    told.push(
      `${where} spune totalul ${sum.slice(0, 20)}, plățile însumează ${total === undefined ? 'altceva: unele sume nu se pot citi' : decimalText(total)}`,
    )
  return told
}

const SCALE = 5
/** A decimal of at most five places as hundred-thousandths, so that sums are exact. */
function decimal(text: string): bigint | undefined {
  const parts = /^(\d{1,18})(?:\.(\d{1,5}))?$/.exec(text)
  return parts === null ? undefined : BigInt(`${parts[1]}${(parts[2] ?? '').padEnd(SCALE, '0')}`)
}

function decimalText(value: bigint): string {
  const text = value.toString().padStart(SCALE + 1, '0')
  return `${text.slice(0, -SCALE)}.${text.slice(-SCALE)}`.replace(/(\.\d\d)0+$/, '$1')
}

// One namespace for all: what another one means by `Amt` is not known.
function checkNames(root: XmlElement): void {
  const declared = root.attributes.get(root.prefix === '' ? 'xmlns' : `xmlns:${root.prefix}`)
  if (root.name !== 'Document' || declared === undefined) throw new FileRefused('Fișierul XML nu este un pain.001.')
  if (declared !== PAIN_NAMESPACE) {
    const version = /pain\.\d{3}\.\d{3}\.\d{2}$/.exec(declared)?.[0]
    throw new FileRefused(
      version === undefined
        ? 'Fișierul XML nu este un pain.001.'
        : `Fișierul este ${version}; se primește pain.001.001.03.`,
    )
  }
  const visit = (element: XmlElement): void => {
    const redeclared = element !== root && [...element.attributes.keys()].some((name) => name.startsWith('xmlns'))
    if (element.prefix !== root.prefix || redeclared) throw unknown(element)
    element.children.forEach(visit)
  }
  visit(root)
}

function checkChildren(element: XmlElement): void {
  const known = CHILDREN[element.name]
  if (known === undefined) return
  const seen = new Set<string>()
  for (const each of element.children) {
    const many = known.includes(`${each.name}*`)
    if (!many && !known.includes(each.name)) throw unknown(each)
    if (!many && seen.has(each.name))
      throw new FileRefused(`pain.001: <${each.name}> apare de două ori (linia ${each.line}).`)
    seen.add(each.name)
    checkChildren(each)
  }
}

function unknown({ name, line }: XmlElement): FileRefused {
  return new FileRefused(`pain.001.001.03 nu cunoaște <${name.slice(0, 40)}> aici (linia ${line}).`)
}

const child = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((each) => each.name === name)
const named = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((each) => each.name === name)
const at = (element: XmlElement, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((found, name) => found && child(found, name), element)
const distinct = (texts: readonly string[]): string[] => [...new Set(texts)]
