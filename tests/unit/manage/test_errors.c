/* Every fault that a configuration can have, and what is said of it. */
#include <string.h>

#include <osmocom/core/talloc.h>

#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

#define CABLE                                                                                      \
	"span a\n driver virtual\n far-end b\nspan b\n driver virtual\n far-end a\n" /* 6 lines */
#define TRUNK "trunk t\n protocol isdn\n span a\n d-channel 16\n channels 1-15\n"    /* 5 lines */
#define NAME_RULE "letters, digits, _ - and . are, after a letter or digit"

struct fault_case {
	const char *text;
	const char *faults; /* a line each */
};

static void check_cases(const struct fault_case *cases, size_t n)
{
	grammar_init();
	for (size_t i = 0; i < n; i++) {
		void *ctx = talloc_new(NULL);
		struct config_report *report = config_report_new(ctx, "f");
		struct config *config =
			config_read_text(ctx, cases[i].text, strlen(cases[i].text), report);
		char *told = talloc_strdup(ctx, "");

		for (size_t j = 0; j < config_report_count(report); j++)
			told = talloc_asprintf_append(told, "%s\n", config_report_get(report, j));
		ck_assert_str_eq(told, cases[i].faults);
		ck_assert(!config == (*told != '\0'));
		talloc_free(ctx);
	}
}

#define CHECK(...)                                                                                 \
	do {                                                                                       \
		static const struct fault_case cases[] = { __VA_ARGS__ };                          \
		check_cases(cases, sizeof(cases) / sizeof(cases[0]));                              \
	} while (0)

START_TEST(grammar_faults_say_what_would_be_right)
{
	CHECK({ "banana\n",
		"f:1: \"banana\" is unknown here; known are: cli, media, span, trunk, sip, peer, "
		"registrar, user, line, translation, time-range, lookup, trunk-group, route, "
		"emergency, fraud, "
		"records, "
		"http, webhook, snmp, "
		"history\n" },
	      { "trunks t\n", "f:1: \"trunks\" is unknown here; did you mean \"trunk\"?\n" },
	      { "trunk\n", "f:1: \"trunk\" is incomplete; it needs: NAME\n" },
	      { "trunk t x\n", "f:1: \"x\" is too much; nothing comes after \"trunk t\"\n" },
	      { "media\n jitter\n", "f:2: \"jitter\" is incomplete; it needs: adaptive, fixed\n" },
	      { "media\n jitter adaptive 20\n",
		"f:2: \"jitter adaptive 20\" is incomplete; it needs: a number from 10 to 500\n" },
	      { "media\n jitter elastic\n",
		"f:2: \"elastic\" is wrong after \"jitter\"; right would be: adaptive, fixed\n" },
	      { "media\n jitter fixed 9\n", "f:2: \"9\" is wrong after \"jitter fixed\"; right "
					    "would be: a number from 10 to 500\n" },
	      { "media\n dscp -1\n",
		"f:2: \"-1\" is wrong after \"dscp\"; right would be: a number from 0 to 63\n" },
	      { "media\n dscp 99999999999999999999\n",
		"f:2: \"99999999999999999999\" is wrong after \"dscp\"; right would be: a number "
		"from 0 to 63\n" },
	      { "media\n ds 1\n",
		"f:2: \"ds\" is unknown here; known are: ports, address, no, dscp, jitter\n" },
	      { "no trunk t\n",
		"f:1: \"no\" is unknown here; known are: cli, media, span, trunk, sip, peer, "
		"registrar, user, line, translation, time-range, lookup, trunk-group, route, "
		"emergency, fraud, "
		"records, "
		"http, webhook, snmp, "
		"history\n" },
	      { "media\n exit\n",
		"f:2: \"exit\" is unknown here; known are: ports, address, no, dscp, jitter\n" },
	      { "media\n end\n",
		"f:2: \"end\" is unknown here; known are: ports, address, no, dscp, jitter\n" });
}
END_TEST

#define RANGE_RULE                                                                                 \
	"is no address or range; one like 192.0.2.1 or 192.0.2.0/24, with no bit set beyond its "  \
	"length, is right\n"
#define PEER "peer p\n address 192.0.2.1\n" /* 2 lines */

START_TEST(guard_faults)
{
	CHECK({ "sip\n deny 192.0.2.1/24\n", "f:2: deny \"192.0.2.1/24\" " RANGE_RULE },
	      { "sip\n deny 192.0.2.1\n deny 192.0.2.1/32\n",
		"f:3: deny 192.0.2.1/32 is there already; once is right\n" },
	      { "sip\n limit source calls-per-second 0\n",
		"f:2: \"0\" is wrong after \"limit source calls-per-second\"; right would "
		"be: a "
		"number from 1 to 100000\n" },
	      { "sip\n no ban\n ban strangers\n",
		"f:3: sip: `no ban` bans nobody, but another `ban` says whom; `ban after "
		"10 within "
		"10 for 10` or none of them is right\n" },
	      { PEER " allow example.org\n", "f:3: allow \"example.org\" " RANGE_RULE },
	      { PEER " limit calls 5\n limit calls in 6\n",
		"f:3: peer p: `limit calls 5` is for both directions, and less than one of "
		"them; "
		"the limit of a direction is the smaller one\n" },
	      { PEER " number deny +41\n",
		"f:3: number \"+41\" is none; digits, *, # and A to D are right\n" },
	      { PEER " number deny 00\n number allow 00\n",
		"f:4: number 00 is there already; once is right\n" },
	      { PEER " number deny 12345678901234567\n",
		"f:3: number 12345678901234567 is too long; at most 16 digits are "
		"right\n" });
}
END_TEST

START_TEST(names_are_names_and_unique)
{
	CHECK({ "span a/1\n", "f:1: span \"a/1\" is no name; " NAME_RULE "\n" },
	      { "peer -x\n", "f:1: peer \"-x\" is no name; " NAME_RULE "\n" },
	      { "span a234567890123456\n",
		"f:1: span \"a234567890123456\" is too long; at most 15 characters\n" },
	      { "line l\n echo\nline m\n quiet\nline l\n ring\n",
		"f:5: line l exists already, on line 1; give it another name, or one place\n" },
	      { CABLE TRUNK TRUNK,
		"f:12: trunk t exists already, on line 7; give it another name, or one place\n" },
	      { "cli\nmedia\nsip\nmedia\n",
		"f:4: this section exists already, on line 2; keep it in one place\n" });
}
END_TEST

