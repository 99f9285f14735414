/** An applicant with a browser and nothing else: what he types and uploads, by the labels that he sees. */
import type { Page } from 'playwright-core'
import { qrPng } from '../../src/infra/pictures/qr.ts'
import type { Parties } from '../world/parties.ts'
import { until } from '../world/world.ts'

/** Of what is written in a text field, where markup or a formula would do harm if anybody believed it. */
export const HOSTILE = {
  script: '<script>document.title="owned"</script>',
  image: '"><img src=x onerror=alert(1)>',
  formula: '=HYPERLINK("http://127.0.0.1:9","apasă")',
}

/** A PDF as small as one can be. */
export function pdf(object = '<< /Type /Catalog /Pages 2 0 R >>'): Buffer {
  const body = `%PDF-1.7\n1 0 obj\n${object}\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n`
  const table = 'xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 3 >>\n'
  return Buffer.from(`${body}${table}startxref\n${body.length}\n%%EOF\n`)
}

export const picture_file = { name: 'buletin.png', mimeType: 'image/png', buffer: qrPng('un act') }
export const pdf_file = (name: string) => ({ name, mimeType: 'application/pdf', buffer: pdf() })

/** The link of the newest invitation to this address. */
export async function invitationLink(parties: Parties, email: string, after = 0): Promise<string> {
  const mails = await until('the invitation', async () => {
    const found = await parties.mails(email)
    return found.length > after ? found : undefined
  })
  const texts = mails.map((mail) => JSON.stringify(mail))
  const links = texts.flatMap((text) => /https?:\/\/[^\s"\\<]+\/apply#[\w-]+/.exec(text)?.[0] ?? [])
  const [newest] = [links.at(0), links.at(-1)]
  if (newest === undefined) throw new Error('the mail has no link')
  return newest
}

type Values = Readonly<Record<string, string | true>>

const PERSON: Values = {
  Nume: 'Țărmure',
  Prenume: 'Ion',
  CNP: '1800101400016',
  'Data nașterii': '1980-01-01',
  'Locul nașterii': 'București',
  Cetățenie: 'RO',
  'Act de identitate': 'identity_card',
  Seria: 'RX',
  Numărul: '123456',
  'Emis de': 'SPCLEP Sector 1',
  'Emis la': '2015-02-01',
  'Valabil până la': '2045-01-01',
  'Domiciliul: stradă, număr': 'Str. Florilor 1',
  Localitate: 'București',
  Județ: 'București',
  Țara: 'RO',
}

/** By step, what a company types. */
export const COMPANY: Readonly<Record<string, Values>> = {
  Firma: {
    Denumirea: `Țesături ${HOSTILE.script} SRL`,
    CUI: 'RO99123452',
    'Nr. registrul comerțului': 'J40/9912/2019',
    'Forma juridică': 'SRL',
    'Cod CAEN principal': '4751',
    'Felul actului': 'constitutive_act',
    Numărul: '12',
    Data: '2002-01-15',
    'Sediul: stradă, număr': 'Str. Florilor 1',
    Localitate: HOSTILE.image,
    Județ: 'București',
    Țara: 'RO',
  },
  Reprezentant: { Calitatea: 'administrator', ...PERSON },
  Mandat: { Temeiul: 'law' },
  Grup: { 'Firma nu face parte dintr-un grup': true },
  'Activitate și contact': {
    'Ce vinde sau face': HOSTILE.formula,
    'Adresa platformei': 'https://tesaturi.example',
    IBAN: 'RO49AAAA1B31007593840000',
    'Nume și prenume': 'Ion Țărmure',
    Telefon: '+40 721 000 000',
  },
  Estimări: {
    'Plăți pe zi': '100',
    'Suma medie (lei)': '150',
    'Suma cea mai mare (lei)': '2000',
    'Plăți neterminate pe zi': '10',
    'Plăți pe zi ale unui plătitor': '3',
    'Clienți înregistrați': '5000',
  },
  'Profil tehnic': {
    'Tipul partenerului': 'Ecommerce',
    'Numele văzut de plătitori': 'Țesături Ion',
    redirectURL: 'http://localhost:9/inapoi',
    Culoarea: '#c2255c',
  },
  Declarații: {
    'Acceptă termenii de utilizare': true,
    'A luat cunoștință de prelucrarea datelor personale': true,
  },
}

export const OWNER: Values = {
  Nume: 'Țărmure',
  Prenume: 'Ana',
  CNP: '2810305400014',
  'Data nașterii': '1981-03-05',
  Cetățenie: 'RO',
  'Țara de domiciliu': 'RO',
  'Cota (%)': '100',
  'Felul controlului': 'shares',
}

/** Fills in what stands on the page, by label. */
export async function fill(page: Page, values: Values): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    // A list that opens below a control carries its label as well.
    const control = page.getByLabel(label, { exact: true }).first()
    if (value === true) await control.check()
    else if ((await control.evaluate((one: { readonly tagName: string }) => one.tagName)) === 'SELECT')
      await control.selectOption(value)
    else await control.fill(value)
  }
}

/** Presses a step of the form and waits for it. */
export async function openStep(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Pași' })
    .getByRole('button', { name: new RegExp(`^\\d+\\. ${name}`) })
    .click()
  await page.getByRole('heading', { level: 2, name, exact: true }).waitFor()
}

/** Of an upload: picks files by the hidden input of the button. */
export async function upload(
  page: Page,
  kind: string,
  files: readonly { readonly name: string; readonly mimeType: string; readonly buffer: Buffer }[],
): Promise<void> {
  await page.getByLabel('Felul documentului').selectOption(kind)
  await page.locator('input[type=file]').setInputFiles([...files])
}
