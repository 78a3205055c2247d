import type { Delivery } from '#people/accounts/contract'

/** The demo shoppers: made-up people in the eight markets, and what they say. */
export interface Part {
  readonly name: string
  readonly market: string
  readonly address: Omit<Delivery, 'name' | 'email'>
  readonly lines: readonly string[]
}

const part = (
  name: string,
  market: string,
  line1: string,
  city: string,
  postalCode: string,
  lines: readonly string[],
): Part => ({ name, market, lines, address: { line1, city, postalCode, country: market } })

export const cast: readonly Part[] = [
  part('Ana', 'US', '12 Sample Street', 'Portland', '97201', [
    'Does it come in another colour?',
    'That looks so well made',
    'Hello from Oregon!',
    'How long is delivery?',
  ]),
  part('Tom', 'GB', '4 Example Row', 'Leeds', 'LS1 1AA', [
    'Morning all',
    'Is the plug a UK one?',
    'Got one last week, very happy with it',
  ]),
  part('Jonas', 'DE', 'Musterweg 7', 'Leipzig', '04109', [
    'Ist der Deckel dabei?',
    'Schöne Farbe!',
    'Wie schwer ist das?',
  ]),
  part('نورة', 'SA', 'شارع المثال ١٢', 'الرياض', '11564', [
    'ما شاء الله، جميل جدًا',
    'هل يوجد لون آخر؟',
    'كم مدة التوصيل؟',
  ]),
  part('Omar', 'AE', 'Sample Road 9', 'Dubai', '00000', [
    'Lovely piece',
    'هل السعر شامل الشحن؟',
    'Watching from Dubai',
  ]),
  part('Yuki', 'JP', '見本町1-2-3', '大阪', '530-0001', [
    'かわいい！',
    '割れにくいですか？',
    'こんにちは',
  ]),
  part('小雨', 'CN', '示例路 8 号', '杭州', '310000', [
    '颜色真好看',
    '有优惠吗？',
    '上次买的已经收到了，不错',
  ]),
  part('Bia', 'BR', 'Rua Exemplo 45', 'Curitiba', '80010-000', [
    'Que lindo!',
    'Vem com tampa?',
    'Oi de Curitiba',
  ]),
]