START_TEST(cli_faults)
{
	CHECK({ "cli\n listen 192.0.2.1\n", "f:2: cli listens on 192.0.2.1, where anyone could "
					    "give commands: there is no password; a "
					    "loopback address is right, as 127.0.0.1\n" },
	      { "cli\n listen localhost\n", "f:2: listen \"localhost\" is no address; an IPv4 or "
					    "IPv6 address in figures, as 192.0.2.1\n" },
	      { "cli\n listen 127.0.0.1 0\n", "f:2: \"0\" is wrong after \"listen 127.0.0.1\"; "
					      "right would be: a number from 1 to 65535\n" },
	      { "cli\n listen 127.0.0.1 5060\n", "f:2: cli listens on 127.0.0.1 port 5060 as sip "
						 "does; give it a port of its own\n" },
	      { "cli\n listen ::1\nsip\n listen ::1\n", "" });
}
END_TEST

START_TEST(media_faults)
{
	CHECK({ "media\n ports 20001 20999\n",
		"f:2: media ports begin at 20001, which is odd; RTP takes even ports: 20000\n" },
	      { "media\n ports 20000 21000\n", "f:2: media ports end at 21000, which leaves its "
					       "RTCP port out; an odd port is right: 21001\n" },
	      { "media\n ports 30000 20001\n", "f:2: media ports 30000 to 20001 leave no room for "
					       "a call; two ports a call are right\n" },
	      { "media\n ports 80 90\n", "f:2: \"80\" is wrong after \"ports\"; right would be: a "
					 "number from 1024 to 65535\n" },
	      { "media\n jitter adaptive 100 50\n",
		"f:2: jitter buffer's least delay 100 ms is above its greatest, 50 ms; the smaller "
		"one comes "
		"first\n" },
	      { "media\n jitter adaptive 20 200 initial 300\n",
		"f:2: jitter buffer's initial delay 300 ms is out of its bounds; 20 to 200 ms is "
		"right\n" },
	      { "media\n address 1.2.3.4.5\n", "f:2: address \"1.2.3.4.5\" is no address; an IPv4 "
					       "or IPv6 address in figures, as 192.0.2.1\n" },
	      { "media\n jitter adaptive 100 500\n", "" });
}
END_TEST

START_TEST(span_faults)
{
	CHECK({ "span a\n",
		"f:1: span a has no driver; `driver virtual` needs no card\n"
		"f:1: span a has no far-end; a virtual span needs `far-end` and the name of "
		"another\n" },
	      { "span a\n driver card\n far-end a\n",
		"f:2: \"card\" is wrong after \"driver\"; right would be: virtual, sbus, dahdi\n"
		"f:3: span a is its own far-end; name the span at the other end\n" },
	      { "span a\n driver virtual\n far-end c\n",
		"f:3: span a: far-end c does not exist; spans are: a\n" },
	      { CABLE "span c\n driver virtual\n far-end a\n",
		"f:9: span c: far-end a does not name it in turn; `far-end c` belongs there\n" },
	      { CABLE " type t1\n law alaw\n",
		"f:1: span a is e1, but its far-end b is t1; both ends have one type\n"
		"f:7: span b is t1, but its far-end a is e1; both ends have one type\n" },
	      { CABLE " law mulaw\n",
		"f:1: span a speaks alaw, but its far-end b mulaw; both ends have one law\n"
		"f:7: span b speaks mulaw, but its far-end a alaw; both ends have one law\n" });
}
END_TEST

START_TEST(trunk_faults)
{
	CHECK({ "trunk t\n", "f:1: trunk t has no protocol; `protocol isdn` is right\n"
			     "f:1: trunk t has no span; it needs `span` and a span's name\n" },
	      { CABLE "trunk t\n protocol isdn\n span a\n",
		"f:9: trunk t has no d-channel; `d-channel 16` is usual on an E1, 24 on a T1, "
		"3 on a BRI\n"
		"f:9: trunk t has no channels; `channels 1-15,17-31` is usual on an E1, 1-23 on a "
		"T1, 1-2 on a BRI\n" },
	      { CABLE
		"trunk t\n protocol isdn\n d-channel 16\n span a\n channels 1\n d-channel 16\n",
		"f:9: d-channel is of a span, and none is named yet; `span NAME` comes before "
		"it\n" },
	      { TRUNK, "f:3: trunk t: span a does not exist; spans are: none\n" },
	      { CABLE TRUNK " d-channel 32\n", "f:12: \"32\" is wrong after \"d-channel\"; right "
					       "would be: a number from 1 to 31\n" },
	      { CABLE TRUNK " reserve 15\n",
		"f:12: trunk t: `reserve` keeps 15 channels of its 15, and leaves none to calls to "
		"the line; a smaller number does\n" },
	      { CABLE TRUNK " reserve 8\n reserve emergency 7\n",
		"f:12: trunk t: `reserve` keeps 15 channels of its 15, and leaves none to calls to "
		"the line; a smaller number does\n" },
	      { CABLE TRUNK " limit calls 5\n limit calls out 6\n",
		"f:12: trunk t: `limit calls 5` is for both directions, and less than one of "
		"them; the limit of a direction is the smaller one\n" },
	      { CABLE TRUNK " cause-map from-line 128 1\n",
		"f:12: \"128\" is wrong after \"cause-map from-line\"; right would be: a number "
		"from "
		"1 to 127\n" },
	      { CABLE TRUNK " channels 1-31\n", "f:11: trunk t: timeslot 16 is the D channel and "
						"carries no call; `channels 1-15,17-31` is "
						"right\n" },
	      { "span a\n driver virtual\n far-end b\n type t1\n"
		"span b\n driver virtual\n far-end a\n type t1\n"
		"trunk t\n protocol isdn\n span a\n d-channel 31\n channels 1-25\n",
		"f:12: trunk t: a T1 has no timeslot 31; `d-channel 24` is usual\n"
		"f:13: trunk t: a T1 has 24 timeslots; `channels 1-23` is usual\n" },
	      { CABLE TRUNK "trunk u\n protocol isdn\n span a\n d-channel 14\n channels 15,16,17\n",
		"f:14: trunk u: span a is of trunk t already; each belongs to one trunk\n" },
	      { CABLE TRUNK " timer t301 601\n", "f:12: \"601\" is wrong after \"timer t301\"; "
						 "right would be: a number from 1 to 600\n" },
	      { CABLE TRUNK " timer t316 50\n", "" });
}
END_TEST

