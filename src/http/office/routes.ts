/** Every call of the back office. Who may make it stands in each row; the guard is in ../route-table.ts. */
import type { TableRoute } from '../route-table.ts'
import { agreementRoutes } from './agreements.ts'
import { alertRoutes } from './alerts.ts'
import { approvalRoutes } from './approvals.ts'
import { auditRoutes } from './audit.ts'
import { caseRoutes } from './cases.ts'
import { documentRoutes } from './documents.ts'
import { exportRoutes } from './exports.ts'
import { homeRoutes } from './home.ts'
import { limitRoutes } from './limits.ts'
import { orderRoutes } from './orders.ts'
import { partnerUserRoutes } from './partner-users.ts'
import { partnerRoutes } from './partners.ts'
import { paymentRoutes } from './payments.ts'
import { registerRoutes } from './registers.ts'
import { reportRoutes } from './reports.ts'
import { reviewRoutes } from './reviews.ts'
import { staffRoutes } from './staff.ts'

export const officeRoutes: readonly TableRoute[] = [
  ...caseRoutes,
  ...documentRoutes,
  ...reviewRoutes,
  ...partnerUserRoutes,
  ...partnerRoutes,
  ...limitRoutes,
  ...alertRoutes,
  ...approvalRoutes,
  ...staffRoutes,
  ...paymentRoutes,
  ...orderRoutes,
  ...agreementRoutes,
  ...exportRoutes,
  ...reportRoutes,
  ...registerRoutes,
  ...auditRoutes,
  ...homeRoutes,
]
