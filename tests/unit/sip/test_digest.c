/* Digest: the RFCs' own vectors, every form of algorithm and qop (computed by Python's hashlib), what is refused. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/digest.h"
#include "tests/unit/unit.h"

enum { PARAMS = 16, TEXT = 1024 };

/* "a=b|c=d" as a list of parameters. */
static const char *const *split(const char *text)
{
	static char copy[4 * TEXT];
	static const char *params[PARAMS + 1];
	size_t n = 0;
	char *save = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *p = strtok_r(copy, "|", &save); p && n < PARAMS; p = strtok_r(NULL, "|", &save))
		params[n++] = p;
	params[n] = NULL;
	return params;
}

START_TEST(rfc_vectors_verify)
{
	static const struct {
		const char *params, *secret;
	} rows[] = {
		/* RFC 2617 3.5 */
		{ "username=\"Mufasa\"|realm=\"testrealm@host.com\"|"
		  "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"|uri=\"/dir/index.html\"|qop=auth|"
		  "nc=00000001|cnonce=\"0a4f113b\"|response=\"6629fae49393a05397450978507c4ef1\"|"
		  "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
		  "Circle Of Life" },
		/* RFC 7616 3.9.1 */
		{ "username=\"Mufasa\"|realm=\"http-auth@example.org\"|uri=\"/dir/index.html\"|"
		  "algorithm=MD5|nonce=\"7ypf/xlj9XXwfDPEoM4URrv/"
		  "xwf94BcCAzFZH4GiTo0v\"|nc=00000001|"
		  "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"|qop=auth|"
		  "response=\"8ca523f5e9506fed4657c9700eebdbec\"|"
		  "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
		  "Circle of Life" },
		{ "username=\"Mufasa\"|realm=\"http-auth@example.org\"|uri=\"/dir/index.html\"|"
		  "algorithm=SHA-256|nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\"|"
		  "nc=00000001|cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"|qop=auth|"
		  "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"|"
		  "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
		  "Circle of Life" },
	};
	const struct digest_request request = { .method = "GET" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct digest_credentials c;

		ck_assert_int_eq(digest_read_credentials("Digest", split(rows[i].params), &c), 0);
		ck_assert(digest_verify(&c, rows[i].secret, &request));
		ck_assert(!digest_verify(&c, "wrong", &request));
		c.response[0] ^= 1;
		ck_assert(!digest_verify(&c, rows[i].secret, &request));
	}
}
END_TEST

START_TEST(every_form_of_response)
{
	static const struct {
		enum digest_algorithm algorithm;
		bool sess;
		uint8_t qop;
		const char *response;
	} rows[] = {
		{ DIGEST_MD5, false, DIGEST_QOP_AUTH, "9950ce0682b30629f95e23a70ba34f66" },
		{ DIGEST_MD5, false, DIGEST_QOP_AUTH_INT, "93312ed857490dceed2916ec391664bf" },
		{ DIGEST_MD5, false, 0, "18a5cc8c8d5a99dad6d363dc37f44671" },
		{ DIGEST_MD5, true, DIGEST_QOP_AUTH, "29fcccf97774da83ad9abd36ec183c97" },
		{ DIGEST_MD5, true, DIGEST_QOP_AUTH_INT, "7860d4fcc7587a34f07500394acd5355" },
		{ DIGEST_MD5, true, 0, "08d7e77a6d6c9eb79919510b9eddad4c" },
		{ DIGEST_SHA256, false, DIGEST_QOP_AUTH,
		  "9999f2b29cb2034d76cf83862fec61e502512ffae201a2ad89b321da585cbe13" },
		{ DIGEST_SHA256, false, DIGEST_QOP_AUTH_INT,
		  "fc85a2ab3c630fd9d464c7c74c9ba3312732d6106317dfe18e23dd5278d55252" },
		{ DIGEST_SHA256, false, 0,
		  "fc3181b7ac2d0a6d8da1355f42c00f2cddb2299fbd0d6536860980ecc859105d" },
		{ DIGEST_SHA256, true, DIGEST_QOP_AUTH,
		  "cb20a5f2cf441b3654e1e33123b58c0e5d5226ee308e00f9c9c4d0179e8e7a2b" },
		{ DIGEST_SHA512_256, false, DIGEST_QOP_AUTH,
		  "660a05bc99f53921be2f2d7de1ad49c8ae4fe4a2eb18fa634637fd51ea487ffe" },
		{ DIGEST_SHA512_256, true, DIGEST_QOP_AUTH_INT,
		  "c07a5b652d703e5a525609f2f858b8cd1b9a6086955df9ac57737197d72babf5" },
	};
	const struct digest_request request = { .method = "INVITE", .body = "v=0\r\n", .len = 5 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct digest_credentials c = {
			.user = "alice",
			.realm = "example.org",
			.nonce = "n1",
			.cnonce = "c1",
			.uri = "sip:100@example.org",
			.nc = 10,
			.algorithm = rows[i].algorithm,
			.sess = rows[i].sess,
			.qop = rows[i].qop,
		};
		char response[DIGEST_HEX_MAX];

		ck_assert(digest_respond(&c, "secret \"x\"", &request, response));
		ck_assert_str_eq(response, rows[i].response);
	}
}
END_TEST

