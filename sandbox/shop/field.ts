/** A field of a form: label, input, what is wrong with it, help. */
import { type Markup, markup, raw } from '../process/markup.ts'

export function field(input: {
  id: string
  label: string
  value: string
  fault?: string | undefined
  type?: string
  help?: string
  hints: string
}): Markup {
  const described =
    input.fault !== undefined ? `${input.id}-fault` : input.help !== undefined ? `${input.id}-help` : undefined
  const attributes = `${described === undefined ? '' : ` aria-describedby="${described}"`}${input.fault === undefined ? '' : ' aria-invalid="true"'}`
  return markup`<div class="field"><label for="${input.id}">${input.label}</label>
    <input id="${input.id}" name="${input.id}" type="${input.type ?? 'text'}" value="${input.value}" ${raw(input.hints + attributes)}>
    ${input.fault !== undefined && markup`<p class="fault" id="${input.id}-fault">${input.fault}</p>`}
    ${input.help !== undefined && markup`<p class="small" id="${input.id}-help">${input.help}</p>`}</div>`
}
