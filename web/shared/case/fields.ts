/** The table of what is asked in a case, section by section: staff's form and the applicant's are drawn from it. */
import type { Field, FieldList, Section, Words } from './field.ts'
import {
  addressFields,
  CONTROLS,
  FOUNDING_KINDS,
  LEGAL_FORMS,
  MANDATE_BASES,
  PARTNER_TYPES,
  personFields,
  RELATIONS,
  SOURCE_KINDS,
  SOURCE_SUBJECTS,
} from './field-lists.ts'
import type { CaseKind } from './model.ts'

const MAX_ROWS = 30

const company: readonly Field[] = [
  { path: 'company.name', ro: 'Denumirea', en: 'Name', kind: 'text', wide: true },
  {
    path: 'company.cui',
    ro: 'CUI',
    en: 'CUI (tax number)',
    kind: 'text',
    hint: { ro: 'cu sau fără RO', en: 'with or without RO' },
    invalid: {
      ro: 'CUI-ul nu este corect: cifra de control nu se potrivește.',
      en: 'The CUI is not right: its check digit does not fit.',
    },
  },
  {
    path: 'company.trade_register_number',
    ro: 'Nr. registrul comerțului',
    en: 'Trade register number',
    kind: 'text',
    hint: { ro: 'de exemplu J40/1234/2020', en: 'for example J40/1234/2020' },
  },
  { path: 'company.euid', ro: 'EUID (dacă există)', en: 'EUID (if there is one)', kind: 'text' },
  { path: 'company.legal_form', ro: 'Forma juridică', en: 'Legal form', kind: 'select', options: LEGAL_FORMS },
  {
    path: 'company.caen',
    ro: 'Cod CAEN principal',
    en: 'Main activity (CAEN)',
    kind: 'digits',
    hint: { ro: '4 cifre', en: '4 digits' },
  },
]

const founding: readonly Field[] = [
  { path: 'company.founding_kind', ro: 'Felul actului', en: 'Kind', kind: 'select', options: FOUNDING_KINDS },
  { path: 'company.founding_number', ro: 'Numărul', en: 'Number', kind: 'text' },
  { path: 'company.founding_on', ro: 'Data', en: 'Date', kind: 'date' },
  { path: 'company.founding_issued_by', ro: 'Emis de', en: 'Issued by', kind: 'text' },
]

const mandate: readonly Field[] = [
  { path: 'mandate.basis', ro: 'Temeiul', en: 'Basis', kind: 'select', options: MANDATE_BASES },
  { path: 'mandate.document_number', ro: 'Numărul actului', en: 'Document number', kind: 'text' },
  { path: 'mandate.document_on', ro: 'Data actului', en: 'Document date', kind: 'date' },
  {
    path: 'mandate.valid_until',
    ro: 'Valabil până la',
    en: 'Valid until',
    kind: 'date',
    hint: { ro: 'gol: până la revocare', en: 'empty: until it is taken back' },
  },
  { path: 'mandate.powers', ro: 'Puteri și limite', en: 'Powers and limits', kind: 'long_text', wide: true },
]

const groupCompanies: FieldList = {
  list: 'group_companies',
  one: { ro: 'Firma', en: 'Company' },
  add: { ro: 'Adaugă o firmă din grup', en: 'Add a group company' },
  none: { ro: 'Nicio firmă din grup trecută.', en: 'No group company listed.' },
  max: MAX_ROWS,
  fields: (at) => [
    { path: `${at}.name`, ro: 'Denumirea', en: 'Name', kind: 'text' },
    {
      path: `${at}.registration_number`,
      ro: 'CUI sau nr. de înregistrare',
      en: 'CUI or register number',
      kind: 'text',
    },
    { path: `${at}.country`, ro: 'Țara', en: 'Country', kind: 'country' },
    { path: `${at}.relation`, ro: 'Legătura', en: 'Relation', kind: 'select', options: RELATIONS },
  ],
}

const owners: FieldList = {
  list: 'beneficial_owners',
  one: { ro: 'Beneficiarul real', en: 'Beneficial owner' },
  add: { ro: 'Adaugă un beneficiar real', en: 'Add a beneficial owner' },
  none: { ro: 'Niciun beneficiar real trecut.', en: 'No beneficial owner listed.' },
  max: MAX_ROWS,
  fields: (at) => [
    ...personFields(at).filter(({ path }) => /(last_name|first_name|cnp|birth_date|citizenship)$/.test(path)),
    { path: `${at}.residence_country`, ro: 'Țara de domiciliu', en: 'Country of residence', kind: 'country' },
    { path: `${at}.share_percent`, ro: 'Cota (%)', en: 'Share (%)', kind: 'percent' },
    { path: `${at}.control`, ro: 'Felul controlului', en: 'Kind of control', kind: 'select', options: CONTROLS },
    { path: `${at}.control_text`, ro: 'Cum se exercită', en: 'How it is exercised', kind: 'text', wide: true },
  ],
}

