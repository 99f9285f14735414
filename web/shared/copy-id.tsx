/** An id that can be read, picked out and copied with one press. */
import { ActionIcon, CopyButton, Group, Text } from '@mantine/core'
import { useTexts } from './texts.tsx'

const TEXTS = {
  ro: { copy: (id: string) => `Copiază ${id}`, copied: 'Copiat' },
  en: { copy: (id: string) => `Copy ${id}`, copied: 'Copied' },
}

export function CopyId({ id }: { readonly id: string | number }) {
  const t = useTexts(TEXTS)
  const text = String(id)
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
      <Text component="span" ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
        {text}
      </Text>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            onClick={copy}
            aria-label={copied ? t.copied : t.copy(text)}
          >
            <svg viewBox="0 0 16 16" width={14} height={14} fill="none" stroke="currentColor" aria-hidden="true">
              {copied ? (
                <path d="m3 8.5 3.5 3.5L13 4.5" strokeWidth={1.8} />
              ) : (
                <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" strokeWidth={1.3} />
              )}
            </svg>
          </ActionIcon>
        )}
      </CopyButton>
    </Group>
  )
}