START_TEST(span_group_faults)
{
	CHECK({ CABLE TRUNK " span b\n channels 1-31\n", "" },
	      { CABLE TRUNK " span b\n d-channel 16\n channels 1-15\n span a\n channels 1\n", "" },
	      { CABLE TRUNK " span b\n interface 0\n channels 1-31\n",
		"f:13: trunk t: span a is interface 0 already; each has a number of its own\n" },
	      { CABLE TRUNK " span b\n channels 1\n interface 127\n",
		"f:14: \"127\" is wrong after "
		"\"interface\"; right would be: a "
		"number from 0 to 126\n" },
	      { CABLE TRUNK " variant qsig\n span b\n channels 1-31\n",
		"f:13: trunk t has several spans, but QSIG has no such groups; one span to a trunk "
		"is right\n" },
	      { CABLE "span c\n driver virtual\n far-end d\n type t1\n"
		      "span d\n driver virtual\n far-end c\n type t1\n" TRUNK
		      " span c\n channels 1-24\n",
		"f:20: trunk t: span c is t1, span a is e1; the spans of a trunk are of one type\n"
		"f:20: trunk t: span c speaks mulaw, span a alaw; the spans of a trunk have one "
		"law\n" },
	      { CABLE "span c\n driver virtual\n far-end d\n"
		      "span d\n driver virtual\n far-end c\n" TRUNK
		      " span b\n d-channel 16\n channels 1\n span c\n d-channel 16\n channels 1\n",
		"f:22: trunk t: span c has a third D channel; one, and one for backup, are "
		"right\n" });
}
END_TEST

#define BUS "span n\n driver sbus\n type bri\nspan e\n driver sbus\n far-end n\n type bri\n"
#define BRI "trunk t\n protocol isdn\n span n\n d-channel 3\n channels 1-2\n"

START_TEST(basic_rate_faults)
{
	CHECK({ BUS BRI " multipoint\n side network\n", "" },
	      { BUS BRI " variant 4ess\n",
		"f:13: trunk t: this variant is for primary rate, span n is bri; euroisdn, ni1 or "
		"qsig is right\n" },
	      { BUS BRI " variant qsig\n multipoint\n",
		"f:14: trunk t: QSIG is point to point; `no multipoint` is right\n" },
	      { BUS BRI " multipoint\n side network\n channel preferred\n",
		"f:15: trunk t: several terminals cannot each choose a channel (Q.931 5.2.3.2); "
		"`channel exclusive` is right\n" },
	      { CABLE TRUNK " multipoint\n",
		"f:12: trunk t: multipoint is for spans of type bri; `no multipoint` is right\n" },
	      { BUS "trunk t\n protocol isdn\n span n\n d-channel 16\n channels 1-3\n",
		"f:11: trunk t: a BRI has no timeslot 16; `d-channel 3` is usual\n"
		"f:12: trunk t: a BRI has 2 B channels; `channels 1-2` is usual\n" },
	      { "span n\n driver sbus\n",
		"f:1: span n is e1, but an S bus is of basic rate; `type bri` is right\n" },
	      { "span n\n driver sbus\n far-end m\n type bri\n",
		"f:3: span n: m is no NT; a span with `driver sbus` and no far-end is one\n" },
	      { BUS " law mulaw\n",
		"f:8: span e speaks mulaw, but its NT n alaw; a bus has one law\n" },
	      { BUS "span 2\n driver sbus\n far-end n\n type bri\n"
		    "span 3\n driver sbus\n far-end n\n type bri\n"
		    "span 4\n driver sbus\n far-end n\n type bri\n"
		    "span 5\n driver sbus\n far-end n\n type bri\n"
		    "span 6\n driver sbus\n far-end n\n type bri\n"
		    "span 7\n driver sbus\n far-end n\n type bri\n"
		    "span 8\n driver sbus\n far-end n\n type bri\n"
		    "span 9\n driver sbus\n far-end n\n type bri\n",
		"f:36: span 9 is the ninth TE of n; a bus has 8 at most\n" });
}
END_TEST