/* Words of a value read back from what was written, quoted pairs included. */
static const char *const *params_of(char *written)
{
	static const char *params[PARAMS + 1];
	size_t n = 0;
	bool quoted = false;
	char *start = strchr(written, ' ') + 1;

	for (char *c = start; n < PARAMS; c++) {
		if (*c == '\\' && c[1]) {
			c++;
			continue;
		}
		quoted ^= *c == '"';
		if (*c && (*c != ',' || quoted))
			continue;
		params[n++] = start;
		if (!*c)
			break;
		*c = '\0';
		start = c + 2;
	}
	params[n] = NULL;
	return params;
}

START_TEST(what_is_written_reads_back)
{
	const struct digest_challenge challenge = {
		.realm = "say \"hello\", \\ world",
		.nonce = "n",
		.opaque = "",
		.has_opaque = true,
		.algorithm = DIGEST_SHA512_256,
		.sess = true,
		.qop = DIGEST_QOP_AUTH | DIGEST_QOP_AUTH_INT,
		.stale = true,
	};
	struct digest_challenge read;
	char text[DIGEST_HEADER_MAX];

	digest_write_challenge(&challenge, text);
	ck_assert_int_eq(digest_read_challenge("digest", params_of(text), &read), 0);
	ck_assert_str_eq(read.realm, challenge.realm);
	ck_assert(read.has_opaque && read.sess && read.stale);
	ck_assert_int_eq(read.algorithm, challenge.algorithm);
	ck_assert_uint_eq(read.qop, challenge.qop);

	struct digest_credentials c = {
		.user = "al\"ice", .realm = "r\\", .nonce = "n", .uri = "sip:b", .cnonce = "c",
		.algorithm = DIGEST_SHA256, .qop = DIGEST_QOP_AUTH, .nc = 0xabcdef01,
	}, back;
	const struct digest_request request = { .method = "BYE" };

	ck_assert(digest_respond(&c, "s", &request, c.response));
	digest_write_credentials(&c, text);
	ck_assert_int_eq(digest_read_credentials("Digest", params_of(text), &back), 0);
	ck_assert_str_eq(back.user, c.user);
	ck_assert_str_eq(back.realm, c.realm);
	ck_assert_uint_eq(back.nc, c.nc);
	ck_assert(digest_verify(&back, "s", &request));
}
END_TEST

START_TEST(the_longest_fits_what_is_written)
{
	struct digest_credentials c = { .qop = DIGEST_QOP_AUTH_INT, .has_opaque = true };
	char text[DIGEST_HEADER_MAX];

	memset(c.user, '"', sizeof(c.user) - 1);
	memset(c.realm, '"', sizeof(c.realm) - 1);
	memset(c.nonce, '"', sizeof(c.nonce) - 1);
	memset(c.opaque, '"', sizeof(c.opaque) - 1);
	memset(c.cnonce, '"', sizeof(c.cnonce) - 1);
	memset(c.uri, '"', sizeof(c.uri) - 1);
	memset(c.response, 'a', sizeof(c.response) - 1);
	digest_write_credentials(&c, text);
	ck_assert_ptr_nonnull(strstr(text, "nc=00000000"));
}
END_TEST