const sources: FieldList = {
  list: 'sources',
  one: { ro: 'Sursa', en: 'Source' },
  add: { ro: 'Adaugă o sursă', en: 'Add a source' },
  none: { ro: 'Nicio sursă trecută.', en: 'No source listed.' },
  max: MAX_ROWS,
  fields: (at) => [
    { path: `${at}.about`, ro: 'Despre', en: 'About', kind: 'select', options: SOURCE_SUBJECTS },
    { path: `${at}.name`, ro: 'Sursa', en: 'Source', kind: 'text' },
    { path: `${at}.kind`, ro: 'Felul sursei', en: 'Kind', kind: 'select', options: SOURCE_KINDS },
    { path: `${at}.consulted_on`, ro: 'Consultată la', en: 'Consulted on', kind: 'date' },
    { path: `${at}.document_id`, ro: 'Documentul', en: 'Document', kind: 'document' },
    {
      path: `${at}.is_independent`,
      ro: 'Independentă de solicitant',
      en: 'Independent of the applicant',
      kind: 'yes_no',
    },
  ],
}

export const SECTIONS: readonly Section[] = [
  { id: 'person', ro: 'Identitate', en: 'Identity', of: 'natural', groups: [{ fields: personFields('person') }] },
  {
    id: 'company',
    ro: 'Firma',
    en: 'Company',
    of: 'legal',
    groups: [
      { fields: company },
      { ro: 'Act constitutiv sau certificat', en: 'Founding document', fields: founding },
      { ro: 'Sediul social', en: 'Seat', fields: addressFields('company', { ro: 'Sediul', en: 'Seat' }) },
    ],
  },
  {
    id: 'representative',
    ro: 'Reprezentant',
    en: 'Representative',
    of: 'legal',
    groups: [
      {
        fields: [
          {
            path: 'representative.role',
            ro: 'Calitatea',
            en: 'Role',
            kind: 'text',
            hint: { ro: 'de exemplu administrator', en: 'for example director' },
          },
          ...personFields('representative'),
        ],
      },
    ],
  },
  { id: 'mandate', ro: 'Mandat', en: 'Mandate', of: 'legal', groups: [{ fields: mandate }] },
  {
    id: 'group',
    ro: 'Grup',
    en: 'Group',
    of: 'legal',
    groups: [
      {
        fields: [
          {
            path: 'declarations.has_no_group',
            ro: 'Firma nu face parte dintr-un grup',
            en: 'The company belongs to no group',
            kind: 'check',
            wide: true,
          },
        ],
      },
    ],
    lists: [groupCompanies],
  },
  { id: 'owners', ro: 'Beneficiari reali', en: 'Beneficial owners', of: 'legal', groups: [], lists: [owners] },
  {
    id: 'business',
    ro: 'Activitate și contact',
    en: 'Business and contact',
    of: 'both',
    groups: [
      {
        fields: [
          {
            path: 'business.description',
            ro: 'Ce vinde sau face',
            en: 'What it sells or does',
            kind: 'long_text',
            wide: true,
          },
          { path: 'business.platform_url', ro: 'Adresa platformei', en: 'Platform address', kind: 'url' },
          { path: 'business.bank', ro: 'Banca', en: 'Bank', kind: 'text' },
          { path: 'business.iban', ro: 'IBAN', en: 'IBAN', kind: 'iban' },
          { path: 'business.is_vat_payer', ro: 'Plătitor de TVA', en: 'VAT payer', kind: 'check' },
        ],
      },
      {
        ro: 'Persoana de contact',
        en: 'Contact person',
        fields: [
          { path: 'contact.name', ro: 'Nume și prenume', en: 'Name', kind: 'text' },
          { path: 'contact.email', ro: 'E-mail', en: 'E-mail', kind: 'email' },
          { path: 'contact.phone', ro: 'Telefon', en: 'Telephone', kind: 'phone' },
          { path: 'contact.address', ro: 'Adresa de corespondență', en: 'Postal address', kind: 'text' },
        ],
      },
    ],
  },
  {
    id: 'estimates',
    ro: 'Estimări',
    en: 'Estimates',
    of: 'both',
    groups: [
      {
        fields: [
          { path: 'estimates.daily_volume', ro: 'Plăți pe zi', en: 'Payments a day', kind: 'count' },
          { path: 'estimates.mean_amount', ro: 'Suma medie (lei)', en: 'Mean amount (lei)', kind: 'lei' },
          { path: 'estimates.max_amount', ro: 'Suma cea mai mare (lei)', en: 'Largest amount (lei)', kind: 'lei' },
          {
            path: 'estimates.daily_unfinished',
            ro: 'Plăți neterminate pe zi',
            en: 'Unfinished payments a day',
            kind: 'count',
          },
          {
            path: 'estimates.daily_per_payer',
            ro: 'Plăți pe zi ale unui plătitor',
            en: 'Payments of one payer a day',
            kind: 'count',
          },
          { path: 'estimates.clients', ro: 'Clienți înregistrați', en: 'Registered clients', kind: 'count' },
        ],
      },
    ],
  },
  {
    id: 'profile',
    ro: 'Profil tehnic',
    en: 'Technical profile',
    of: 'both',
    groups: [
      {
        fields: [
          {
            path: 'profile.partner_type',
            ro: 'Tipul partenerului',
            en: 'Partner type',
            kind: 'select',
            options: PARTNER_TYPES,
          },
          {
            path: 'profile.display_name',
            ro: 'Numele văzut de plătitori',
            en: 'Name that payers see',
            kind: 'text',
            hint: { ro: 'gol: denumirea', en: 'empty: the name itself' },
          },
          { path: 'profile.redirect_url', ro: 'redirectURL', en: 'redirectURL', kind: 'url', wide: true },
          { path: 'profile.logo', ro: 'Sigla', en: 'Logo', kind: 'logo' },
          { path: 'profile.colour', ro: 'Culoarea', en: 'Colour', kind: 'colour' },
        ],
      },
    ],
  },
  { id: 'sources', ro: 'Surse', en: 'Sources', of: 'both', groups: [], lists: [sources], by: 'staff' },
  {
    id: 'declarations',
    ro: 'Declarații',
    en: 'Declarations',
    of: 'both',
    groups: [
      {
        fields: [
          {
            path: 'declarations.accepts_terms',
            ro: 'Acceptă termenii de utilizare',
            en: 'Accepts the terms of use',
            kind: 'check',
            wide: true,
          },
          {
            path: 'declarations.accepts_data_processing',
            ro: 'A luat cunoștință de prelucrarea datelor personale',
            en: 'Has read how personal data is processed',
            kind: 'check',
            wide: true,
          },
        ],
      },
    ],
  },
]

