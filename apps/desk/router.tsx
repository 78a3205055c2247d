import {
  createRootRoute, createRoute, createRouter, lazyRouteComponent,
} from '@tanstack/react-router'
import { readFilters } from './orders/filters.ts'
import { OrdersPage } from './orders/orders-page.tsx'
import { NoPage, PageError } from './shell/page-states.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NoPage })
const orders = createRoute({
  getParentRoute: () => root, path: '/desk', component: OrdersPage,
  validateSearch: readFilters,
})
const audit = createRoute({
  getParentRoute: () => root, path: '/desk/acts',
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
})

// Not registered as the one router of the type system: Studio and Desk are checked in one program.
export const router = createRouter({
  routeTree: root.addChildren([orders, audit]),
  defaultErrorComponent: PageError,
})
