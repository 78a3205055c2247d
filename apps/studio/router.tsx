import {
  createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet,
} from '@tanstack/react-router'
import { NoPage, PageError } from './shell/page-states.tsx'
import { Shell } from './shell/shell.tsx'
import { SignIn } from './sign-in/sign-in.tsx'

const root = createRootRoute({ component: Outlet, notFoundComponent: NoPage })
const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignIn })
const studio = createRoute({ getParentRoute: () => root, path: '/studio', component: Shell })
const shows = createRoute({
  getParentRoute: () => studio, path: '/',
  component: lazyRouteComponent(() => import('./shows/shows-page.tsx'), 'ShowsPage'),
})
const showForm = lazyRouteComponent(() => import('./shows/show-form-page.tsx'), 'ShowFormPage')
const newShow = createRoute({
  getParentRoute: () => studio, path: 'shows/new', component: showForm,
})
const planShow = createRoute({
  getParentRoute: () => studio, path: 'shows/$showId/plan', component: showForm,
})
const replay = createRoute({
  getParentRoute: () => studio, path: 'shows/$showId/replay',
  component: lazyRouteComponent(() => import('./replay/replay-page.tsx'), 'ReplayPage'),
})
const control = createRoute({
  getParentRoute: () => studio, path: 'shows/$showId',
  component: lazyRouteComponent(() => import('./control/control-page.tsx'), 'ControlPage'),
})
const camera = createRoute({
  getParentRoute: () => studio, path: 'shows/$showId/camera',
  component: lazyRouteComponent(() => import('./camera/camera-page.tsx'), 'CameraPage'),
})
const guest = createRoute({
  getParentRoute: () => root, path: '/stage',
  component: lazyRouteComponent(() => import('./guest/guest-page.tsx'), 'GuestPage'),
})
const picture = createRoute({
  getParentRoute: () => root, path: '/stage/picture',
  component: lazyRouteComponent(() => import('./picture/picture-page.tsx'), 'PicturePage'),
})
const products = createRoute({
  getParentRoute: () => studio, path: 'products',
  component: lazyRouteComponent(() => import('./products/products-page.tsx'), 'ProductsPage'),
})
const importCsv = createRoute({
  getParentRoute: () => studio, path: 'products/import',
  component: lazyRouteComponent(() => import('./products/import-page.tsx'), 'ImportPage'),
})
const product = createRoute({
  getParentRoute: () => studio, path: 'products/$productId',
  component: lazyRouteComponent(() => import('./products/product-page.tsx'), 'ProductPage'),
})

// Not registered as the one router of the type system: Studio and Desk are checked in one program.
export const router = createRouter({
  routeTree: root.addChildren([
    signIn, guest, picture, studio.addChildren([
      shows, newShow, planShow, replay, control, camera, products, importCsv, product,
    ]),
  ]),
  defaultErrorComponent: PageError,
  defaultPreload: 'intent',
})
