/* Requests of no dialog: who may speak, and what can be a call. */
#include "tests/unit/sip/rig_peer.h"

#define SDP_BASE "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
#define SDP SDP_BASE "m=audio 4000 RTP/AVP 8\r\n"
#define SDP_G729 SDP_BASE "m=audio 5000 RTP/AVP 18\r\n"
#define SDP_GROUP SDP_BASE "m=audio 5000 RTP/AVP 8\r\nc=IN IP4 224.0.0.1\r\n"

static struct rig rig;

/* The log lines about strangers. */
static unsigned stranger_lines;
static char stranger_line[512];

static void on_log(struct log_target *target, unsigned level, const char *line)
{
	(void)target;
	(void)level;
	if (!strstr(line, "request refused"))
		return;
	stranger_lines++;
	snprintf(stranger_line, sizeof(stranger_line), "%s", line);
}

/* A flood of them is one line a second. */
START_TEST(strangers_are_told_of_in_the_log)
{
	struct log_target *log;
	char from[64];
	uint16_t port;
	int fd;

	rig_open(&rig);
	log = log_target_create();
	ck_assert_ptr_nonnull(log);
	log->output = on_log;
	log_set_all_filter(log, 1);
	log_set_log_level(log, LOGL_NOTICE);
	log_add_target(log);
	fd = rig_socket("127.0.0.2", &port);
	snprintf(from, sizeof(from), "127.0.0.2:%u is no peer's address", port);
	for (unsigned i = 0; i < 12; i++) {
		char head[RIG_TEXT];

		if (i == 11)
			rig_pass(&rig, 1000);
		snprintf(head, sizeof(head),
			 "OPTIONS sip:127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
			 "127.0.0.2;rport;branch=z9hG4bK%u\n"
			 "From: <sip:1@127.0.0.2>;tag=x\nTo: <sip:127.0.0.1>\nCall-ID: x%u\n"
			 "CSeq: 1 OPTIONS\n",
			 i, i);
		peer_says_from(&rig, fd, head, "");
		ck_assert_uint_eq(stranger_lines, i == 11 ? 2 : 1);
	}
	ck_assert_ptr_nonnull(strstr(stranger_line, from));
	ck_assert_ptr_nonnull(strstr(stranger_line, " 10 more"));
	log_target_destroy(log);
	close(fd);
	rig_close(&rig);
}
END_TEST

START_TEST(strangers_are_refused_and_counted)
{
	struct sip_totals totals;
	uint16_t port;
	int fd;

	rig_open(&rig);
	fd = rig_socket("127.0.0.2", &port);
	peer_says_from(&rig, fd,
		       "INVITE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
		       "127.0.0.2;rport;branch=z9hG4bKx\n"
		       "From: <sip:1@127.0.0.2>;tag=x\nTo: <sip:600@127.0.0.1>\nCall-ID: x\n"
		       "CSeq: 1 INVITE\nContact: <sip:1@127.0.0.2>\n",
		       SDP);
	ck_assert(peer_hears_on(&rig, fd));
	ck_assert(!strncmp(rig.heard, "SIP/2.0 403 ", 12));
	sip_totals(rig.sip, &totals);
	ck_assert_uint_eq(totals.unknown_source, 1);
	ck_assert_uint_eq(totals.sessions, 0);
	ck_assert_uint_eq(totals.transactions, 0); /* nothing is kept of it */
	close(fd);
	rig_close(&rig);
}
END_TEST

/* RFC 3261 8.1.1.8: a remote target that cannot be sent to */
START_TEST(hostile_contact_is_refused)
{
	static const char *const contacts[] = {
		"tel:+4912",
		"<mailto:a@b>",
		"*",
		"<foo:bar>",
		"<sip:>",
		"<sips:a@127.0.0.1>",
		"<sip:a@%zz%00>",
		"<sip:a@[::1>",
		"<http://x/>",
		"<sip:a@127.0.0.1;ttlx>",
		"<sip:a@127.0.0.1>\nRecord-Route: <tel:+4912>",
		"<sip:a@127.0.0.1>\nRecord-Route: <sip:127.0.0.1;lrx>",
		"<sip:a@127.0.0.1>\nRecord-Route: <sip:127.0.0.1;x;LR9>",
		"<sip:a@127.0.0.1>\nRecord-Route: <sip:127.0.0.1;lr>, <foo:bar>",
	};

	for (size_t i = 0; i < sizeof(contacts) / sizeof(contacts[0]); i++) {
		rig_open(&rig);
		peer_says(&rig, SDP,
			  "INVITE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
			  "127.0.0.1:%u;branch=z9hG4bKx\n"
			  "From: <sip:1@127.0.0.1>;tag=x\nTo: <sip:600@127.0.0.1>\nCall-ID: x\n"
			  "CSeq: 1 INVITE\nContact: %s\n",
			  rig.peer.port, contacts[i]);
		peer_hears(&rig, "SIP/2.0 400 ");
		ck_assert_uint_eq(rig.target.asked, 0);
		rig_close(&rig);
	}
}
END_TEST

