/** The frame around every page of the ERP. */
import { type Markup, markup, raw } from '../process/markup.ts'

export const COMPANY = { name: 'Atelierul de Mobilă SRL', user: 'Maria Popa', user_id: 'maria.popa' } as const

export type Section = '/' | '/plati' | '/salarii'
const SECTIONS: readonly { path: Section; name: string }[] = [
  { path: '/', name: 'Facturi' },
  { path: '/plati', name: 'Plăți multiple' },
  { path: '/salarii', name: 'Salarii' },
]

export function page(input: { title: string; body: Markup; section?: Section; head?: Markup | undefined }): string {
  const links = SECTIONS.map(
    ({ path, name }) => markup`<a href="${path}"${path === input.section && raw(' aria-current="true"')}>${name}</a>`,
  )
  return markup`${raw('<!doctype html>')}<html lang="ro"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${input.title} · Contabil Plus</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"><link rel="stylesheet" href="/lists.css">${input.head}</head>
<body><header class="bar"><a class="brand" href="/">Contabil <b>Plus</b></a><nav class="sections" aria-label="Program">${links}</nav><p>${COMPANY.user}<span class="company">${COMPANY.name}</span></p></header>
<main>${input.body}</main>
<footer>Contabil Plus este un program de încercare: facturile și furnizorii sunt închipuiți.</footer></body></html>`.toString()
}

/** Why a payment could not be started. */
export function problemNote(problem: string, title = 'Plata nu a pornit.'): Markup {
  return markup`<div class="problem" role="alert"><strong>${title}</strong> Din cont nu s-a luat nimic. <span class="cause">${problem}</span></div>`
}
