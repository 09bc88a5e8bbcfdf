import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  checkSameEmulator,
  type FirestoreAddress,
  firestoreOf,
  firestoreText,
  firestoreWish,
  isFirestore,
  parseFirestore,
  settled,
} from '../../../src/team/firestore/address.ts';

describe('a connection to Firestore', () => {
  test('is written as it is read', () => {
    const address: fc.Arbitrary<FirestoreAddress> = fc.record({
      project: fc.stringMatching(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/),
      database: fc.oneof(
        fc.constant('(default)'),
        fc.stringMatching(/^[a-z][a-z0-9-]{2,9}[a-z0-9]$/),
      ),
      member: fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,31}$/)),
      emulator: fc.constantFrom('', '127.0.0.1:8080', 'localhost:1', '[::1]:65535'),
    });
    fc.assert(
      fc.property(address, (each) => {
        const text = firestoreText(each);
        assert.ok(isFirestore(text));
        assert.deepEqual(parseFirestore(text, 'It'), { ...each });
      }),
    );
  });

  test('that is none, holds more than it should, or leads elsewhere is refused in one sentence', () => {
    for (const [text, sentence] of [
      ['firestore://', /names no project\. It looks like firestore:\/\/project\?member=ada/],
      ['firestore://p', /names no project/],
      ['firestore://Not-A-Project/../x', /names no/],
      ['firestore://team-tests/a/b', /names no database/],
      ['firestore://ada:sesame@team-tests', /has more than project, database and member/],
      ['firestore://team-tests?key=sesame', /has the option key, which is not known/],
      ['firestore://team-tests?member=Ada%20B', /names no member/],
      ['firestore://team-tests?emulator=evil.example.com:80', /is not on this machine/],
      ['firestore://team-tests?emulator=127.0.0.1.evil.com:80', /is not on this machine/],
      ['postgres://a:b@c/d', /is no connection string/],
    ] as const) {
      assert.throws(
        () => parseFirestore(text, 'The invitation'),
        (error: Error) => {
          assert.match(error.message, sentence, text);
          assert.match(error.message, /^The invitation /);
          return !error.message.includes('sesame');
        },
      );
    }
  });

  test('is named by FRESH_USE_FIRESTORE with the project of Google’s tools', () => {
    for (const yes of ['true', '1', 'YES', ' on ']) {
      const env = { FRESH_USE_FIRESTORE: yes, GOOGLE_CLOUD_PROJECT: 'team-tests' };
      assert.equal(firestoreOf(env), 'firestore://team-tests', yes);
    }
    for (const no of ['false', '0', 'no', 'Off', '', undefined]) {
      const env = { FRESH_USE_FIRESTORE: no, GOOGLE_CLOUD_PROJECT: 'team-tests' };
      assert.equal(firestoreOf(env), undefined, no);
    }
    assert.deepEqual(
      ['off', '', undefined].map((wish) => firestoreWish({ FRESH_USE_FIRESTORE: wish })),
      [false, undefined, undefined],
    );
    assert.equal(
      firestoreOf({ FRESH_USE_FIRESTORE: '1', GCLOUD_PROJECT: 'older-name' }),
      'firestore://older-name',
    );
    assert.throws(() => firestoreOf({ FRESH_USE_FIRESTORE: '1' }), /set GOOGLE_CLOUD_PROJECT/);
    assert.throws(
      () => firestoreOf({ FRESH_USE_FIRESTORE: '1', GOOGLE_CLOUD_PROJECT: '../x' }),
      /is no id of a project/,
    );
    assert.throws(() => firestoreWish({ FRESH_USE_FIRESTORE: 'maybe' }), /neither true nor false/);
  });

  test('is to an emulator of this machine alone, and stays with the one that was joined', () => {
    const plain = 'firestore://team-tests?member=ada';
    const env = { FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080' };
    assert.equal(settled(plain, 'It', {}), plain);
    const own = settled(plain, 'It', env);
    assert.equal(parseFirestore(own, 'It').emulator, '127.0.0.1:8080');
    assert.equal(settled('postgres://a:b@c/d', 'It', env), 'postgres://a:b@c/d');
    for (const host of ['firestore.example.com:443', '10.0.0.1:8080', '127.0.0.1', 'localhost:x']) {
      assert.throws(
        () => settled(plain, 'It', { FIRESTORE_EMULATOR_HOST: host }),
        /not on this machine/,
      );
    }
    checkSameEmulator(parseFirestore(own, 'It'), env);
    checkSameEmulator(parseFirestore(own, 'It'), {});
    for (const joined of [plain, own]) {
      assert.throws(
        () =>
          checkSameEmulator(parseFirestore(joined, 'It'), {
            FIRESTORE_EMULATOR_HOST: '127.0.0.1:9',
          }),
        /names an emulator this machine has not joined/,
      );
    }
  });
});
