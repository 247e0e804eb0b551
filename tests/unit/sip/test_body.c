/* Bodies: which part is the session description, and what may be ignored (RFC 5621). */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/sip_header.h>

#include "sip/text/body.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

#define SDP "v=0\r\no=-"
#define MIXED "multipart/mixed;boundary=b"
#define PART(headers, text) "--b\r\n" headers "\r\n" text "\r\n"
#define SDP_PART PART("Content-Type: application/sdp\r\n", SDP)
#define ISUP_PART                                                                                  \
	PART("Content-Type: application/isup;version=x\r\n"                                        \
	     "Content-Disposition: signal;handling=optional\r\n",                                  \
	     "\x01\x10")
#define ISUP_REQUIRED PART("Content-Type: application/isup\r\n", "\x01\x10")

/* clang-format off */
static const struct row {
	const char *type, *disposition, *encoding, *body; /* NULL: no such header */
	int status;
	const char *sdp;
} rows[] = {
	{ NULL, NULL, NULL, "", 0, "" },
	{ "application/sdp", NULL, NULL, SDP, 0, SDP },
	{ "Application/SDP;charset=utf-8", "session;handling=optional", NULL, SDP, 0, SDP },
	{ NULL, NULL, NULL, SDP, 415, "" },
	{ "text/plain", NULL, NULL, "hello", 415, "" },
	/* RFC 3261 20.11: handling is required unless it says otherwise */
	{ "text/plain", "render;handling=required", NULL, "hello", 415, "" },
	{ "text/plain", "render;handling=optional", NULL, "hello", 0, "" },
	{ "application/sdp", "early-session;handling=optional", NULL, SDP, 0, "" }, /* RFC 3959 */
	{ "application/sdp", "early-session", NULL, SDP, 415, "" },
	/* RFC 3261 20.12 */
	{ "application/sdp", NULL, "identity", SDP, 0, SDP },
	{ "application/sdp", NULL, "gzip", SDP, 415, "" },
	{ "application/sdp", NULL, "identity, gzip", SDP, 415, "" },
	{ "application/sdp", "session;handling=optional", "gzip", SDP, 0, "" },
	/* RFC 5621 3.1, RFC 3204: a description and ISUP */
	{ MIXED, NULL, NULL, SDP_PART ISUP_PART "--b--\r\n", 0, SDP },
	{ MIXED, NULL, NULL, "preamble\r\n" ISUP_PART SDP_PART "--b--", 0, SDP },
	{ "multipart/mixed;boundary=\"b c\"", NULL, NULL,
	  "--b c\r\nc: application/sdp\r\n\r\n" SDP "\r\n--b c-- \r\n", 0, SDP },
	{ MIXED, NULL, NULL, SDP_PART ISUP_REQUIRED "--b--", 415, "" },
	{ MIXED, NULL, NULL, ISUP_PART "--b--", 0, "" },
	{ MIXED, NULL, NULL, "--b\r\n\r\n" SDP "\r\n--b--", 415, "" }, /* text/plain, RFC 2046 5.1 */
	{ MIXED, NULL, NULL, "--b\nContent-Type: application/sdp\n\n" SDP "\n--b--\n", 0, SDP },
	{ MIXED, NULL, NULL, PART("Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n",
				  "dj0w") "--b--", 415, "" },
	{ MIXED, NULL, NULL, PART("Content-Type: application/sdp\r\nContent-Transfer-Encoding: binary\r\n",
				  SDP) "--b--", 0, SDP },
	{ MIXED, NULL, NULL, SDP_PART PART("Content-Type: application/sdp\r\n", "v=1") "--b--", 0, SDP },
	{ MIXED, NULL, NULL, SDP_PART "--bb\r\n--b--", 0, SDP "\r\n--bb" }, /* of another multipart */
	{ MIXED, NULL, NULL, "--b--", 0, "" },
	{ "multipart/mixed", NULL, NULL, SDP_PART "--b--", 400, "" },
	{ "multipart/mixed;boundary=", NULL, NULL, "--\r\n----", 415, "" },
	{ "multipart/mixed;boundary=\"\"", NULL, NULL, "--\r\n----", 400, "" },
	{ "multipart/mixed;boundary=b2345678901234567890123456789012345678901234567890123456789012345678901",
	  NULL, NULL, SDP_PART "--b--", 400, "" },
	{ MIXED, NULL, NULL, "nothing", 400, "" },
	{ MIXED, NULL, NULL, SDP_PART, 400, "" },
	{ MIXED, NULL, NULL, "--b", 400, "" },
	{ MIXED, NULL, NULL, "--b\r\n", 400, "" },
	{ MIXED, NULL, NULL, "--b\r\n:\r\n: x\r\nContent-Type\r\nContent-Type: \r\n\r\n--b--", 415, "" },
	{ MIXED, NULL, NULL, ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART
	  ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART ISUP_PART
	  ISUP_PART "--b--", 400, "" },
};
/* clang-format on */

/* A message of these headers; NULL without memory. */
static const sip_t *message(su_home_t *home, const struct row *row)
{
	sip_t *sip = su_zalloc(home, sizeof(*sip));

	if (!sip)
		return NULL;
	sip->sip_payload = sip_payload_create(home, row->body, (issize_t)strlen(row->body));
	if (row->type)
		sip->sip_content_type = sip_content_type_make(home, row->type);
	if (row->disposition)
		sip->sip_content_disposition = sip_content_disposition_make(home, row->disposition);
	if (row->encoding)
		sip->sip_content_encoding = sip_content_encoding_make(home, row->encoding);
	return sip;
}

START_TEST(session_description_is_found_in_a_body)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		su_home_t home[1] = { SU_HOME_INIT(home) };
		const char *text = "";
		size_t len = 99;

		su_home_init(home);
		int status = body_find_sdp(message(home, &rows[i]), &text, &len);
		ck_assert_msg(status == rows[i].status, "%d: row %zu", status, i);
		ck_assert_msg(len == strlen(rows[i].sdp) &&
				      (!len || !memcmp(text, rows[i].sdp, len)),
			      "%.*s: row %zu", (int)len, text, i);
		su_home_deinit(home);
	}
}
END_TEST

/* Without memory a part's headers are not known, so it is refused, not misread. */
START_TEST(lack_of_memory_is_a_refusal)
{
	const struct row row = { MIXED, NULL, NULL, SDP_PART ISUP_PART "--b--", 0, SDP };
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	const sip_t *sip = message(home, &row);
	OOM_EACH(done)
	{
		const char *text;
		size_t len;
		int status = body_find_sdp(sip, &text, &len);

		oom_off();
		ck_assert(status == 0 || status == 415);
		done = status == 0;
		if (done)
			ck_assert_uint_eq(len, strlen(SDP));
	}
	su_home_deinit(home);
}
END_TEST

UNIT_MAIN("body", session_description_is_found_in_a_body, lack_of_memory_is_a_refusal)
