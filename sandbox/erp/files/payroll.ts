/** The payroll of the demo company: twelve people, and the files in which its accountant would bring it. */
import { amountText, romanianIban } from '../../process/markup.ts'
import { writeCsv } from './csv.ts'
import { PAIN_NAMESPACE } from './pain001.ts'
import { escapeXml } from './xml.ts'

export type Employee = {
  readonly name: string
  readonly role: string
  readonly iban: string
  readonly amount_minor: number
}

const PEOPLE: readonly [name: string, role: string, bank: string, net_minor: number][] = [
  ['Ștefania Țurcanu', 'Director', 'BTRL', 985_000],
  ['Maria Popa', 'Contabil-șef', 'RNCB', 742_000],
  ['Gheorghe Rădulescu', 'Maistru', 'BRDE', 618_500],
  ['Ioana Câmpeanu', 'Designer', 'INGB', 590_000],
  ['Vasile Mânzatu', 'Tâmplar', 'CECE', 472_350],
  ['Florin Bălașa', 'Tâmplar', 'RZBR', 468_900],
  ['Doina Șerbănescu', 'Tapițer', 'BACX', 451_275],
  ['Nicolae Brânză', 'Tapițer', 'BTRL', 447_600],
  ['Anca Vlădoiu', 'Vânzări', 'BREL', 523_400],
  ['Cătălin Ionașcu', 'Vânzări', 'RNCB', 515_050],
  ['Raluca Ștefănuț', 'Logistică', 'INGB', 438_800],
  ['Sándor Kovács', 'Șofer', 'CECE', 429_990],
]

export const PAYROLL: readonly Employee[] = PEOPLE.map(([name, role, bank, amount_minor], index) => ({
  name,
  role,
  iban: romanianIban(bank, `77000000${String(10_000_019 + index * 7_001).padStart(8, '0')}`),
  amount_minor,
}))

const MONTH = new Intl.DateTimeFormat('ro-RO', { timeZone: 'Europe/Bucharest', month: 'long', year: 'numeric' })

/** What the bank statement of an employee shows. */
export function salaryDetails(today: Date): string {
  return `Salariu ${MONTH.format(today)}`
}

/** As a Romanian spreadsheet saves it: semicolons, decimal commas, UTF-8 with a mark. */
export function payrollCsv(today: Date): string {
  const details = salaryDetails(today)
  const rows = PAYROLL.map(({ name, iban, amount_minor }) => [
    name,
    iban,
    amountText(amount_minor).replace('.', ','),
    details,
  ])
  return `\ufeff${writeCsv([['Nume beneficiar', 'IBAN', 'Sumă', 'Detalii'], ...rows], ';')}`
}

/** As a payroll program writes it for a bank. `date`: of execution, ISO. */
export function payrollPain001(
  today: Date,
  date: string,
  debtor: { readonly name: string; readonly iban: string },
): string {
  const total = amountText(PAYROLL.reduce((sum, { amount_minor }) => sum + amount_minor, 0))
  const details = escapeXml(salaryDetails(today))
  const transfers = PAYROLL.map(
    ({ name, iban, amount_minor }, index) => `      <CdtTrfTxInf>
        <PmtId><EndToEndId>SAL-${date}-${index + 1}</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="RON">${amountText(amount_minor)}</InstdAmt></Amt>
        <Cdtr><Nm>${escapeXml(name)}</Nm></Cdtr>
        <CdtrAcct><Id><IBAN>${iban}</IBAN></Id></CdtrAcct>
        <RmtInf><Ustrd>${details}</Ustrd></RmtInf>
      </CdtTrfTxInf>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="${PAIN_NAMESPACE}">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>SALARII-${date}</MsgId>
      <CreDtTm>${today.toISOString().slice(0, 19)}</CreDtTm>
      <NbOfTxs>${PAYROLL.length}</NbOfTxs>
      <CtrlSum>${total}</CtrlSum>
      <InitgPty><Nm>${escapeXml(debtor.name)}</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>SALARII-${date}</PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <BtchBookg>true</BtchBookg>
      <NbOfTxs>${PAYROLL.length}</NbOfTxs>
      <CtrlSum>${total}</CtrlSum>
      <ReqdExctnDt>${date}</ReqdExctnDt>
      <Dbtr><Nm>${escapeXml(debtor.name)}</Nm></Dbtr>
      <DbtrAcct><Id><IBAN>${debtor.iban}</IBAN></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>
      <ChrgBr>SLEV</ChrgBr>
${transfers.join('\n')}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>
`
}