START_TEST(invite_that_cannot_be_a_call_is_refused)
{
	static const struct {
		const char *uri, *more, *body, *status, *header, *value;
	} rows[] = {
		{ "sip:alice@127.0.0.1", "", SDP, "SIP/2.0 404 ", "Server", "" },
		{ "sip:123456789012345678901234567890123@127.0.0.1", "", SDP, "SIP/2.0 484 ",
		  "Server", "Crosspoint" },
		{ "http://x/", "", SDP, "SIP/2.0 416 ", "Server", "Crosspoint" },
		{ "sip:600@127.0.0.1", "Require: 100rel\n", SDP, "SIP/2.0 420 ", "Unsupported",
		  "100rel" },
		{ "sip:600@127.0.0.1", "Content-Encoding: gzip\n", SDP, "SIP/2.0 415 ", "Accept",
		  "application/sdp, multipart/mixed" },
		{ "sip:600@127.0.0.1", "Content-Encoding: gzip\n", SDP, "SIP/2.0 415 ",
		  "Accept-Encoding", "identity" },
		{ "sip:600@127.0.0.1", "", "v=0\r\nxxx", "SIP/2.0 400 ", "Server", "Crosspoint" },
		{ "sip:600@127.0.0.1", "", SDP_G729, "SIP/2.0 488 ", "Warning",
		  "305 Crosspoint \"Incompatible media format\"" },
		{ "sip:600@127.0.0.1", "", SDP_GROUP, "SIP/2.0 488 ", "Warning",
		  "301 Crosspoint \"Incompatible network address formats\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rig_open(&rig);
		peer_says(&rig, rows[i].body,
			  "INVITE %s SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKx\n"
			  "From: <sip:1@127.0.0.1>;tag=x\nTo: <sip:600@127.0.0.1>\nCall-ID: x\n"
			  "CSeq: 1 INVITE\nContact: <sip:a@127.0.0.1>\n%s",
			  rows[i].uri, rig.peer.port, rows[i].more);
		peer_hears(&rig, rows[i].status);
		if (*rows[i].value)
			ck_assert_str_eq(heard(&rig, rows[i].header), rows[i].value);
		rig_close(&rig);
	}
}
END_TEST

/* RFC 3261 8.1.1: without these no dialog can be told from another */
START_TEST(invite_that_no_dialog_can_be_known_by_is_refused)
{
	static const struct {
		const char *from, *to, *call_id, *cseq;
		int status; /* 0: it is not answered */
	} rows[] = {
		{ ";tag=x", "", "x", "1", 100 },
		{ ";tag=x", "", "x", "2147483647", 100 },
		{ ";tag=x;tag=y", "", "x", "1", 400 },
		{ ";tag=x;TAG=x", "", "x", "1", 400 },
		{ ";tag=x;tag", "", "x", "1", 400 },
		{ ";tag", "", "x", "1", 400 },
		{ ";tag=", "", "x", "1", 400 },
		{ ";tag=x", ";tag=a;tag=b", "x", "1", 400 },
		{ ";tag=x", ";tag", "x", "1", 400 },
		{ ";tag=x", ";tag=a", "x", "1", 481 },
		{ ";tag=x", "", "", "1", 400 },
		{ ";tag=x", "", "x", "2147483648", 400 },
		{ ";tag=x", "", "x", "4294967295", 400 },
		{ ";tag=x", "", "x", "4294967296", 400 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char status[16];

		rig_open(&rig);
		peer_says(&rig, SDP,
			  "INVITE sip:600@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "
			  "127.0.0.1:%u;branch=z9hG4bKx\n"
			  "From: <sip:1@127.0.0.1>%s\nTo: <sip:600@127.0.0.1>%s\nCall-ID: %s\n"
			  "CSeq: %s INVITE\nContact: <sip:a@127.0.0.1>\n",
			  rig.peer.port, rows[i].from, rows[i].to, rows[i].call_id, rows[i].cseq);
		snprintf(status, sizeof(status), "SIP/2.0 %d ", rows[i].status);
		if (rows[i].status)
			peer_hears(&rig, status);
		else
			peer_hears_nothing(&rig);
		ck_assert_uint_eq(rig.target.asked, rows[i].status == 100);
		rig_close(&rig);
	}
}
END_TEST

UNIT_MAIN("request", strangers_are_told_of_in_the_log, strangers_are_refused_and_counted,
	  hostile_contact_is_refused, invite_that_cannot_be_a_call_is_refused,
	  invite_that_no_dialog_can_be_known_by_is_refused)
