/** What a field of a partner must be, under the field that was refused. The server's own sentence is English, and is shown there. */
import { ApiError } from '../../../shared/api.ts'
import { useLanguage } from '../../../shared/texts.tsx'

const RULES: Readonly<Record<string, string>> = {
  name: 'Denumirea are cel mult 70 de caractere, pe un singur rând.',
  colour: 'Culoarea se scrie ca #0b5cad.',
  logo: 'Sigla trebuie să fie un PNG sau un SVG fără scripturi, destul de mic.',
  webhook_url: 'Adresa trebuie să fie https, fără utilizator, parolă și fără partea de după #.',
  requests_per_minute: 'Se scrie un număr întreg, de la 1 în sus.',
  redirect_urls: 'Adresele trebuie să fie https, fără utilizator, parolă și fără partea de după #, cel mult 20.',
  certificate: 'Nu este un certificat PEM care are subiect și e valabil acum.',
  authority: 'Trebuie toate autoritățile, în PEM, de la cea care a emis certificatul în sus, valabile acum.',
  revocation_list: 'Trebuie o listă întreagă și la zi, semnată de autoritatea înregistrată.',
  revocation_list_url: 'Adresa trebuie să fie http sau https.',
  request_pem: 'Nu este o cerere de certificat a cărei semnătură se verifică.',
}

/** @returns by field, what is wrong with it; undefined: it was not this one that was refused */
export function useFieldFault(error: unknown): (...fields: readonly string[]) => string | undefined {
  const { language } = useLanguage()
  return (...fields) => {
    const told = error instanceof ApiError && error.code === 'FIELD_INVALID' ? error : undefined
    if (told?.field === undefined || !fields.includes(told.field)) return undefined
    return language === 'ro' ? (RULES[told.field] ?? told.message) : told.message
  }
}
