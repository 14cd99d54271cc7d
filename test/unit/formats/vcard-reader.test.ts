import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { readTable } from './read-table.ts';

const card = (version: string, ...lines: string[]): string => ['BEGIN:VCARD', `VERSION:${version}`, ...lines, 'END:VCARD', ''].join('\r\n');

describe('properties', () => {
  test.each<readonly [name: string, version: string, lines: readonly string[], row: Record<string, string>]>([
    [
      'name and its parts',
      '3.0',
      ['FN:Dr. Ada B. King', 'N:King;Ada;Byron,Anne;Dr.;PhD'],
      {
        name: 'Dr. Ada B. King',
        family_name: 'King',
        given_name: 'Ada',
        'attributes.additional_name': 'Byron Anne',
        'attributes.name_prefix': 'Dr.',
        'attributes.name_suffix': 'PhD',
      },
    ],
    ['parts only', '2.1', ['N:King;Ada'], { family_name: 'King', given_name: 'Ada' }],
    ['the whole name in one part', '3.0', ['N:张三;;;;', 'FN:张三'], { name: '张三' }],
    [
      'a company with departments',
      '3.0',
      ['FN:A', 'ORG:Acme;Sales;North'],
      { name: 'A', company_name: 'Acme', 'attributes.department': 'Sales; North' },
    ],
    [
      'a company as a card',
      '3.0',
      ['FN:Acme', 'ORG:Acme', 'X-ABShowAs:COMPANY'],
      { name: 'Acme', company_name: 'Acme', kind: 'organisation' },
    ],
    ['kinds', '4.0', ['KIND:org', 'FN:Acme'], { name: 'Acme', kind: 'organisation' }],
    ['a kind that is none of ours', '4.0', ['KIND:group', 'FN:Club'], { name: 'Club', 'attributes.KIND': 'group' }],
    [
      'several e-mails',
      '3.0',
      ['EMAIL;TYPE=HOME:a@x.org', 'EMAIL;TYPE=WORK,PREF:b@x.org', 'EMAIL;TYPE=HOME:c@x.org', 'EMAIL:d@x.org'],
      { email: 'b@x.org', 'contact.email.home': 'a@x.org ::: c@x.org', 'contact.email': 'd@x.org' },
    ],
    [
      'preference by number',
      '4.0',
      ['EMAIL;PREF=2:a@x.org', 'EMAIL;PREF=1;TYPE=work:b@x.org'],
      { email: 'b@x.org', 'contact.email': 'a@x.org' },
    ],
    [
      'bare types',
      '2.1',
      ['TEL;WORK;VOICE:1', 'TEL;CELL;PREF:2', 'TEL;HOME;FAX:3'],
      { phone: '2', 'contact.phone.work': '1', 'contact.phone.home fax': '3' },
    ],
    ['a fax is no telephone', '3.0', ['FN:A', 'TEL;TYPE=FAX:1'], { name: 'A', 'contact.phone.fax': '1' }],
    [
      'tel: addresses',
      '4.0',
      ['TEL;VALUE=uri;TYPE="work,voice":tel:+1-555-0100-999;ext=12', 'TEL;TYPE="cell":tel:+15550100'],
      { phone: '+1-555-0100-999 ext. 12', 'contact.phone.cell': '+15550100' },
    ],
    [
      "labels of one's own",
      '3.0',
      ['item1.TEL;type=pref:1', 'item1.X-ABLabel:Lab', 'item2.TEL:2', 'item2.X-ABLabel:_$!<HomeFAX>!$_'],
      { phone: '1', 'contact.phone.HomeFAX': '2' },
    ],
    [
      'a label before its property',
      '3.0',
      ['A1.X-ABLabel:Boat', 'EMAIL:a@x.org', 'a1.EMAIL:b@x.org'],
      { email: 'a@x.org', 'contact.email.Boat': 'b@x.org' },
    ],
    [
      'addresses',
      '3.0',
      ['ADR;TYPE=HOME:;;Way 1;Rome;RM;00100;Italy', 'ADR;TYPE=WORK,PREF:PO 9;Floor 2;Road 3;Oslo;;0150;Norway'],
      {
        street: 'PO 9, Floor 2, Road 3',
        city: 'Oslo',
        postal_code: '0150',
        country: 'Norway',
        'contact.address.home': 'Way 1, Rome, RM, 00100, Italy',
      },
    ],
    [
      'sites',
      '3.0',
      ['URL:https://a.example', 'URL;TYPE=WORK:http\\://b.example'],
      { website: 'https://a.example', 'contact.url.work': 'http://b.example' },
    ],
    [
      'messengers',
      '3.0',
      ['FN:A', 'X-QQ:10001', 'X-WECHAT:wx', 'X-SKYPE-USERNAME:sk', 'IMPP;X-SERVICE-TYPE=Jabber:xmpp:a@x.org', 'IMPP:sip:a@x.org'],
      {
        name: 'A',
        'contact.messenger.qq': '10001',
        'contact.messenger.wechat': 'wx',
        'contact.messenger.skype': 'sk',
        'contact.messenger.jabber': 'a@x.org',
        'contact.messenger.sip': 'a@x.org',
      },
    ],
    [
      'social networks',
      '3.0',
      ['FN:A', 'X-SOCIALPROFILE;type=twitter;x-user=ada:x-apple:ada', 'X-SOCIALPROFILE;type=linkedin:https://l.example/ada'],
      { name: 'A', 'contact.social.twitter': 'ada', 'contact.social.linkedin': 'https://l.example/ada' },
    ],
    ['tags', '3.0', ['CATEGORIES:vip,b2b\\, large,x'], { tags: 'vip; x', 'attributes.CATEGORIES': 'b2b, large' }],
    ['notes', '3.0', ['NOTE:a\\nb\\, c\\; d\\\\e', 'NOTE:second'], { notes: 'a\nb, c; d\\e\n\nsecond' }],
    ['backslashes of 2.1', '2.1', ['NOTE:C:\\new\\; x'], { notes: 'C:\\new; x' }],
    [
      'birthdays',
      '3.0',
      ['BDAY:19800322', 'ANNIVERSARY:2009-08-08T14:30:00Z'],
      { birthday: '1980-03-22', 'attributes.ANNIVERSARY': '2009-08-08T14:30:00Z' },
    ],
    ['midnight is no time', '3.0', ['BDAY:1980-03-22T00:00:00Z'], { birthday: '1980-03-22' }],
    ['without year', '4.0', ['BDAY:--0412'], { birthday: '--0412' }],
    ["Apple's year that is none", '3.0', ['BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12'], { birthday: '--04-12' }],
    ['gender', '4.0', ['GENDER:O;it’s complicated'], { gender: 'other', 'attributes.gender_identity': 'it’s complicated' }],
    ['several titles', '3.0', ['TITLE:Chair', 'TITLE:Author'], { job_title: 'Chair', 'attributes.TITLE': 'Author' }],
    [
      'unknown ones',
      '3.0',
      [
        'ROLE:Lead',
        'X-ZODIAC:lion',
        'X-ZODIAC:crab',
        'item1.X-ABDATE:2015-06-20',
        'item1.X-ABLabel:_$!<Anniversary>!$_',
        'RELATED;TYPE=spouse:Bob',
      ],
      {
        'attributes.ROLE': 'Lead',
        'attributes.X-ZODIAC': 'lion ::: crab',
        'attributes.X-ABDATE.Anniversary': '2015-06-20',
        'attributes.RELATED.spouse': 'Bob',
      },
    ],
    [
      'carets of parameters',
      '4.0',
      ['ADR;LABEL="Way 1^nRome ^^ ^\'x^\'":;;Way 1;Rome;;;'],
      { street: 'Way 1', city: 'Rome', 'attributes.LABEL': 'Way 1\nRome ^ "x"' },
    ],
    ['the id', '3.0', ['UID:urn:uuid:4fb', 'FN:A'], { uid: 'urn:uuid:4fb', name: 'A' }],
  ])('%s', async (_name, version, lines, row) => {
    expect(await readTable('vcard', card(version, ...lines))).toMatchObject({ rows: [row], bad: [], notes: [], error: null });
    expect((await readTable('vcard', card(version, ...lines), {}, 3)).rows).toEqual([row]);
  });
});