START_TEST(broken_challenges_are_refused)
{
	static const struct {
		const char *scheme, *params;
		int rc;
	} rows[] = {
		{ "Digest", "realm=\"r\"|nonce=\"n\"", 0 },
		{ "DIGEST", "realm = \"r\"|NONCE=n|stale=TRUE|x=y", 0 },
		{ "Digest", "realm=\"\"|nonce=\"\"", 0 },
		{ "Digest", "realm=\"r\"|nonce=\"n\"|qop=\"foo,auth-int\"", 0 },
		{ "Basic", "realm=\"r\"|nonce=\"n\"", -ENOTSUP },
		{ "Digest", "realm=\"r\"|nonce=\"n\"|algorithm=SHA-1", -ENOTSUP },
		{ "Digest", "realm=\"r\"|nonce=\"n\"|algorithm=-sess", -ENOTSUP },
		{ "Digest", "realm=\"r\"|nonce=\"n\"|algorithm=\"AKAv1-MD5\"", -ENOTSUP },
		{ "Digest", "realm=\"r\"|nonce=\"n\"|qop=\"token\"", -ENOTSUP },
		{ "Digest", "nonce=\"n\"", -EINVAL },
		{ "Digest", "realm=\"r\"", -EINVAL },
		{ "Digest", "realm=\"r\"|nonce=\"n\"|realm=\"s\"", -EINVAL },
		{ "Digest", "realm=\"r|nonce=\"n\"", -EINVAL },
		{ "Digest", "realm=\"r\\\"|nonce=\"n\"", -EINVAL },
		{ "Digest", "realm=\"r\"x|nonce=\"n\"", -EINVAL },
		{ "Digest", "realm=\"r\n\"|nonce=\"n\"", -EINVAL },
		{ "Digest", "realm|nonce", -EINVAL },
		{ "Digest", "", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct digest_challenge c;

		ck_assert_msg(digest_read_challenge(rows[i].scheme, split(rows[i].params), &c) ==
				      rows[i].rc,
			      "%s", rows[i].params);
	}
	struct digest_challenge c;
	ck_assert_int_eq(digest_read_challenge(NULL, NULL, &c), -ENOTSUP);
	ck_assert_int_eq(digest_read_challenge("Digest", NULL, &c), -EINVAL);
}
END_TEST

START_TEST(what_is_too_long_is_refused_not_cut)
{
	char params[2 * TEXT], text[TEXT];
	struct digest_challenge c;

	memset(text, 'x', sizeof(text));
	for (size_t len = DIGEST_TEXT_MAX - 2; len <= DIGEST_TEXT_MAX + 1; len++) {
		snprintf(params, sizeof(params), "realm=\"r\"|nonce=\"%.*s\"", (int)len, text);
		ck_assert_int_eq(digest_read_challenge("Digest", split(params), &c),
				 len < DIGEST_TEXT_MAX ? 0 : -EINVAL);
	}
}
END_TEST

START_TEST(broken_credentials_are_refused)
{
#define GOOD "username=u|realm=r|nonce=n|uri=\"sip:a\"|"
#define HASH "response=\"6629fae49393a05397450978507c4ef1\""
	static const struct {
		const char *params;
		int rc;
	} rows[] = {
		{ GOOD HASH, 0 },
		{ GOOD HASH "|qop=auth|nc=0000000F|cnonce=\"c\"", 0 },
		{ GOOD HASH "|qop=\"auth-int\"|nc=00000001|cnonce=\"c\"", 0 },
		{ GOOD "response=\"6629FAE49393A05397450978507C4EF1\"", 0 },
		{ GOOD HASH "|algorithm=SHA-256", -EINVAL }, /* too short for it */
		{ GOOD HASH "|qop=auth|cnonce=\"c\"", -EINVAL },
		{ GOOD HASH "|qop=auth|nc=1|cnonce=\"c\"", -EINVAL },
		{ GOOD HASH "|qop=auth|nc=000000001|cnonce=\"c\"", -EINVAL },
		{ GOOD HASH "|qop=auth|nc=-0000001|cnonce=\"c\"", -EINVAL },
		{ GOOD HASH "|qop=auth|nc=0x000001|cnonce=\"c\"", -EINVAL },
		{ GOOD HASH "|qop=auth|nc=00000001", -EINVAL },
		{ GOOD HASH "|qop=\"auth,auth-int\"|nc=00000001|cnonce=c", -EINVAL },
		{ GOOD HASH "|algorithm=MD5-sess", -EINVAL },
		{ GOOD "response=\"zz29fae49393a05397450978507c4ef1\"", -EINVAL },
		{ GOOD "response=\"\"", -EINVAL },
		{ "username=u|realm=r|nonce=n|" HASH, -EINVAL },
		{ "realm=r|nonce=n|uri=x|" HASH, -EINVAL },
		{ GOOD HASH "|" HASH, -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct digest_credentials c;

		ck_assert_msg(digest_read_credentials("Digest", split(rows[i].params), &c) ==
				      rows[i].rc,
			      "%s", rows[i].params);
	}
}
END_TEST

START_TEST(the_strongest_is_better)
{
	const struct digest_challenge md5 = { .algorithm = DIGEST_MD5 },
				      sha = { .algorithm = DIGEST_SHA256 };

	ck_assert(digest_is_better(&sha, &md5));
	ck_assert(!digest_is_better(&md5, &sha));
	ck_assert(!digest_is_better(&sha, &sha)); /* then the topmost (RFC 8760 2.4) */
}
END_TEST

START_TEST(randomness_is_hex_and_differs)
{
	char one[33], other[33];

	ck_assert(digest_random_hex(one, 16) && digest_random_hex(other, 16));
	ck_assert_uint_eq(strspn(one, "0123456789abcdef"), 32);
	ck_assert_str_ne(one, other);
	ck_assert(!digest_random_hex(one, 4096));
}
END_TEST

UNIT_MAIN("digest", rfc_vectors_verify, every_form_of_response, what_is_written_reads_back,
	  the_longest_fits_what_is_written, broken_challenges_are_refused,
	  what_is_too_long_is_refused_not_cut, broken_credentials_are_refused,
	  the_strongest_is_better, randomness_is_hex_and_differs)