START_TEST(channel_lists_are_understood_or_explained)
{
	static const char syntax[] =
		"is no list of timeslots; right would be, as an example: 1-15,17-31";
	static const struct {
		const char *list, *wrong;
	} cases[] = {
		{ "x", syntax },
		{ "1,", syntax },
		{ ",1", syntax },
		{ "1--2", syntax },
		{ "1-", syntax },
		{ "1-2-3", syntax },
		{ "+1", syntax },
		{ "1;2", syntax },
		{ "0", "goes beyond the timeslots of a span; 1 to 31 are right" },
		{ "1-32", "goes beyond the timeslots of a span; 1 to 31 are right" },
		{ "99999999999999999999",
		  "goes beyond the timeslots of a span; 1 to 31 are right" },
		{ "5-3", "has a range that runs backwards; the smaller number comes first" },
		{ "1-5,5", "names a timeslot twice; once is right" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text =
			talloc_asprintf(NULL, "%s%s channels %s\n", CABLE, TRUNK, cases[i].list);
		char *faults = talloc_asprintf(text, "f:12: channels \"%s\" %s\n", cases[i].list,
					       cases[i].wrong);
		const struct fault_case one = { text, faults };

		check_cases(&one, 1);
		talloc_free(text);
	}
}
END_TEST

START_TEST(numbers_of_a_peer_faults)
{
	CHECK({ "peer p\n address 192.0.2.1\n send identity none\n send privacy\n",
		"f:3: peer p is to be told secret numbers, but has no header for them; "
		"`send identity pai` gives one\n" },
	      { "peer p\n address 192.0.2.1\n number-format national\n",
		"f:3: peer p: number-format national needs to know its country; add "
		"`country-code`\n" },
	      { "peer p\n address 192.0.2.1\n default-number 1\n",
		"f:3: peer p: default-number takes the place of numbers that are not its own; "
		"`numbers` says which are\n" },
	      { "peer p\n address 192.0.2.1\n numbers 1 2 3 4 5 6 7 8 9\n",
		"f:3: numbers has 9 beginnings; 8 are the most\n" },
	      { "peer p\n address 192.0.2.1\n numbers +49\n",
		"f:3: numbers +49 is no number; digits are right\n" },
	      { "peer p\n address 192.0.2.1\n national-prefix 1234567\n",
		"f:3: national-prefix 1234567 is too long; at most 6 digits are right\n" },
	      { "peer p\n address 192.0.2.1\n phone-context a;b\n",
		"f:3: phone-context a;b is neither a domain nor +digits\n" },
	      { "peer p\n address 192.0.2.1\n trunk-context a@b\n",
		"f:3: trunk-context a@b is neither a domain nor +digits\n" });
}
END_TEST

START_TEST(sip_faults)
{
	CHECK({ "sip\n listen 0.0.0.0\n", "f:2: sip listens on 0.0.0.0, which peers cannot be told "
					  "as our address; one address of this "
					  "machine is right\n" },
	      { "sip\n listen 127.0.0.1 20010\n", "f:2: sip listens on port 20010, which is among "
						  "the media ports 20000 to 29999; take another "
						  "for one of them\n" },
	      { "peer p\n", "f:1: peer p has no address; it needs `address` and one in figures\n" },
	      { "peer p\n address pbx_1.example.com\n",
		"f:2: address \"pbx_1.example.com\" is no host name and no address; as "
		"pbx.example.com, or 192.0.2.1\n" },
	      { "peer p\n address 192.0.2\n",
		"f:2: address \"192.0.2\" is no address; an IPv4 or IPv6 address in figures, as "
		"192.0.2.1\n" },
	      { "peer p\n address pbx.example.com\n", "" },
	      { "peer p\n address 0.0.0.0\n",
		"f:2: peer p: 0.0.0.0 is nobody's address; one of a machine is right\n" },
	      { "peer p\n address 2001:db8::1\n", "f:2: peer p: 2001:db8::1 cannot be reached from "
						  "127.0.0.1, where sip listens; both are IPv4 "
						  "or both IPv6\n" },
	      { "peer p\n address 127.0.0.1\n", "f:1: peer p: 127.0.0.1 port 5060 is our own, "
						"calls would come back; name the peer's\n" },
	      { "peer p\n address 192.0.2.1\npeer q\n address 192.0.2.1\n",
		"f:4: peer q: 192.0.2.1 port 5060 is peer p already; one peer an address and "
		"port\n" },
	      { "peer p\n address 192.0.2.1\npeer q\n address 192.0.2.1\n port 5070\n",
		"f:4: peer q: requests from 192.0.2.1 could be peer p's too; `source-port same` in "
		"one of "
		"them tells them apart\n" },
	      { "peer p\n address 192.0.2.1\npeer q\n address 192.0.2.1\n port 5070\n source-port "
		"same\n",
		"" },
	      { "peer p\n address 192.0.2.1\n codecs pcma pcma\n",
		"f:3: codec pcma is named twice; once is right\n" },
	      { "peer p\n address 192.0.2.1\n codecs g729\n",
		"f:3: \"g729\" is wrong after \"codecs\"; right would be: pcma, pcmu\n" },
	      { "peer p\n address 192.0.2.1\n ptime 25\n",
		"f:3: \"25\" is wrong after \"ptime\"; right would be: 10, 20, 30, 40, 50, 60\n" });
}
END_TEST

#define DIGITS_32 "01234567890123456789012345678901"
#define DIGITS_64 DIGITS_32 DIGITS_32

START_TEST(auth_faults)
{
	CHECK({ "peer p\n address 192.0.2.1\n auth user " DIGITS_64 " password x\n",
		"f:3: user \"" DIGITS_64 "\" is too long; at most 63 characters\n" },
	      { "peer p\n address 192.0.2.1\n auth user x password " DIGITS_64 DIGITS_64 "\n",
		"f:3: the password is too long; at most 127 characters\n" },
	      { "peer p\n address 192.0.2.1\n auth user x password y realm " DIGITS_64 "\n",
		"f:3: realm \"" DIGITS_64 "\" is too long; at most 63 characters\n" },
	      { "peer p\n address 192.0.2.1\n auth user u password x realm a\n"
		" auth user u password x realm b\n auth user u password x realm c\n"
		" auth user u password x\n auth user v password y realm a\n"
		" no auth realm b\n auth user u password x realm d\n"
		" auth user u password x realm e\n",
		"f:10: there is `auth` for 4 realms already, and no more are kept; `no auth realm "
		"REALM` takes one away\n" },
	      { "peer p\n address 192.0.2.1\n authenticate any-uri\n",
		"f:3: peer p is not asked who it is; `authenticate user` says with which name and "
		"password it would show it\n" },
	      { "peer p\n address 192.0.2.1\n authenticate algorithms sha256\n",
		"f:3: peer p is not asked who it is; `authenticate user` says with which name and "
		"password it would show it\n" },
	      { "peer p\n address 192.0.2.1\n register outbound\n",
		"f:3: peer p: we do not register with it; `register user` says as whom we "
		"would\n" },
	      { "peer p\n address 192.0.2.1\n register user u\n register while-trunk t\n",
		"f:4: peer p: trunk t does not exist; trunks are: none\n" },
	      { "peer p\n address 192.0.2.1\n register user u@d\n",
		"f:3: register user \"u@d\" is no user of a SIP URI; letters, digits and "
		"-_.!~*'()&=+$, are right\n" });
}
END_TEST

START_TEST(registrar_faults)
{
	CHECK({ "user u\n password x\n", "f:1: user u cannot register, as there is no section "
					 "registrar; add one\n" },
	      { "registrar\nuser u\n",
		"f:2: user u has no password, so anybody could be it; it needs "
		"`password`\n" },
	      { "registrar\n standby-for peer p\n",
		"f:2: registrar: peer p does not exist; peers are: none\n" },
	      { "peer p\n address 192.0.2.1\nregistrar\n standby-for peer p\nroute r\n"
		" from peer p\n to registrar\n",
		"f:7: route r: calls of peer p to a user would go back to it, as the registrar "
		"stands by for it; another target, or no `standby-for`\n" },
	      { "registrar\n expires minimum 100 maximum 60 default 60\n",
		"f:2: registrar: the minimum 100 is more than the maximum 60; it is to be the "
		"smaller\n" },
	      { "registrar\nuser u\n password x\n number 1\nuser v\n password x\n number 1\n",
		"f:7: user v: number 1 is user u's already; one user a number\n" },
	      { "registrar\nuser u\n password x\n number x\n",
		"f:4: number \"x\" is no number; digits 0-9 * # A-D are right, at most 32\n" },
	      { "registrar\nroute r\n to registrar\n to registrar\n",
		"f:4: route r goes to registrar already; once is right\n" });
}
END_TEST

START_TEST(transfer_faults)
{
	CHECK({ "peer p\n address 192.0.2.1\n dtmf info\n telephone-event\n",
		"f:4: peer p: digits would go as telephone-event and by `dtmf info`; one of them "
		"is "
		"right\n" },
	      { "peer p\n address 192.0.2.1\n transfer maybe\n",
		"f:3: \"maybe\" is wrong after \"transfer\"; right would be: trusted, allow, "
		"refuse, by-refer\n" },
	      { "peer p\n address 192.0.2.1\n redirect follow 21\n",
		"f:3: \"21\" is wrong after \"redirect follow\"; right would be: a number from 1 "
		"to 20\n" });
}
END_TEST

START_TEST(session_faults)
{
	CHECK({ "peer p\n address 192.0.2.1\n session-timer 100 minimum 120\n",
		"f:3: peer p: sessions of 100 s are less than the minimum of 120; a minimum up to "
		"100 is right\n" },
	      { "peer p\n address 192.0.2.1\n 100rel maybe\n",
		"f:3: \"maybe\" is wrong after \"100rel\"; right would be: off, supported, "
		"required\n" });
}
END_TEST

START_TEST(path_faults)
{
	CHECK({ "sip\n listen udp 127.0.0.1\n listen tcp ::\n",
		"f:3: sip listens on ::, which peers cannot be told as our address; one address of "
		"this machine is right\n" },
	      { "sip\n listen udp 127.0.0.1 20010\n",
		"f:2: sip listens on port 20010, which is among the media ports 20000 to 29999; "
		"take another for one of them\n" },
	      { "sip\n listen udp 192.0.2.1\npeer p\n address 192.0.2.2\n transport tcp\n",
		"f:4: peer p: sip listens on no tcp of IPv4; a `listen` of that kind is needed\n" },
	      { "peer p\n address 192.0.2.2\n local wan\n",
		"f:3: peer p: no socket named wan is of udp and of the family of 192.0.2.2; "
		"`listen "
		"udp ADDRESS PORT name wan` in sip makes one\n" },
	      { "sip\n listen tls 192.0.2.1\n",
		"f:2: sip listens on tls and has no certificate to show; `tls certificate` and a "
		"PEM file is right\n" },
	      { "peer p\n address 192.0.2.2\n known-by certificate\n",
		"f:3: peer p is known by its certificate, of which no name is said; "
		"`certificate-name` and the name in it is right\n" },
	      { "peer p\n address 192.0.2.2\n certificate-name p.example\n known-by "
		"certificate\n",
		"f:4: peer p is known by its certificate, and sip asks for none; `tls verify "
		"optional` or `required` in sip is right\n" },
	      { "peer p\n address 192.0.2.2\n transport tls\n",
		"f:3: peer p: transport tls needs a socket to leave from; `listen tls` in sip is "
		"right\n" },
	      { "sip\n listen 192.0.2.1 5060 name a\n listen udp 192.0.2.3 5060 name b\n"
		" listen udp 2001:db8::1\npeer p\n address 192.0.2.2\n transport tcp\n local a\n"
		"peer q\n address 2001:db8::2\n",
		"" });
}
END_TEST

START_TEST(line_faults)
{
	CHECK({ "line l\n", "f:1: line l does nothing; it needs one of: echo, tone, quiet, reject, "
			    "ring, clear, "
			    "readback\n" },
	      { "line l\n tone loud\n", "f:2: tone \"loud\" is unknown; tones are: dial, ringback, "
					"busy, congestion, sit, milliwatt\n" },
	      { "line l\n reject 1 tone loud\n", "f:2: tone \"loud\" is unknown; tones are: dial, "
						 "ringback, busy, congestion, sit, milliwatt\n" },
	      { "line l\n reject 128\n", "f:2: \"128\" is wrong after \"reject\"; right would be: "
					 "a number from 1 to 127\n" },
	      { "line l\n clear 16\n", "f:2: \"clear 16\" is incomplete; it needs: after\n" });
}
END_TEST

START_TEST(trunk_group_faults)
{
	CHECK({ "trunk-group g\n member t\n",
		"f:2: trunk-group g: trunk t does not exist; trunks are: none\n" },
	      { "trunk-group g\nroute r\n to trunk-group h\n",
		"f:1: trunk-group g has no trunk; it needs `member` and its name\n"
		"f:3: route r: trunk-group h does not exist; trunk-groups are: g\n" },
	      { "line l\n echo\nroute r\n from trunk-group h\n to line l\n",
		"f:4: route r: trunk-group h does not exist; trunk-groups are: none\n" },
	      { CABLE TRUNK "trunk-group g\n member t\nline l\n echo\n"
			    "route a\n from trunk-group g\n to line l\n"
			    "route b\n from trunk-group g\n to line l\n",
		"f:19: route b is never chosen: route a before it has the same from and called, "
		"and takes all that it takes; put its targets there\n" },
	      { CABLE TRUNK "trunk-group g\n member t\n member t\n",
		"f:14: trunk-group g has member t already; once is right\n" },
	      { CABLE TRUNK "trunk-group g\n member t\n reserve 10\n reserve emergency 5\n",
		"f:14: trunk-group g: `reserve` keeps 15 channels of its 15, and leaves none to "
		"calls to the line; a smaller number does\n" },
	      { CABLE TRUNK "trunk-group g\n member t\n limit calls 5\n limit calls in 6\n",
		"f:14: trunk-group g: `limit calls 5` is for both directions, and less than one "
		"of them; the limit of a direction is the smaller one\n" },
	      { CABLE TRUNK " busy-alarm 0\ntrunk-group g\n member t\n busy-alarm soon\n",
		"f:12: \"0\" is wrong after \"busy-alarm\"; right would be: a number from 1 to "
		"86400\n"
		"f:15: \"soon\" is wrong after \"busy-alarm\"; right would be: a number from 1 to "
		"86400\n" },
	      { CABLE TRUNK "trunk-group g\n member t\n hunt even\n",
		"f:14: \"even\" is wrong after \"hunt\"; right would be: ascending, descending, "
		"round-robin, least-used\n" });
}
END_TEST

START_TEST(a_trunk_is_in_few_groups_that_routes_come_from)
{
	static const unsigned froms[] = { 8, 9 };

	grammar_init();
	for (unsigned i = 0; i < 2; i++) {
		void *ctx = talloc_new(NULL);
		struct config_report *report = config_report_new(ctx, "f");
		char *text = talloc_strdup(ctx, "");
		bool told = false;

		for (unsigned g = 0; g < 10; g++)
			text = talloc_asprintf_append(text,
						      "trunk-group g%u\n member u\n member t\n", g);
		for (unsigned g = 0; g < froms[i]; g++)
			text = talloc_asprintf_append(
				text, "route r%u\n from trunk-group g%u\n to line l\n", g, g);
		config_read_text(ctx, text, strlen(text), report);
		for (size_t j = 0; j < config_report_count(report); j++)
			told |= strcmp(config_report_get(report, j),
				       "f:56: route r8: trunk t is in more than 8 trunk groups "
				       "that routes have as `from`; `from trunk t` is right") == 0;
		ck_assert_int_eq(told, i);
		talloc_free(ctx);
	}
}
END_TEST

START_TEST(route_faults)
{
	CHECK({ "route r\n", "f:1: route r goes nowhere; it needs `to` and a trunk, trunk-group, "
			     "peer or line\n" },
	      { "route r\n to trunk t\n from peer p\n to line l\n",
		"f:2: route r: trunk t does not exist; trunks are: none\n"
		"f:3: route r: peer p does not exist; peers are: none\n"
		"f:4: route r: line l does not exist; lines are: none\n" },
	      { "line l\n echo\nroute r\n called 12a\n to line l\n",
		"f:4: called \"12a\" is no number; digits 0-9 * # A-D are right\n" },
	      { "line l\n echo\nroute r\n called 123456789012345678901234567890123\n to line l\n",
		"f:4: called \"123456789012345678901234567890123\" is too long; at most 32 "
		"characters\n" },
	      { "line l\n echo\nroute r\n to line l\n to line l\n",
		"f:5: route r goes to line l already; once is right\n" },
	      { "line l\n echo\nroute r\n called exact 12\n strip 3\n to line l\n",
		"f:5: route r takes away 3 digits of 12, which has 2; at most that many are "
		"right\n" },
	      { "line l\n echo\nroute r\n calling 12x\n to line l\n",
		"f:4: calling \"12x\" is no number; digits 0-9 * # A-D are right\n" },
	      { "line l\n echo\nroute r\n when calling 12x\n to line l\n",
		"f:4: when calling \"12x\" is no number; digits 0-9 * # A-D are right\n" },
	      { "line l\n echo\nroute r\n to line l\n reroute on 34 128\n",
		"f:5: reroute on \"128\" is no cause; 1 to 127 are right\n" },
	      { "line l\n echo\nroute r\n to line l weight 0\n",
		"f:4: \"0\" is wrong after \"to line l weight\"; right would be: a number from 1 "
		"to 1000\n" },
	      { "line l\n echo\nroute r\n called regex 6(0\n to line l\n",
		"f:4: called regex \"6(0\" is no regular expression: missing closing parenthesis, "
		"after 3 characters\n" },
	      { "line l\n echo\nroute r\n when bearer sound\n to line l\n",
		"f:4: \"sound\" is wrong after \"when bearer\"; right would be: speech, audio, "
		"unrestricted\n" },
	      { "line l\n echo\nroute r\n when bearer speech\n to line l\nroute s\n when "
		"bearer speech\n to line l\nroute t\n when bearer audio\n to line l\n",
		"f:6: route s is never chosen: route r before it has the same from and called, and "
		"takes all that it takes; put its targets there\n" },
	      { "line l\n echo\nroute r\n calling 1\n calling-presentation unavailable\n to line "
		"l\n",
		"f:5: route r sends calling 1 and says that there is none; allowed or restricted "
		"is right\n" },
	      { "line l\n echo\nroute r\n called 1\n to line l\nroute s\n called 1\n to line l\n",
		"f:7: route s is never chosen: route r before it has the same from and called, and "
		"takes all that it takes; put "
		"its "
		"targets there\n" },
	      { "line l\n echo\nroute r\n called 1\n to line l\nroute s\n called exact 1\n to line "
		"l\n",
		"" });
}
END_TEST

START_TEST(translation_faults)
{
	CHECK({ "translation n\n", "f:1: translation n does nothing; it needs `match` and what "
				   "becomes of the number\n" },
	      { "translation n\n match 1x keep\n",
		"f:2: match \"1x\" is no number; digits 0-9 * # A-D are right\n" },
	      { "translation n\n match 1 cut 1\n",
		"f:2: \"cut\" is unknown here; strip, prepend, replace, type, plan, presentation, "
		"screening, from-type and keep are right\n" },
	      { "translation n\n match 1 strip 33\n",
		"f:2: strip \"33\" is wrong; 0 to 32 digits are right\n" },
	      { "translation n\n match any type local\n",
		"f:2: type \"local\" is unknown; right would be: "
		"unknown|international|national|network|subscriber|abbreviated\n" },
	      { "translation n\n match any strip\n",
		"f:2: \"strip\" is incomplete; it needs a value\n" },
	      { "translation n\n match any keep\n match 1 strip 1\n",
		"f:2: translation n: no rule behind `match any` is ever reached; put it last\n" },
	      { "line l\n echo\nroute r\n to line l\n translate called m\n",
		"f:5: route r: translation m does not exist; translations are: none\n" },
	      { "translation n\n match any keep\npeer p\n address 192.0.2.1\n translate out "
		"calling m\n",
		"f:5: peer p: translation m does not exist; translations are: n\n" });
}
END_TEST

START_TEST(time_range_faults)
{
	CHECK({ "time-range r\n",
		"f:1: time-range r never holds; it needs `periodic` and days and times\n" },
	      { "time-range r\n periodic mon,fro 08:00 to 09:00\n",
		"f:2: periodic \"mon,fro\" are no days; daily, or days as mon-fri,sun are "
		"right\n" },
	      { "time-range r\n periodic daily 8 to 09:00\n",
		"f:2: periodic \"8\" is no time; 00:00 to 24:00 is right\n" },
	      { "time-range r\n periodic daily 08:00 to 24:01\n",
		"f:2: periodic \"24:01\" is no time; 00:00 to 24:00 is right\n" },
	      { "time-range r\n periodic daily 08:00 to 09:00\n except 02-30\n",
		"f:3: except \"02-30\" is no date; YYYY-MM-DD, or MM-DD for every year, is "
		"right\n" },
	      { "line l\n echo\nroute r\n to line l\n when time x\n",
		"f:5: route r: time-range x does not exist; time-ranges are: none\n" });
}
END_TEST

START_TEST(a_route_has_a_bounded_number_of_targets)
{
	char *text = talloc_strdup(NULL, "");
	struct fault_case one = { NULL, "f:28: route r has too many targets; at most 8\n" };

	for (int i = 0; i < 9; i++)
		text = talloc_asprintf_append(text, "line l%d\n echo\n", i);
	text = talloc_asprintf_append(text, "route r\n");
	for (int i = 0; i < 9; i++)
		text = talloc_asprintf_append(text, " to line l%d\n", i);
	one.text = text;
	check_cases(&one, 1);
	talloc_free(text);
}
END_TEST

START_TEST(emergency_calls_have_numbers_and_ways)
{
	CHECK({ "emergency\n to trunk x\n",
		"f:1: emergency has no numbers; `number 112` is one\n"
		"f:2: emergency: trunk x does not exist; trunks are: none\n" },
	      { "emergency\n number 112\n number 112\n",
		"f:3: number 112 is there already; once is right\n" },
	      { "emergency\n number 11a\n",
		"f:2: number \"11a\" is no number; digits 0-9 * # A-D are right\n" },
	      { CABLE TRUNK "emergency\n number 112\n service police 110\n",
		"f:14: emergency: service police has 110, which is no emergency number; `number "
		"110` makes it one\n" },
	      { CABLE TRUNK "emergency\n number 112\n to trunk t\n except trunk t\n",
		"f:15: emergency goes to trunk t and excepts it; one of the two is right\n" },
	      { CABLE TRUNK "trunk-group g\n member t\nemergency\n number 112\n to trunk-group g\n "
			    "except trunk t\n",
		"f:17: emergency goes to trunk-group g and excepts all of its trunks; one of them "
		"is to stay\n" },
	      { CABLE TRUNK "emergency\n number 112\n calling from peer p 100\n",
		"f:14: emergency: peer p does not exist; peers are: none\n" },
	      { CABLE TRUNK " side network\nemergency\n number 112\n",
		"f:13: emergency calls have no way: no trunk is on the user side; `to trunk NAME` "
		"names one\n" },
	      { CABLE TRUNK "emergency\n number 112\n call-back 1441\n",
		"f:14: \"1441\" is wrong after \"call-back\"; right would be: a number from 0 to "
		"1440\n" });
}
END_TEST

/* The trunks are missing, which is told too. */
START_TEST(emergency_calls_have_a_bounded_number_of_ways)
{
	static const unsigned members[] = { 21, 22 }; /* of each of three groups, and one trunk */

	grammar_init();
	for (unsigned i = 0; i < 2; i++) {
		void *ctx = talloc_new(NULL);
		struct config_report *report = config_report_new(ctx, "f");
		char *text = talloc_strdup(ctx, "");
		bool told = false;

		for (unsigned m = 0; m < 3 * members[i]; m++) {
			if (m % members[i] == 0)
				text = talloc_asprintf_append(text, "trunk-group g%u\n", m);
			text = talloc_asprintf_append(text, " member t%u\n", m);
		}
		text = talloc_asprintf_append(text, "emergency\n number 112\n to trunk t0\n");
		for (unsigned g = 0; g < 3; g++)
			text = talloc_asprintf_append(text, " to trunk-group g%u\n",
						      g * members[i]);
		config_read_text(ctx, text, strlen(text), report);
		for (size_t j = 0; j < config_report_count(report); j++)
			told |= strstr(config_report_get(report, j),
				       "emergency has more than 64 ways, with the trunks of its "
				       "trunk groups; up to 64 are right") != NULL;
		ck_assert_int_eq(told, i);
		talloc_free(ctx);
	}
}
END_TEST

#define HASH "$6$saltsalt$" A43 A43 /* as of crypt(3), SHA-512 */
#define A43 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_RULE                                                                                  \
	"the password's hash is wrong; what `openssl passwd -6` prints is right, with up to "      \
	"50000 "                                                                                   \
	"rounds\n"

START_TEST(http_faults)
{
	CHECK({ "http\n", "f:1: http lets nobody in; a `user`, a `token` or `anonymous viewer` is "
			  "right\n" },
	      { "http\n listen 0.0.0.0\n anonymous viewer\n",
		"f:2: http listens on 0.0.0.0 without TLS: passwords could be read on the way; "
		"`tls "
		"certificate FILE key FILE`, or a loopback address as 127.0.0.1, is right\n"
		"f:3: http listens on 0.0.0.0, where anonymous would be anyone; users and tokens, "
		"or a "
		"loopback address as 127.0.0.1, are right\n" },
	      { "http\n user a password secret role viewer\n", "f:2: user a: " HASH_RULE },
	      { "http\n user a password " HASH "a role viewer\n", "f:2: user a: " HASH_RULE },
	      { "http\n user a password $6$rounds=50001" HASH " role viewer\n",
		"f:2: user a: " HASH_RULE },
	      { "http\n user a password " HASH " role king\n",
		"f:2: \"king\" is wrong after \"user a password " HASH
		" role\"; right would be: viewer, operator, admin\n" },
	      { "http\n token t sha256 12 role viewer\n",
		"f:2: token t: the hash is wrong; 64 hexadecimal digits are right, as sha256sum "
		"prints "
		"them\n" },
	      { "http\n anonymous viewer\n host a_b\n",
		"f:3: host \"a_b\" is no name; letters, digits, - and . are right\n" },
	      { "http\n anonymous viewer\n connections 3\n",
		"f:3: \"3\" is wrong after \"connections\"; right would be: a number from 4 to "
		"1000\n" },
	      { "http\n user a password " HASH " role viewer\n", "" });
}
END_TEST

START_TEST(snmp_faults)
{
	CHECK({ "snmp\n agentx localhost\n",
		"f:2: agentx \"localhost\" is no address; a socket's path, or tcp:127.0.0.1:705, "
		"is right\n" },
	      { "snmp\n interfaces from 3\n", "f:2: \"3\" is wrong after \"interfaces from\"; "
					      "right would be: a number from 1000 to "
					      "2000000000\n" });
}
END_TEST

#define PG_PASSWORD_SHOWN                                                                          \
	"store postgresql: its password would be shown; right would be, say, `store postgresql "   \
	"host=db.example dbname=calls user=gateway` and, not shown, `postgresql password "         \
	"SECRET`\n"

START_TEST(look_ups_ask_somebody_and_lead_somewhere)
{
	CHECK({ "lookup l\n", "f:1: lookup l asks nobody; `http http://127.0.0.1:8090/number` or "
			      "`enum e164.arpa` is "
			      "right\n" },
	      { "lookup l\n enum a..b\n",
		"f:2: enum \"a..b\" is no domain; e164.arpa, say, is right\n" },
	      { "lookup l\n enum e164.arpa\n", "f:1: lookup l has no peer for what DNS answers; "
					       "`domain any peer NAME` is right\n" },
	      { "lookup l\n enum e164.arpa\n domain any peer p\n",
		"f:3: lookup l: peer p does not exist; peers are: none\n" },
	      { "lookup l\n http http://a/#b\n", "f:2: http \"http://a/#b\" is no URL to ask; http "
						 "or https, without a user and #, as "
						 "http://127.0.0.1:8090/number, is right\n" },
	      { "lookup l\n http http://a/?k=" DIGITS_64 DIGITS_64 DIGITS_64 DIGITS_64 "\n",
		"f:2: http is too long; at most 255 characters\n" },
	      { "lookup l\n http http://a/\n token secret " DIGITS_64 DIGITS_64 "\n",
		"f:3: token secret is too long; at most 127 characters\n" },
	      { "line x\n echo\nlookup l\n http http://a/\nroute r\n to line x\n lookup m\n",
		"f:7: route r: lookup m does not exist; lookups are: l\n" });
}
END_TEST

START_TEST(records_faults)
{
	CHECK({ "webhook w\n",
		"f:1: webhook w has no url; `url https://duty.example.com/gateway` is right\n" },
	      { "webhook w\n url ftp://a/b\n",
		"f:2: url \"ftp://a/b\" is none; http or https, and no user in it, as "
		"https://duty.example.com/gateway, is right\n" },
	      { "webhook w\n url http://u:p@a/b\n",
		"f:2: url \"http://*\" is none; http or https, and no user in it, as "
		"https://duty.example.com/gateway, is right\n" },
	      { "webhook w\n url http://a/?k=" DIGITS_64 DIGITS_64 DIGITS_64 DIGITS_64 "\n",
		"f:2: url is too long; at most 255 characters\n" },
	      { "webhook w\n url http://a/b\n token secret " DIGITS_64 DIGITS_64 "\n",
		"f:3: token secret is too long; at most 127 characters\n" },
	      { "records\n store radius ::1\n radius secret x\n radius secret " DIGITS_64 DIGITS_64
		"\n",
		"f:4: radius secret is too long; at most 127 characters\n" },
	      { "webhook w\n url http://a/b\n signature secret whsec_!\n",
		"f:3: signature secret is wrong: up to 127 characters are right, after whsec_ as "
		"BASE64 has them\n" });
	CHECK({ "history\n messages 0\n hep ::1 9060 agent 1\n",
		"f:3: history hep sends what is kept, and messages is 0; 1 or more is right\n" },
	      { "records\n file dir/\n",
		"f:2: records file dir/ is a directory; name a file in it, as dir/calls.jsonl\n" },
	      { "records\n store sqlite dir/\n",
		"f:2: records store sqlite dir/ is a directory; name a file in it, as "
		"dir/records.db\n" },
	      { "records\n file x\n store sqlite x\n",
		"f:3: records store sqlite x is the journal too; give each a file of its own\n" },
	      { "records\n keep megabytes 100\n", "f:2: records keep megabytes 100 has no room for "
						  "two files of the journal; at least "
						  "128, or a smaller `rotate megabytes`\n" },
	      { "records\n keep megabytes 100\n rotate megabytes 50\n", "" },
	      { "records\n store postgresql host=x password=y\n", "f:2: " PG_PASSWORD_SHOWN },
	      { "records\n store postgresql postgresql://gw:S3cret@db/calls\n",
		"f:2: " PG_PASSWORD_SHOWN },
	      { "records\n store postgresql postgres://db/calls?password=S3cret\n",
		"f:2: " PG_PASSWORD_SHOWN },
	      { "records\n store postgresql host=x sslpassword=y\n",
		"f:2: store postgresql: its sslpassword would be shown; right would be, say, "
		"`store postgresql host=db.example dbname=calls user=gateway` and, not shown, a "
		"file with the key that needs none: sslkey=FILE\n" },
	      { "records\n store postgresql postgresql://gw@password.example/calls\n", "" },
	      { "records\n store postgresql hots=x\n",
		"f:2: store postgresql: invalid connection option \"hots\"; right would be, say, "
		"`store postgresql host=db.example dbname=calls user=gateway`\n" },
	      { "records\n store radius 127.0.0.1\n",
		"f:2: records store radius needs both, a server and a secret: `store radius "
		"192.0.2.7` and `radius secret SECRET`\n" },
	      { "records\n store radius x\n radius secret a,b\n",
		"f:2: store radius \"x\" is no address; an IPv4 or IPv6 address in figures, as "
		"192.0.2.1\n"
		"f:3: radius secret has a comma, which the client cannot take; letters and digits "
		"are right\n" },
	      { "records\n postgresql password x\n",
		"f:2: records postgresql password has no database; `store postgresql "
		"host=db.example dbname=calls user=gateway` names one\n" });
}
END_TEST

UNIT_MAIN("errors", snmp_faults, look_ups_ask_somebody_and_lead_somewhere, records_faults,
	  grammar_faults_say_what_would_be_right, names_are_names_and_unique, guard_faults,
	  cli_faults, media_faults, span_faults, trunk_faults, span_group_faults, basic_rate_faults,
	  channel_lists_are_understood_or_explained, sip_faults, auth_faults, registrar_faults,
	  session_faults, transfer_faults, numbers_of_a_peer_faults, path_faults, line_faults,
	  trunk_group_faults, a_trunk_is_in_few_groups_that_routes_come_from, route_faults,
	  translation_faults, time_range_faults, a_route_has_a_bounded_number_of_targets,
	  emergency_calls_have_numbers_and_ways, emergency_calls_have_a_bounded_number_of_ways,
	  http_faults)
