/** A section of what is told of the partner. */
import { Alert, Grid } from '@mantine/core'
import { sectionsOf } from '../../../shared/case/fields.ts'
import { SectionForm } from '../../../shared/case/form.tsx'
import { HostedPreview } from '../../../shared/case/hosted-preview.tsx'
import type { Fault } from '../../../shared/case/model.ts'
import { useMay } from '../../../shared/me.ts'
import { useTexts } from '../../../shared/texts.tsx'
import type { Editor } from './use-editor.ts'

const EDITABLE = ['draft', 'submitted', 'in_review', 'more_information', 'approved']

const TEXTS = {
  ro: {
    partner: 'Partenerul',
    made: 'Profilul a devenit al partenerului; de acum se schimbă pe pagina partenerului.',
  },
  en: {
    partner: 'The partner',
    made: 'This has become the partner’s profile; from now on it is changed on the partner’s page.',
  },
}

type Props = { readonly section_id: string; readonly editor: Editor; readonly faults: readonly Fault[] }

export function DataSection({ section_id, editor, faults }: Props) {
  const t = useTexts(TEXTS)
  const may_edit = useMay('case.edit')
  const { base, data } = editor
  const section = sectionsOf(base.kind).find(({ id }) => id === section_id)
  if (section === undefined) return null
  const form = (
    <SectionForm
      section={section}
      data={data}
      faults={faults}
      is_readonly={!may_edit || !EDITABLE.includes(base.state)}
      documents={base.documents.filter(({ superseded_by }) => superseded_by === null)}
      onChange={editor.set}
    />
  )
  if (section_id !== 'profile') return form
  const { display_name, colour = '#0b5cad', logo } = data.profile ?? {}
  const name = [display_name, data.company?.name, base.name].find((one) => one !== undefined && one !== '')
  return (
    <>
      {base.client_id !== null && (
        <Alert variant="light" mb="sm">
          {t.made}
        </Alert>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>{form}</Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <HostedPreview name={name ?? t.partner} colour={colour} logo={logo} />
        </Grid.Col>
      </Grid>
    </>
  )
}
