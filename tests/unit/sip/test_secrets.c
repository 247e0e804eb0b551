/* What is hidden in copies of messages, and what is not. */
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/secrets.h"
#include "tests/unit/unit.h"

static const char *hidden(const char *text)
{
	static char out[1024];

	ck_assert_uint_lt(strlen(text), sizeof(out));
	strcpy(out, text);
	secrets_hide(out, strlen(out));
	return out;
}

START_TEST(answer_to_a_challenge_is_hidden)
{
	ck_assert_str_eq(
		hidden("INVITE sip:b@h SIP/2.0\r\nAuthorization: Digest r=\"01\"\r\nTo: a\r\n"),
		"INVITE sip:b@h SIP/2.0\r\nAuthorization: ****** ******\r\nTo: a\r\n");
	ck_assert_str_eq(hidden("proxy-authorization: a,\r\n b\r\nTo: a\r\n"),
			 "proxy-authorization: **\r\n *\r\nTo: a\r\n");
	ck_assert_str_eq(hidden("WWW-Authenticate: a\r\nAuthorization"),
			 "WWW-Authenticate: a\r\nAuthorization");
}
END_TEST

/* RFC 4568 9.1 */
START_TEST(key_of_media_is_hidden)
{
	ck_assert_str_eq(
		hidden("c: application/sdp\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
		       "inline:d0Rm|2^20\r\na=sendrecv\r\n"),
		"c: application/sdp\r\n\r\nv=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
		"inline:*********\r\na=sendrecv\r\n");
	/* A head has no descriptions. */
	ck_assert_str_eq(hidden("a=crypto:1 x inline:1\r\n\r\n"), "a=crypto:1 x inline:1\r\n\r\n");
}
END_TEST

START_TEST(keys_pressed_are_hidden)
{
	ck_assert_str_eq(
		hidden("Content-Type: application/DTMF-relay\r\n\r\nSignal=5\r\nDuration=160\r\n"),
		"Content-Type: application/DTMF-relay\r\n\r\nSignal=*\r\nDuration=***\r\n");
	ck_assert_str_eq(hidden("c: application/dtmf\n\n5"), "c: application/dtmf\n\n*");
	ck_assert_str_eq(hidden("c: text/plain\n\nSignal=5\n"), "c: text/plain\n\nSignal=5\n");
}
END_TEST

/* RFC 3261 25.1, HCOLON */
START_TEST(blanks_and_folds_hide_nothing_from_us)
{
	static const char *const rows[][2] = {
		{ "Authorization : Digest a\r\n b\r\n", "Authorization : ****** *\r\n *\r\n" },
		{ "Proxy-Authorization\t :a\r\n", "Proxy-Authorization\t :*\r\n" },
		{ "Content-Type : application/dtmf-relay\n\nSignal=5\n",
		  "Content-Type : application/dtmf-relay\n\nSignal=*\n" },
		{ "c \t: application/dtmf\n\n5", "c \t: application/dtmf\n\n*" },
		{ "Content-Type:\r\n application/dtmf\r\n\r\n5",
		  "Content-Type:\r\n application/dtmf\r\n\r\n*" },
		{ "c: text/plain\nSubject: a\n /dtmf\n\n5",
		  "c: text/plain\nSubject: a\n /dtmf\n\n5" },
		{ "Authorization x: a\r\n", "Authorization x: a\r\n" },
		{ "Authorizations: a\r\n", "Authorizations: a\r\n" },
		{ "Authorization \r\n: a\r\n", "Authorization \r\n: a\r\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_str_eq(hidden(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(text_that_breaks_off_is_no_trouble)
{
	const char *whole = "Authorization: x\r\n\r\na=crypto:1 inline:k";
	char *part;

	for (size_t len = 0; len <= strlen(whole); len++) {
		part = malloc(len ? len : 1); /* exactly as long, for the sanitizer */
		ck_assert_ptr_nonnull(part);
		memcpy(part, whole, len);
		secrets_hide(part, len);
		free(part);
	}
}
END_TEST

UNIT_MAIN("secrets", answer_to_a_challenge_is_hidden, key_of_media_is_hidden,
	  keys_pressed_are_hidden, blanks_and_folds_hide_nothing_from_us,
	  text_that_breaks_off_is_no_trouble)
