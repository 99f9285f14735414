/** One section of a case as a form, drawn from the table of fields. */
import { Button, Card, Fieldset, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useLanguage } from '../texts.tsx'
import { Control } from './control.tsx'
import { faultText } from './fault-words.ts'
import type { Field, FieldList, Section } from './field.ts'
import type { CaseData, CaseDocument, Fault } from './model.ts'
import { type Json, valueAt, withValue } from './path.ts'

const WORDS = {
  ro: { remove: (what: string) => `Șterge: ${what}`, remove_short: 'Șterge' },
  en: { remove: (what: string) => `Remove: ${what}`, remove_short: 'Remove' },
}

type Props = {
  readonly section: Section
  readonly data: CaseData
  readonly faults: readonly Fault[]
  readonly is_readonly: boolean
  readonly documents: readonly CaseDocument[]
  onChange(data: CaseData): void
}

export function SectionForm(props: Props) {
  const { language } = useLanguage()
  const { section } = props
  return (
    <Stack gap="md">
      {section.groups.map((group) => {
        const legend = group[language]
        const key = group.fields[0]?.path ?? section.id
        if (legend === undefined) return <Fields key={key} {...props} fields={group.fields} />
        return (
          <Fieldset key={key} legend={legend}>
            <Fields {...props} fields={group.fields} />
          </Fieldset>
        )
      })}
      {(section.lists ?? []).map((list) => (
        <Rows key={list.list} {...props} list={list} />
      ))}
    </Stack>
  )
}

function Fields({ fields, ...props }: Props & { readonly fields: readonly Field[] }) {
  const { language } = useLanguage()
  const { data, faults, is_readonly, documents, onChange } = props
  return (
    // By its own width: beside the preview of the page there is room for two.
    <SimpleGrid type="container" cols={{ base: 1, '400px': 2, '600px': 3 }} verticalSpacing="xs">
      {fields.map((field) => {
        const fault = faults.find((one) => one.field === field.path)
        const control = (
          <Control
            field={field}
            value={valueAt(data as Json, field.path)}
            fault={fault && faultText(fault, language)}
            is_readonly={is_readonly}
            documents={documents}
            onChange={(value) => onChange(withValue(data as Json, field.path, value) as CaseData)}
          />
        )
        return (
          <div key={field.path} {...(field.wide && { style: { gridColumn: '1 / -1' } })}>
            {control}
          </div>
        )
      })}
    </SimpleGrid>
  )
}

function Rows({ list, ...props }: Props & { readonly list: FieldList }) {
  const { language } = useLanguage()
  const words = WORDS[language]
  const { data, faults, is_readonly, onChange } = props
  const value = valueAt(data as Json, list.list)
  const rows = Array.isArray(value) ? (value as readonly Json[]) : []
  const fault = faults.find(({ field }) => field === list.list)
  const set = (next: readonly Json[]) => onChange(withValue(data as Json, list.list, next) as CaseData)
  return (
    <Stack gap="sm">
      {rows.length === 0 && (
        <Text size="sm" c="gray.7">
          {list.none[language]}
        </Text>
      )}
      {rows.map((_, index) => {
        const title = `${list.one[language]} ${index + 1}`
        return (
          // Rows have no identity but their place: it is also what faults name.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Card key={index} withBorder padding="sm">
            <Group justify="space-between" mb="xs">
              <Title order={3} size="h5">
                {title}
              </Title>
              {!is_readonly && (
                <Button
                  variant="default"
                  c="red.9"
                  size="compact-sm"
                  aria-label={words.remove(title)}
                  onClick={() => set(rows.filter((_, at) => at !== index))}
                >
                  {words.remove_short}
                </Button>
              )}
            </Group>
            <Fields {...props} fields={list.fields(`${list.list}[${index}]`)} />
          </Card>
        )
      })}
      {fault !== undefined && (
        <Text size="sm" c="red.9" role="alert">
          {faultText(fault, language)}
        </Text>
      )}
      {!is_readonly && rows.length < list.max && (
        <Group>
          <Button variant="default" onClick={() => set([...rows, {}])}>
            {list.add[language]}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
