/** Fields that are asked of every person and every address, and what can be chosen from. */
import type { Field, Option } from './field.ts'

export const DOCUMENT_TYPES: readonly Option[] = [
  { value: 'identity_card', ro: 'Carte de identitate', en: 'Identity card' },
  { value: 'passport', ro: 'Pașaport', en: 'Passport' },
  { value: 'residence_permit', ro: 'Permis de ședere', en: 'Residence permit' },
]

export const LEGAL_FORMS: readonly Option[] = [
  ...['SRL', 'SRL-D', 'SA', 'SNC', 'SCS', 'SCA', 'PFA', 'II', 'IF', 'ONG'].map((form) => ({
    value: form,
    ro: form,
    en: form,
  })),
  { value: 'other', ro: 'Altă formă', en: 'Other' },
]

export const FOUNDING_KINDS: readonly Option[] = [
  { value: 'constitutive_act', ro: 'Act constitutiv', en: 'Constitutive act' },
  { value: 'registration_certificate', ro: 'Certificat de înregistrare', en: 'Registration certificate' },
]

export const MANDATE_BASES: readonly Option[] = [
  { value: 'law', ro: 'Legea', en: 'The law' },
  { value: 'constitutive_act', ro: 'Actul constitutiv', en: 'Constitutive act' },
  { value: 'decision', ro: 'Hotărârea asociaților', en: 'Decision of the shareholders' },
  { value: 'power_of_attorney', ro: 'Procură', en: 'Power of attorney' },
]

export const RELATIONS: readonly Option[] = [
  { value: 'parent', ro: 'Societate-mamă', en: 'Parent' },
  { value: 'subsidiary', ro: 'Filială', en: 'Subsidiary' },
  { value: 'sister', ro: 'Sub același control', en: 'Under the same control' },
  { value: 'other', ro: 'Altă legătură', en: 'Other' },
]

export const CONTROLS: readonly Option[] = [
  { value: 'shares', ro: 'Părți sociale sau acțiuni', en: 'Shares' },
  { value: 'votes', ro: 'Drepturi de vot', en: 'Votes' },
  { value: 'other_means', ro: 'Prin alte mijloace', en: 'Other means' },
  { value: 'senior_manager', ro: 'Conducere de rang superior', en: 'Senior manager' },
]

export const SOURCE_SUBJECTS: readonly Option[] = [
  { value: 'identity', ro: 'Identitate', en: 'Identity' },
  { value: 'company', ro: 'Firmă', en: 'Company' },
  { value: 'group', ro: 'Grup', en: 'Group' },
  { value: 'owners', ro: 'Beneficiari reali', en: 'Beneficial owners' },
  { value: 'mandate', ro: 'Mandat', en: 'Mandate' },
  { value: 'business', ro: 'Activitate', en: 'Business' },
  { value: 'other', ro: 'Altceva', en: 'Other' },
]

export const SOURCE_KINDS: readonly Option[] = [
  { value: 'public_register', ro: 'Registru public', en: 'Public register' },
  { value: 'authority', ro: 'Autoritate', en: 'Authority' },
  { value: 'bank', ro: 'Bancă', en: 'Bank' },
  { value: 'partner', ro: 'Chiar solicitantul', en: 'The applicant' },
  { value: 'other', ro: 'Altă sursă', en: 'Other' },
]

export const PARTNER_TYPES: readonly Option[] = [
  { value: 'Ecommerce', ro: 'Magazin online', en: 'Online shop' },
  { value: 'Finance', ro: 'Aplicație de gestiune', en: 'Finance application' },
]

export const COUNTIES: readonly string[] =
  'Alba,Arad,Argeș,Bacău,Bihor,Bistrița-Năsăud,Botoșani,Brașov,Brăila,București,Buzău,Caraș-Severin,Călărași,Cluj,Constanța,Covasna,Dâmbovița,Dolj,Galați,Giurgiu,Gorj,Harghita,Hunedoara,Ialomița,Iași,Ilfov,Maramureș,Mehedinți,Mureș,Neamț,Olt,Prahova,Satu Mare,Sălaj,Sibiu,Suceava,Teleorman,Timiș,Tulcea,Vaslui,Vâlcea,Vrancea'.split(
    ',',
  )

/** ISO 3166-1. */
export const COUNTRIES: readonly string[] =
  'RO MD AD AE AF AG AI AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FR GA GB GD GE GH GI GL GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC ME MG MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PR PS PT PY QA RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TW TZ UA UG US UY UZ VA VC VE VG VN VU WS XK YE ZA ZM ZW'.split(
    ' ',
  )

export const addressFields = (at: string, of: { readonly ro: string; readonly en: string }): readonly Field[] => [
  { path: `${at}.street`, ro: `${of.ro}: stradă, număr`, en: `${of.en}: street, number`, kind: 'text', wide: true },
  { path: `${at}.city`, ro: 'Localitate', en: 'City', kind: 'text' },
  { path: `${at}.county`, ro: 'Județ', en: 'County', kind: 'county' },
  { path: `${at}.postal_code`, ro: 'Cod poștal', en: 'Postal code', kind: 'text' },
  { path: `${at}.country`, ro: 'Țara', en: 'Country', kind: 'country' },
]

export const personFields = (at: string): readonly Field[] => [
  { path: `${at}.last_name`, ro: 'Nume', en: 'Last name', kind: 'text' },
  { path: `${at}.first_name`, ro: 'Prenume', en: 'First name', kind: 'text' },
  {
    path: `${at}.cnp`,
    ro: 'CNP',
    en: 'CNP',
    kind: 'digits',
    hint: {
      ro: '13 cifre; un cetățean străin fără CNP îl lasă gol',
      en: '13 digits; a foreigner without one leaves it empty',
    },
    invalid: {
      ro: 'CNP-ul nu este corect: se compară cifra de control, data nașterii și județul.',
      en: 'The CNP is not right: its check digit, date of birth or county does not fit.',
    },
  },
  { path: `${at}.birth_date`, ro: 'Data nașterii', en: 'Date of birth', kind: 'date' },
  { path: `${at}.birth_place`, ro: 'Locul nașterii', en: 'Place of birth', kind: 'text' },
  { path: `${at}.citizenship`, ro: 'Cetățenie', en: 'Citizenship', kind: 'country' },
  {
    path: `${at}.document_kind`,
    ro: 'Act de identitate',
    en: 'Identity document',
    kind: 'select',
    options: DOCUMENT_TYPES,
  },
  { path: `${at}.document_series`, ro: 'Seria', en: 'Series', kind: 'text' },
  { path: `${at}.document_number`, ro: 'Numărul', en: 'Number', kind: 'text' },
  { path: `${at}.document_issued_by`, ro: 'Emis de', en: 'Issued by', kind: 'text' },
  { path: `${at}.document_issued_on`, ro: 'Emis la', en: 'Issued on', kind: 'date' },
  { path: `${at}.document_expires_on`, ro: 'Valabil până la', en: 'Valid until', kind: 'date' },
  ...addressFields(at, { ro: 'Domiciliul', en: 'Address' }),
]
