import type { Language } from '../../../shared/texts.tsx'

/** What the server writes in place of the name of a partner whose data have been erased. */
const ERASED = 'erased'

/** A partner's name as it is shown. */
export const partnerName = (name: string, language: Language): string =>
  name === ERASED ? { ro: 'date șterse', en: 'data erased' }[language] : name
