export { makeClients, type Client, type Clients } from './clients.ts'
export { readCountryHeader } from './country.ts'
export { isNearby, noProxies, PROXIES_MAX, readProxies, type Proxies } from './proxies.ts'
export { makeAskerReader, sealAsker, type Asker, type Seat } from './seal.ts'
