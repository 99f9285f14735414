/** All of a list, as it is filtered, as a file. */
import { Button, Menu } from '@mantine/core'
import { addressOf, queryOf } from '../../../shared/api.ts'
import { useMay } from '../../../shared/me.ts'
import { useTexts } from '../../../shared/texts.tsx'

const TEXTS = {
  ro: { export: 'Exportă', csv: 'CSV', xlsx: 'Excel (XLSX)' },
  en: { export: 'Export', csv: 'CSV', xlsx: 'Excel (XLSX)' },
}

type Props = { readonly list: 'payments' | 'orders'; readonly filters: Readonly<Record<string, string>> }

export function ExportMenu({ list, filters }: Props) {
  const t = useTexts(TEXTS)
  if (!useMay('payment.export')) return null
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default">{t.export}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['csv', 'xlsx'] as const).map((format) => (
          <Menu.Item
            key={format}
            component="a"
            href={addressOf(`/exports/${list}/${format}${queryOf(filters)}`)}
            download
          >
            {t[format]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
