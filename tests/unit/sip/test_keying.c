/* Crypto lines and fingerprints: the RFCs' own examples, and what strangers make of them. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/keying.h"
#include "tests/unit/unit.h"

#define KEY30 "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz" /* RFC 4568 6.1's example */
#define SUITE80 "AES_CM_128_HMAC_SHA1_80"

START_TEST(crypto_line_of_rfc_4568_is_read)
{
	struct keying_crypto crypto;
	char text[KEYING_TEXT_MAX];

	ck_assert(keying_read_crypto("1 " SUITE80 " inline:" KEY30 "|2^20|1:4", &crypto) == false);
	ck_assert(keying_read_crypto("1 " SUITE80 " inline:" KEY30 "|2^20", &crypto));
	ck_assert_uint_eq(crypto.tag, 1);
	ck_assert_int_eq(crypto.suite, KEYING_AES_CM_128_80);
	ck_assert_mem_eq(crypto.key, "YS___semctl () {\t220;}\n}\nunles", 30);
	keying_write_crypto(&crypto, text);
	ck_assert_str_eq(text, "1 " SUITE80 " inline:" KEY30);
}
END_TEST

/* Every suite's key is written and read back, whatever is left over of the last three octets. */
START_TEST(every_suite_is_written_and_read_back)
{
	for (enum keying_suite suite = KEYING_NONE + 1; suite < KEYING_SUITES; suite++) {
		struct keying_crypto crypto = { .tag = 999999999, .suite = (uint8_t)suite }, back;
		char text[KEYING_TEXT_MAX];

		for (size_t i = 0; i < keying_key_len(suite); i++)
			crypto.key[i] = (uint8_t)(i * 37 + 200);
		keying_write_crypto(&crypto, text);
		ck_assert_msg(keying_read_crypto(text, &back), "%s", text);
		ck_assert_mem_eq(&crypto, &back, sizeof(back));
	}
}
END_TEST

START_TEST(crypto_line_that_we_cannot_use_is_refused)
{
	static const char *const lines[] = {
		"",
		"1",
		"1 ",
		"0 " SUITE80 " inline:" KEY30,
		"01 " SUITE80 " inline:" KEY30,
		"1234567890 " SUITE80 " inline:" KEY30,
		"x " SUITE80 " inline:" KEY30,
		"1 F8_128_HMAC_SHA1_80 inline:" KEY30,
		"1 AES_CM_128_HMAC_SHA1_8 inline:" KEY30,
		"1 aes_cm_128_hmac_sha1_80 inline:" KEY30,
		"1 " SUITE80,
		"1 " SUITE80 " inline:",
		"1 " SUITE80 " inline:AAAA",
		"1 " SUITE80 " inline:" KEY30 "AAAA",
		"1 " SUITE80 " inline:" KEY30 "|2^20|1:4",
		"1 " SUITE80 " inline:" KEY30 ";inline:" KEY30,
		"1 " SUITE80 " inline:!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
		"1 " SUITE80 " uri:https://example.com/key",
		/* RFC 4568 6.3: these change what goes over the wire */
		"1 " SUITE80 " inline:" KEY30 " UNENCRYPTED_SRTP",
		"1 " SUITE80 " inline:" KEY30 " KDR=1",
	};
	struct keying_crypto crypto = { .tag = 77 };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		ck_assert_msg(!keying_read_crypto(lines[i], &crypto), "%s", lines[i]);
	ck_assert_uint_eq(crypto.tag, 77);
	ck_assert(keying_read_crypto("1 " SUITE80 " inline:" KEY30 " -x=1 -y", &crypto));
}
END_TEST

#define OCTETS "00:01:02:03:04:05:06:07:08:09:0a:0B:0c:0D:0e:0F"

/* RFC 8122 5 */
START_TEST(fingerprint_is_read_of_the_hashes_that_hold)
{
	struct keying_fingerprint found;

	ck_assert(keying_read_fingerprint("SHA-256 " OCTETS ":" OCTETS, &found));
	ck_assert_str_eq(found.hash, "sha-256");
	ck_assert_uint_eq(found.len, 32);
	ck_assert_uint_eq(found.octets[11], 11);
	ck_assert_uint_eq(found.octets[31], 15);
	ck_assert(keying_read_fingerprint("sha-384 " OCTETS ":" OCTETS ":" OCTETS, &found));
	ck_assert(!keying_read_fingerprint("sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
					   "10:11:12:13",
					   &found));
	static const char *const lines[] = {
		"",
		"sha-256",
		"sha-256 ",
		"sha-256 " OCTETS,
		"sha-256 " OCTETS ":" OCTETS ":00",
		"sha-256 " OCTETS "-" OCTETS,
		"sha-256 " OCTETS ":" OCTETS " ",
		"sha-256 0:" OCTETS ":" OCTETS,
		"sha-256 gg:" OCTETS ":" OCTETS,
	};
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		ck_assert_msg(!keying_read_fingerprint(lines[i], &found), "%s", lines[i]);
}
END_TEST

START_TEST(setup_role_is_read)
{
	ck_assert_int_eq(keying_read_setup("actpass"), KEYING_ACTPASS);
	ck_assert_int_eq(keying_read_setup("ACTIVE"), KEYING_ACTIVE);
	ck_assert_int_eq(keying_read_setup("passive"), KEYING_PASSIVE);
	ck_assert_int_eq(keying_read_setup("holdconn"), KEYING_SETUP_NONE);
	ck_assert_int_eq(keying_read_setup(""), KEYING_SETUP_NONE);
}
END_TEST

UNIT_MAIN("keying", crypto_line_of_rfc_4568_is_read, every_suite_is_written_and_read_back,
	  crypto_line_that_we_cannot_use_is_refused, fingerprint_is_read_of_the_hashes_that_hold,
	  setup_role_is_read)
