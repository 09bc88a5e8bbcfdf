/** What went wrong, as a program tells errors apart. Doubles as the terminal's exit code group. */
export type ErrorReason = 'usage' | 'config' | 'store' | 'files';

/**
 * Errors an editor shows in its own language: those of opening a store, of asking a panel, of a
 * team's server and of a company's gateway.
 */
export const errorIds = [
  'storeBusy',
  'storeNotOpened',
  'storeReadOnly',
  'storeFull',
  'storeDisk',
  'storeSilent',
  'storeDamaged',
  'storeRepaired',
  'storeNoDatabase',
  'storeNoFile',
  'storeForeign',
  'storeTooNew',
  'storeNewer',
  'storeOlder',
  'storeClosed',
  'storeFolder',
  'fileSilent',
  'noEngine',
  'relativeHome',
  'nameUnknown',
  'sessionUnknown',
  'spanReversed',
  'teamUnreachable',
  'teamLogin',
  'teamSlow',
  'teamProof',
  'teamOnFirestore',
  'teamNoDatabase',
  'teamRefused',
  'teamNoSpace',
  'teamBusy',
  'teamRestarts',
  'teamNoSuchDay',
  'teamFailed',
  'teamNone',
  'teamNewer',
  'teamOlder',
  'teamNoConnection',
  'teamUnknownOption',
  'teamNoPlace',
  'teamUnchecked',
  'teamCertificates',
  'teamFileOpen',
  'teamFileForeign',
  'gatewayUnreachable',
  'gatewaySlow',
  'gatewayProof',
  'gatewayKey',
  'gatewayNoKey',
  'gatewayNoLimits',
  'gatewayBusy',
  'gatewayElsewhere',
  'gatewayFailed',
  'gatewayShape',
  'gatewaySeveral',
] as const;
export type ErrorId = (typeof errorIds)[number];

/** What an error says, apart from its English sentence: which one, and the names in it. Plain data. */
export interface ErrorText {
  readonly id: ErrorId;
  readonly values: readonly string[];
}

/**
 * An error meant for a person: says what is wrong, where, and what to do about it. Anything else
 * that is thrown is a bug and goes to the log.
 */
export class HumanError extends Error {
  readonly reason: ErrorReason;
  readonly what: ErrorText | undefined;

  constructor(
    reason: ErrorReason,
    message: string,
    options: ErrorOptions & { readonly what?: ErrorText | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'HumanError';
    this.reason = reason;
    this.what = options.what;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
