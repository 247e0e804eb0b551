/* First lines of requests, those that Sofia-SIP cannot parse among them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip_hclasses.h>
#include <sofia-sip/sip_header.h>

#include "sip/text/start_line.h"
#include "tests/unit/unit.h"

static msg_t *parsed(msg_mclass_t *mclass, const char *first_line)
{
	char text[512];
	int len = snprintf(text, sizeof(text),
			   "%s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
			   "To: <sip:b@h>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n",
			   first_line);

	return msg_make(mclass, 0, text, len);
}

START_TEST(request_is_told_from_garbage)
{
	static const struct {
		const char *line, *method; /* method NULL: nothing comes of it */
		int status;
	} rows[] = {
		{ "OPTIONS sip:b@h SIP/2.0", "OPTIONS", 0 },
		{ "OPTIONS  sip:b@h  SIP/2.0 ", "OPTIONS", 0 },
		{ "INVITE sip:b@h; lr SIP/2.0", "INVITE", 400 },          /* RFC 4475 3.1.2.8 */
		{ "REGISTER sip:2001:db8::10 SIP/2.0", "REGISTER", 400 }, /* RFC 5118 4.2 */
		{ "OPTIONS unreadable:x SIP/2.0", "OPTIONS", 400 },
		{ "OPTIONS other:x SIP/2.0", "OPTIONS", 0 },
		{ "OPTIONS sip:b@h SIP/7.0", "OPTIONS", 505 },
		{ "!a_*+`.%b'~ sip:b@h SIP/2.0", "!a_*+`.%b'~", 0 }, /* RFC 4475 3.1.1.2 */
		{ "INVITER sip:b@h SIP/2.0", "INVITER", 0 },
		{ "INVITE  SIP/2.0", NULL, 0 },
		{ "OPTIONS sip:b@h", NULL, 0 },
		{ "OPTIONS", NULL, 0 },
		{ "sip:b@h; lr SIP/2.0", NULL, 0 },
		{ "INVITE sip:b@h; lr HTTP/1.1", NULL, 0 },
	};
	msg_mclass_t *mclass = sip_extend_mclass(NULL);
	struct msg_hclass_s request_class[1];

	memcpy(request_class, sip_request_class, sizeof(request_class));
	request_class->hc_parse = start_line_parse;
	mclass->mc_request->hr_class = request_class;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msg_t *msg = parsed(mclass, rows[i].line);
		const sip_t *sip = msg ? sip_object(msg) : NULL;

		ck_assert_msg(!rows[i].method == !(sip && sip->sip_request), "%s", rows[i].line);
		if (rows[i].method) {
			ck_assert_str_eq(sip->sip_request->rq_method_name, rows[i].method);
			ck_assert_msg(start_line_status(sip) == rows[i].status, "%s", rows[i].line);
		}
		msg_destroy(msg);
	}
	free(mclass);
}
END_TEST

UNIT_MAIN("start_line", request_is_told_from_garbage)