describe('encodings', () => {
  test.each<readonly [name: string, lines: readonly string[], row: Record<string, string>]>([
    ['quoted-printable', ['FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=E4=BC=9F'], { name: '张伟' }],
    [
      'with soft breaks, also within a character',
      ['FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=E5=BC=', '=A0=E4=BC=9F=', '', 'TEL:1'],
      { name: '张伟', phone: '1' },
    ],
    ['before the end of the card', ['FN;QUOTED-PRINTABLE:a=3Db='], { name: 'a=b' }],
    ['in GBK', ['FN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=C5=CE=B0'], { name: '张伟' }],
    ['of parts', ['N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=BC=9F=3B;;;'], { family_name: '张', given_name: '伟;' }],
    ['with line ends', ['NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab'], { notes: 'a\nb' }],
    ['base64 text', ['NOTE;ENCODING=BASE64:', ' 5byg5Lyf', '', 'TEL:1'], { notes: '张伟', phone: '1' }],
    ['folded lines keep their blank', ['NOTE:one', ' two', '\tthree'], { notes: 'one two\tthree' }],
  ])('2.1: %s', async (_name, lines, row) => {
    expect(await readTable('vcard', card('2.1', ...lines))).toMatchObject({ rows: [row], bad: [], notes: [], error: null });
  });

  test('3.0: folded lines are joined, blank included', async () => {
    expect((await readTable('vcard', card('3.0', 'NOTE:one', ' two ', ' three'))).rows).toEqual([{ notes: 'onetwo three' }]);
  });

  test.each(['FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=FF=FE', 'FN;CHARSET=no-such;ENCODING=QUOTED-PRINTABLE:=41'])(
    'what cannot be decoded is kept as it is written, with a note: %s',
    async (line) => {
      const { rows, notes } = await readTable('vcard', card('2.1', line));
      expect({ rows, notes }).toEqual({ rows: [{ name: line.slice(line.indexOf(':') + 1) }], notes: ['1 VALUE_NOT_DECODED'] });
    },
  );

  test('a file in GB18030 with --encoding, and in UTF-16', async () => {
    const text = card('3.0', 'FN:张伟');
    expect((await readTable('vcard', iconv.encode(text, 'gb18030'), { encoding: 'gb18030' })).rows).toEqual([{ name: '张伟' }]);
    expect((await readTable('vcard', Buffer.from(`\ufeff${text}`, 'utf16le'))).rows).toEqual([{ name: '张伟' }]);
  });

  test.each(['\n', '\r\n', '\r'])('line ends %j', async (lineEnd) => {
    const text = (card('3.0', 'FN:Ada', 'TEL:1') + card('3.0', 'FN:Bob')).replaceAll('\r\n', lineEnd);
    for (const chunkSize of [1, 13, 1 << 20]) {
      expect(await readTable('vcard', text, {}, chunkSize)).toMatchObject({
        rows: [{ name: 'Ada', phone: '1' }, { name: 'Bob' }],
        lines: [1, 6],
        bad: [],
      });
    }
  });
});