export const sectionsOf = (kind: CaseKind): readonly Section[] =>
  SECTIONS.filter(({ of }) => of === 'both' || of === kind)

const ROW = /^(group_companies|beneficial_owners|sources)\[(\d+)\]/

/** The section that asks for a path, and the field where one has it. */
export function whereIs(path: string): { readonly section: Section; readonly field: Field | undefined } | undefined {
  for (const section of SECTIONS) {
    const field = section.groups.flatMap(({ fields }) => fields).find((one) => one.path === path)
    if (field !== undefined) return { section, field }
    for (const list of section.lists ?? []) {
      if (!path.startsWith(list.list)) continue
      const at = ROW.exec(path)?.[0]
      return { section, field: at === undefined ? undefined : list.fields(at).find((one) => one.path === path) }
    }
  }
  const [head] = path.split(/[.[]/)
  const section = SECTIONS.find(({ id }) => id === head)
  return section === undefined ? undefined : { section, field: undefined }
}

/** A path in words: `Beneficiarul real 2: CNP`. */
export function labelOf(path: string, language: keyof Words): string {
  const found = whereIs(path)
  if (found === undefined) return OTHERS[path]?.[language] ?? path
  const row = ROW.exec(path)
  const list = found.section.lists?.find(({ list }) => path.startsWith(list))
  const before =
    row === null || list === undefined ? found.section[language] : `${list.one[language]} ${Number(row[2]) + 1}`
  return found.field === undefined ? before : `${before}: ${found.field[language]}`
}

const OTHERS: Readonly<Record<string, Words>> = {
  'documents.identity': { ro: 'Documente: act de identitate', en: 'Documents: identity document' },
  'documents.registration_certificate': {
    ro: 'Documente: certificat de înregistrare',
    en: 'Documents: registration certificate',
  },
  'documents.constitutive_act': { ro: 'Documente: act constitutiv', en: 'Documents: constitutive act' },
  'documents.mandate': { ro: 'Documente: mandat', en: 'Documents: mandate' },
  'documents.bank_statement': { ro: 'Documente: extras de cont', en: 'Documents: bank statement' },
  documents: { ro: 'Documente', en: 'Documents' },
  screening: { ro: 'Verificare în liste', en: 'Screening' },
  assessment: { ro: 'Evaluarea riscului', en: 'Risk assessment' },
  'assessment.risk': { ro: 'Riscul', en: 'Risk rating' },
  'assessment.risk_reason': { ro: 'Motivul încadrării', en: 'Reason of the rating' },
  'assessment.is_pep': { ro: 'Persoană expusă public', en: 'Politically exposed person' },
  'assessment.pep_text': { ro: 'Cine este expus public', en: 'Who is politically exposed' },
}
