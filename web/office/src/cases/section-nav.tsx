/** The sections of a case: a list on a desk, one control on a phone; each says how much it lacks. */
import { Badge, NativeSelect, NavLink } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: { section: 'Secțiunea', sections: 'Secțiuni' },
  en: { section: 'Section', sections: 'Sections' },
}

type Props = {
  readonly rows: readonly { readonly id: string; readonly label: string }[]
  readonly current: string
  count(id: string): number
  onChoose(id: string): void
}

export function SectionNav({ rows, current, count, onChoose }: Props) {
  const t = useTexts(TEXTS)
  const is_narrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false })
  if (is_narrow)
    return (
      <NativeSelect
        label={t.section}
        value={current}
        onChange={(event) => onChoose(event.currentTarget.value)}
        data={rows.map(({ id, label }) => ({
          value: id,
          label: count(id) > 0 ? `${label} (${count(id)})` : label,
        }))}
      />
    )
  return (
    <nav aria-label={t.sections}>
      {rows.map(({ id, label }) => (
        <NavLink
          key={id}
          component="button"
          type="button"
          label={label}
          active={id === current}
          aria-current={id === current ? 'page' : undefined}
          onClick={() => onChoose(id)}
          {...(count(id) > 0 && {
            rightSection: (
              <Badge size="sm" variant="filled" color="orange.9" radius="xl">
                {count(id)}
              </Badge>
            ),
          })}
        />
      ))}
    </nav>
  )
}
