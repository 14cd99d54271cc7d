const E164 = /^\+[1-9]\d{4,19}$/;

/** Whether a phone is written as a canonical number is: a plus and digits (ITU-T E.164). One that was not understood is not. */
export function isE164Form(phone: string): boolean {
  return E164.test(phone);
}
