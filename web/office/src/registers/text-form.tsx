/** A report on an incident: a text under each heading. */
import { Stack, Textarea } from '@mantine/core'
import { useTexts } from '../../../shared/texts.tsx'
import type { Report, TextContent } from './model.ts'

const TEXTS = {
  ro: {
    reference: 'Referința noastră',
    authority_reference: 'Referința dată de autoritate',
    detected: 'Când a fost detectat',
    description: 'Descrierea incidentului',
    criteria: 'Criteriile de încadrare îndeplinite',
    member_states: 'State membre afectate',
    discovery: 'Cum a fost descoperit',
    origin: 'Originea (furnizor, altă entitate)',
    continuity: 'Planul de continuitate activat',
    contact: 'Persoana de contact',
    other: 'Alte informații',
    occurred: 'Când s-a produs',
    recovered: 'Când s-a revenit la normal',
    type: 'Tipul incidentului',
    techniques: 'Amenințări și tehnici folosite',
    areas: 'Zone funcționale și procese afectate',
    infrastructure: 'Componente de infrastructură afectate',
    clients: 'Impactul asupra clienților',
    other_authorities: 'Raportat și altor autorități',
    measures: 'Măsuri luate sau planificate',
    compromise: 'Indicatori de compromitere',
    cause: 'Cauza de fond',
    duties: 'Obligații legale încălcate sau afectate',
    agreements: 'Contracte încălcate sau afectate',
    resolution: 'Cum a fost rezolvat',
    resolved: 'Când a fost rezolvat definitiv',
    cost: 'Costuri și pierderi',
    recoveries: 'Sume recuperate',
    recurring: 'Incident recurent',
    lessons: 'Ce s-a învățat',
  },
  en: {
    reference: 'Our reference',
    authority_reference: "The authority's reference",
    detected: 'When it was detected',
    description: 'What happened',
    criteria: 'Criteria met',
    member_states: 'Member States affected',
    discovery: 'How it was discovered',
    origin: 'Where it came from (provider, other entity)',
    continuity: 'Continuity plan activated',
    contact: 'Contact person',
    other: 'Other information',
    occurred: 'When it occurred',
    recovered: 'When normal operation resumed',
    type: 'Type of incident',
    techniques: 'Threats and techniques used',
    areas: 'Functional areas and processes affected',
    infrastructure: 'Parts of infrastructure affected',
    clients: 'Impact on clients',
    other_authorities: 'Reported to other authorities',
    measures: 'Measures taken or planned',
    compromise: 'Indicators of compromise',
    cause: 'Root cause',
    duties: 'Legal obligations breached or affected',
    agreements: 'Contracts breached or affected',
    resolution: 'How it was resolved',
    resolved: 'When it was permanently resolved',
    cost: 'Costs and losses',
    recoveries: 'Amounts recovered',
    recurring: 'Recurring incident',
    lessons: 'What was learnt',
  },
}

type Props = {
  readonly headings: Report['headings']
  readonly content: TextContent
  readonly is_fixed: boolean
  /** The heading that was refused, and why. */
  readonly fault: { readonly field: string; readonly message: string } | undefined
  readonly onChange: (content: TextContent) => void
}

export function TextForm({ headings, content, is_fixed, fault, onChange }: Props) {
  const t: Readonly<Record<string, string>> = useTexts(TEXTS)
  return (
    <Stack gap="sm">
      {headings.map(({ name, required }) => (
        <Textarea
          key={name}
          label={t[name] ?? name}
          withAsterisk={required === true}
          autosize
          minRows={1}
          maxLength={8000}
          readOnly={is_fixed}
          value={content[name] ?? ''}
          error={fault?.field === name ? fault.message : undefined}
          onChange={(event) => onChange({ ...content, [name]: event.currentTarget.value })}
        />
      ))}
    </Stack>
  )
}
