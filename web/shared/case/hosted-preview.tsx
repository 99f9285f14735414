/** The hosted page's header and buttons as a payer will see them, while colour and logo are being chosen. */
import { Alert, Paper, Stack, Text } from '@mantine/core'
import { contrast, paletteOf } from '../../checkout/src/colour.ts'
import { useLanguage, useTexts } from '../texts.tsx'

const TEXTS = {
  ro: {
    about: 'Așa vede plătitorul pagina',
    pay: 'Plătește',
    cancel: 'Renunță',
    to: 'către',
    link: 'Cum funcționează?',
    shifted: (ratio: string) =>
      `Pe această culoare textul nu s-ar citi bine (contrast ${ratio}:1, trebuie 4,5:1); pagina o nuanțează, ca aici.`,
    fine: (ratio: string) => `Contrastul textului pe această culoare: ${ratio}:1.`,
  },
  en: {
    about: 'What a payer sees',
    pay: 'Pay',
    cancel: 'Cancel',
    to: 'to',
    link: 'How does it work?',
    shifted: (ratio: string) =>
      `Text on this colour would be hard to read (contrast ${ratio}:1, 4.5:1 is needed); the page shades it, as here.`,
    fine: (ratio: string) => `Contrast of text on this colour: ${ratio}:1.`,
  },
}

type Props = {
  readonly name: string
  readonly colour: string
  /** data: URI; nothing else is shown. */
  readonly logo?: string | undefined
}

export function HostedPreview({ name, colour, logo }: Props) {
  const words = useTexts(TEXTS)
  const { language } = useLanguage()
  const palette = paletteOf(colour)
  const is_shifted = /^#[0-9a-f]{6}$/i.test(colour) && palette.fill !== colour.toLowerCase()
  const measured = contrast(is_shifted ? colour.toLowerCase() : palette.fill, palette.ink).toFixed(1)
  const ratio = language === 'ro' ? measured.replace('.', ',') : measured
  const button = { borderRadius: 10, padding: '10px 22px', fontWeight: 600, minHeight: 44, font: 'inherit' }
  return (
    <figure style={{ margin: 0 }}>
      <Text component="figcaption" size="sm" c="dimmed" mb={4}>
        {words.about}
      </Text>
      <Paper withBorder radius="md" style={{ overflow: 'hidden', background: '#f3f5f7', color: '#12181f' }}>
        <div style={{ background: palette.fill, color: palette.ink, padding: '12px 18px', minHeight: 56 }}>
          {logo?.startsWith('data:image/') === true ? (
            <span style={{ display: 'inline-block', background: '#fff', borderRadius: 8, padding: 4 }}>
              <img src={logo} alt={name} style={{ display: 'block', height: 28, maxWidth: 180 }} />
            </span>
          ) : (
            <strong>{name}</strong>
          )}
        </div>
        <Stack gap="sm" m="md" p="md" style={{ background: '#fff', borderRadius: 14 }}>
          <span style={{ fontSize: 30, fontWeight: 650 }}>
            249,90 <small>RON</small>
          </span>
          <span>
            {words.to} {name}
          </span>
          {/* Pictures of buttons, not buttons: nothing is to be pressed here. */}
          <span style={{ display: 'flex', gap: 8, flexWrap: 'wrap' }} aria-hidden>
            <span
              style={{
                ...button,
                background: palette.fill,
                color: palette.ink,
                border: `2px solid ${palette.edge.light}`,
              }}
            >
              {words.pay}
            </span>
            <span style={{ ...button, border: '2px solid #7b8692' }}>{words.cancel}</span>
          </span>
          <span style={{ color: palette.accent.light, textDecoration: 'underline' }}>{words.link}</span>
        </Stack>
      </Paper>
      {is_shifted ? (
        <Alert color="yellow" variant="light" mt="xs" p="xs">
          {words.shifted(ratio)}
        </Alert>
      ) : (
        <Text size="xs" c="dimmed" mt={4}>
          {words.fine(ratio)}
        </Text>
      )}
    </figure>
  )
}