describe('what is left out, and what is broken', () => {
  test('pictures, sounds and keys, with one note a card', async () => {
    const picture = ['PHOTO;ENCODING=b;TYPE=PNG:iVBORw0K', ' GgoAAAA', 'LOGO;VALUE=uri:http://x.example/l.png', 'KEY:data:,x'];
    expect(await readTable('vcard', card('3.0', 'FN:Ada', ...picture, 'TEL:1'))).toMatchObject({
      rows: [{ name: 'Ada', phone: '1' }],
      notes: ['1 MEDIA_LEFT_OUT'],
      bad: [],
    });
    const old = card('2.1', 'PHOTO;JPEG;BASE64:', 'AAAA', 'BBBB==', '', 'FN:Ada');
    expect(await readTable('vcard', old)).toMatchObject({ rows: [{ name: 'Ada' }], notes: ['1 MEDIA_LEFT_OUT'], bad: [] });
  });

  test('a large picture does not make a card too long', async () => {
    const picture = `PHOTO;ENCODING=b:${'A'.repeat(500)}`;
    const folded = ['PHOTO;ENCODING=b:', ...Array.from({ length: 30 }, () => ` ${'A'.repeat(30)}`)];
    for (const lines of [[picture], folded]) {
      for (const chunkSize of [1, 64, 1 << 20]) {
        const table = await readTable('vcard', card('3.0', 'FN:Ada', ...lines, 'TEL:1'), { maxRecordBytes: 200 }, chunkSize);
        expect(table).toMatchObject({ rows: [{ name: 'Ada', phone: '1' }], bad: [], notes: ['1 MEDIA_LEFT_OUT'] });
      }
    }
  });

  test('a card that is too long is one bad record', async () => {
    const text = card('3.0', `NOTE:${'x'.repeat(500)}`) + card('3.0', 'FN:Bob');
    for (const chunkSize of [1, 64, 1 << 20]) {
      const table = await readTable('vcard', text, { maxRecordBytes: 200 }, chunkSize);
      expect(table.rows).toEqual([{ name: 'Bob' }]);
      expect(table.bad).toEqual([expect.stringMatching(/^1 RECORD_TOO_LONG BEGIN:VCARD\nVERSION:3\.0/)]);
    }
  });

  test.each<readonly [name: string, text: string, bad: readonly string[], rows: number]>([
    ['a card without end', `BEGIN:VCARD\nFN:Ada\n${card('3.0', 'FN:Bob')}`, ['1 BROKEN_CARD BEGIN:VCARD\nFN:Ada'], 1],
    ['the last card without end', `${card('3.0', 'FN:Bob')}BEGIN:VCARD\nFN:Ada`, ['5 BROKEN_CARD BEGIN:VCARD\nFN:Ada'], 1],
    ['a line without colon', 'BEGIN:VCARD\nFN:Ada\nNOTE\nEND:VCARD\n', ['1 BROKEN_CARD BEGIN:VCARD\nFN:Ada\nNOTE\nEND:VCARD'], 0],
    ['text between cards', `hello\n${card('3.0', 'FN:Bob')}END:VCARD\n`, ['1 NOT_A_CARD hello', '6 NOT_A_CARD END:VCARD'], 1],
    ['a zero character', 'BEGIN:VCARD\nFN:A\0\nEND:VCARD\n', ['1 NUL_BYTE BEGIN:VCARD\nFN:A\0\nEND:VCARD'], 0],
    [
      'an encoded zero character',
      'BEGIN:VCARD\nFN;QUOTED-PRINTABLE:A=00\nEND:VCARD\n',
      ['1 NUL_BYTE BEGIN:VCARD\nFN;QUOTED-PRINTABLE:A=00\nEND:VCARD'],
      0,
    ],
  ])('%s', async (_name, text, bad, rows) => {
    const table = await readTable('vcard', text);
    expect({ bad: table.bad, rows: table.rows.length, error: table.error }).toEqual({ bad, rows, error: null });
  });

  test('a card within a card is left out with a note', async () => {
    const agent = ['AGENT:', 'BEGIN:VCARD', 'VERSION:2.1', 'FN:Eve', 'END:VCARD'];
    expect(await readTable('vcard', card('2.1', 'FN:Ada', ...agent, 'TEL:1'))).toMatchObject({
      rows: [{ name: 'Ada', phone: '1' }],
      bad: [],
      notes: ['1 MEDIA_LEFT_OUT'],
    });
  });

  test.each(['', '\r\n \n'])('%j is empty', async (text) => {
    expect((await readTable('vcard', text)).error).toBe('INPUT_EMPTY the input is empty');
  });
});
