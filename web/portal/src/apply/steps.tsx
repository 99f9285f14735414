/** The steps of the form: a list on a desk, one control on a phone; each says how much it lacks. */
import { Badge, NativeSelect, NavLink } from '@mantine/core'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: { steps: 'Pași', step: 'Pasul' },
  en: { steps: 'Steps', step: 'Step' },
}

type StepsProps = {
  readonly rows: readonly { readonly id: string; readonly label: string }[]
  readonly current: string
  readonly is_narrow: boolean
  count(id: string): number
  onChoose(id: string): void
}

export function Steps({ rows, current, is_narrow, count, onChoose }: StepsProps) {
  const t = useTexts(TEXTS)
  const titled = rows.map(({ id, label }, index) => ({ id, title: `${index + 1}. ${label}` }))
  if (is_narrow)
    return (
      <NativeSelect
        label={t.step}
        value={current}
        onChange={(event) => onChoose(event.currentTarget.value)}
        data={titled.map(({ id, title }) => ({
          value: id,
          label: count(id) > 0 ? `${title} (${count(id)})` : `${title} ✓`,
        }))}
      />
    )
  return (
    <nav aria-label={t.steps}>
      {titled.map(({ id, title }) => (
        <NavLink
          key={id}
          component="button"
          type="button"
          label={title}
          active={id === current}
          aria-current={id === current ? 'step' : undefined}
          onClick={() => onChoose(id)}
          rightSection={
            id === 'finish' ? undefined : count(id) === 0 ? (
              '✓'
            ) : (
              <Badge size="sm" variant="filled" color="gray.7" radius="xl">
                {count(id)}
              </Badge>
            )
          }
        />
      ))}
    </nav>
  )
}
