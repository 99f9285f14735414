/** A step of the sign-in, as the server answers it. */
export type Step = {
  readonly stage: 'second_factor' | 'password' | 'enrolment' | 'open'
  readonly has_passkeys?: boolean
  readonly recovery_codes?: readonly string[]
  readonly recovery_codes_left?: number
}

export type StepProps = {
  readonly onDone: (step: Step) => void
  /** The step took too long, or was ended: it begins anew. */
  readonly onLost: () => void
}
