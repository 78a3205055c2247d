export type { BootData, EmptyBoot } from '#views/contract'
