const sentences = {
  'show.key_read': 'desk.act.key_read',
  'show.phone': 'desk.act.phone',
  'show.key_rotate': 'desk.act.key_rotate',
  'show.go_live': 'desk.act.go_live',
  'show.end': 'desk.act.end',
  'show.sale': 'desk.act.sale',
  'show.take_over': 'desk.act.take_over',
  'chat.remove': 'desk.act.chat_remove',
  'chat.mute': 'desk.act.chat_mute',
  'order.refund': 'desk.act.refund',
  'orders.read': 'desk.act.order_read',
  'product.create': 'desk.act.product_create',
  'product.save': 'desk.act.product_save',
  'product.archive': 'desk.act.product_archive',
  'product.import': 'desk.act.product_import',
  'product.picture_add': 'desk.act.picture_add',
  'product.picture_remove': 'desk.act.picture_remove',
  'stock.edit': 'desk.act.stock_edit',
} as const

type Known = keyof typeof sentences

/** The sentence of an act; an act of a newer server has none and is shown by its name. */
export const actId = (act: string): (typeof sentences)[Known] | null =>
  (Object.hasOwn(sentences, act) ? sentences[act as Known] : null)
