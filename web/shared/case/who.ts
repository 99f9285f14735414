/** Who did something to a case: staff by their names, an applicant, who has none here, by what he is. */
import { useTexts } from '../texts.tsx'

const TEXTS = { ro: { applicant: 'solicitantul' }, en: { applicant: 'the applicant' } }

export function useWho(): (name: string) => string {
  const t = useTexts(TEXTS)
  return (name) => (name.startsWith('applicant:') ? t.applicant : name)
}
