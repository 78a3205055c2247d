/** The twelve products of the demo world; each has a model in page/models and two pictures. */
export const PRODUCT_KEYS = [
  'power-bank', 'sun-jacket', 'skin-serum', 'stacking-toy', 'tea-set', 'silk-scarf',
  'dried-fruit', 'desk-fan', 'led-mask', 'earbuds', 'leather-bag', 'knife-set',
] as const
