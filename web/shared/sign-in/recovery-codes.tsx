/** Recovery codes, shown once: to be printed, saved or copied before one goes on. */
import { Button, CopyButton, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { useTexts } from '../texts.tsx'

const TEXTS = {
  ro: {
    text: 'Fiecare este bun o singură dată, dacă rămâi fără telefon. Nu vor mai fi arătate: descarcă-le, tipărește-le sau copiază-le acum, într-un loc sigur.',
    list: 'Coduri de recuperare',
    download: 'Descarcă',
    print: 'Tipărește',
    copy: 'Copiază',
    copied: 'Copiate',
    saved: 'Le-am păstrat',
    file: 'punte-coduri-de-recuperare.txt',
    heading: (name: string) => `Punte: coduri de recuperare${name === '' ? '' : ` pentru ${name}`}`,
    once: 'Fiecare este bun o singură dată.',
  },
  en: {
    text: 'Each works once, should you lose your phone. They are not shown again: download, print or copy them to a safe place now.',
    list: 'Recovery codes',
    download: 'Download',
    print: 'Print',
    copy: 'Copy',
    copied: 'Copied',
    saved: 'I have saved them',
    file: 'punte-recovery-codes.txt',
    heading: (name: string) => `Punte: recovery codes${name === '' ? '' : ` of ${name}`}`,
    once: 'Each works once.',
  },
}

type Props = { readonly codes: readonly string[]; readonly user_name?: string; readonly onKept: () => void }

export function RecoveryCodes({ codes, user_name = '', onKept }: Props) {
  const t = useTexts(TEXTS)
  const text = `${t.heading(user_name)}\n${t.once}\n\n${codes.join('\n')}\n`
  return (
    <Stack gap="sm">
      <Text size="sm">{t.text}</Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" component="ol" className="punte-codes" aria-label={t.list}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </SimpleGrid>
      <Group gap="xs" className="punte-no-print">
        <Button variant="default" size="xs" onClick={() => download(t.file, text)}>
          {t.download}
        </Button>
        <Button variant="default" size="xs" onClick={() => window.print()}>
          {t.print}
        </Button>
        <CopyButton value={codes.join('\n')}>
          {({ copied, copy }) => (
            <Button variant="default" size="xs" onClick={copy}>
              {copied ? t.copied : t.copy}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Button className="punte-no-print" onClick={onKept}>
        {t.saved}
      </Button>
    </Stack>
  )
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = Object.assign(document.createElement('a'), { href: address, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
