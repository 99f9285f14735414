/** Every call of the partners' own view. Who may make it stands in each row; the guard is in ../route-table.ts. */
import type { TableRoute } from '../route-table.ts'
import { applyRoutes } from './apply.ts'
import { callRoutes } from './calls.ts'
import { certificateRoutes } from './certificates.ts'
import { companyRoutes } from './company.ts'
import { merchantRoutes } from './merchant.ts'
import { paymentRoutes } from './payments.ts'
import { profileRoutes } from './profile.ts'
import { userRoutes } from './users.ts'
import { webhookRoutes } from './webhooks.ts'

export const portalRoutes: readonly TableRoute[] = [
  ...companyRoutes,
  ...paymentRoutes,
  ...webhookRoutes,
  ...certificateRoutes,
  ...callRoutes,
  ...merchantRoutes,
  ...profileRoutes,
  ...userRoutes,
  ...applyRoutes,
]
