/* Offers and answers: tables of what peers describe and what comes of it, hostile ones included. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/netaddr.h"
#include "sip/text/offer.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define TEVENT "a=rtpmap:101 telephone-event/8000\r\n"

static const struct offer_policy ours = {
	.telephone_event = true,
	.codecs = { CODEC_PCMA, CODEC_PCMU },
	.n_codecs = 2,
	.ptime_ms = 20,
};

static struct offer parsed(const char *text)
{
	struct offer offer;
	unsigned warning = 0;

	ck_assert_msg(offer_parse(text, strlen(text), &offer, &warning) == 0, "%s", text);
	return offer;
}

START_TEST(audio_stream_is_read)
{
	struct offer offer = parsed(HEAD "m=audio 4000 RTP/AVP 8 0 101\r\n" TEVENT
					 "a=ptime:30\r\na=sendonly\r\n");
	char text[NETADDR_TEXT_MAX];

	netaddr_text(&offer.rtp, text, sizeof(text));
	ck_assert_str_eq(text, "192.0.2.1:4000");
	ck_assert_uint_eq(offer.rtcp.ss_family, 0);
	ck_assert_uint_eq(offer.n_formats, 2);
	ck_assert_int_eq(offer.formats[0].codec, CODEC_PCMA);
	ck_assert_uint_eq(offer.formats[0].pt, 8);
	ck_assert_int_eq(offer.formats[1].codec, CODEC_PCMU);
	ck_assert_uint_eq(offer.tevent_pt, 101);
	ck_assert_uint_eq(offer.ptime_ms, 30);
	ck_assert(offer.send && !offer.receive);
}
END_TEST

/* What an m= section leads to: the agreed terms, or the warning. */
struct media_row {
	const char *media;
	unsigned warning; /* 0: agreed on the rest */
	enum codec_id codec;
	uint8_t pt, tevent_pt, ptime_ms;
	bool send, receive;
};

/* clang-format off */
static const struct media_row media_rows[] = {
	/* RFC 3264 5.1: static payload types need no rtpmap */
	{ "m=audio 4000 RTP/AVP 0\r\n", 0, CODEC_PCMU, 0, 0, 20, true, true },
	/* RFC 4566 6: a dynamic one is what its rtpmap says; encoding names ignore case */
	{ "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 pcma/8000\r\n", 0, CODEC_PCMA, 96, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMA/8000/1\r\n", 0, CODEC_PCMA, 96, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMA/8000/2\r\n", 305, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMA/16000\r\n", 305, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 9 18 4\r\n", 305, 0, 0, 0, 0, false, false },
	/* RFC 4733: its payload type is theirs; another clock rate is no telephone-event for us */
	{ "m=audio 4000 RTP/AVP 8 97\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-16\r\n", 0, CODEC_PCMA, 8, 97, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8 97\r\na=rtpmap:97 telephone-event/16000\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* nor is it one where that payload type is the sound's */
	{ "m=audio 4000 RTP/AVP 8 8\r\na=rtpmap:8 telephone-event/8000\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:8 telephone-event/8000\r\n", 305, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 101\r\n" TEVENT, 305, 0, 0, 0, 0, false, false },
	/* RFC 3264 6.1: direction */
	{ "m=audio 4000 RTP/AVP 8\r\na=sendonly\r\n", 0, CODEC_PCMA, 8, 0, 20, false, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=recvonly\r\n", 0, CODEC_PCMA, 8, 0, 20, true, false },
	{ "m=audio 4000 RTP/AVP 8\r\na=inactive\r\n", 0, CODEC_PCMA, 8, 0, 20, false, false },
	/* RFC 3264 8.4: hold of old */
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n", 0, CODEC_PCMA, 8, 0, 20, false, true },
	/* RFC 4566 6: ptime and maxptime; absurd ones are not heard */
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:10\r\n", 0, CODEC_PCMA, 8, 0, 10, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=maxptime:10\r\n", 0, CODEC_PCMA, 8, 0, 10, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:40\r\na=maxptime:35\r\n", 0, CODEC_PCMA, 8, 0, 30, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=maxptime:240\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:0\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:25\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:-20\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:266\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:99999999999999999999\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=ptime:4294967306\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* RFC 3261 20.43: why not */
	{ "", 304, 0, 0, 0, 0, false, false },
	{ "m=video 4000 RTP/AVP 31\r\n", 304, 0, 0, 0, 0, false, false },
	{ "m=audio 0 RTP/AVP 8\r\n", 304, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/SAVP 8\r\n", 302, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 UDP/TLS/RTP/SAVPF 8\r\n", 302, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/SAVP 18\r\n", 305, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP 8\r\n", 302, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 TCP/RTP/AVP 8\r\n", 302, 0, 0, 0, 0, false, false },
	{ "m=audio 4000/2 RTP/AVP 8\r\n", 302, 0, 0, 0, 0, false, false },
	{ "m=audio 70000 RTP/AVP 8\r\n", 302, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 host.example.com\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 224.2.1.1/127\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 224.2.1.1\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 239.255.255.255\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 240.0.0.1\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 255.255.255.255\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 169.254.1.1\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 0.0.0.1\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP6 ff02::1\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP6 fe80::1\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP6 ::ffff:192.0.2.1\r\n", 301, 0, 0, 0, 0, false, false },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 169.255.1.1\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 223.255.255.254\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\nc=IN IP6 2001:db8::1\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* the nearest miss is told */
	{ "m=video 4000 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 18\r\n", 305, 0, 0, 0, 0, false, false },
	/* RFC 4585: feedback may be sent, and need not be */
	{ "m=audio 4000 RTP/AVPF 8\r\na=rtcp-fb:* nack\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVPF 96\r\na=rtpmap:96 PCMA/8000\r\n", 0, CODEC_PCMA, 96, 0, 20, true, true },
	/* RFC 8643: keys of a plain stream are an offer that may be let be */
	{ "m=audio 4000 RTP/AVP 8\r\na=crypto:1 x\r\na=fingerprint:sha-256 00\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* RFC 8839, RFC 9143, RFC 3556: what else browsers and proxies say */
	{ "a=group:BUNDLE a\r\na=ice-lite\r\nm=audio 4000 RTP/AVP 8\r\nb=RS:0\r\nb=X-YZ:128\r\na=mid:a\r\na=ice-ufrag:x\r\n"
	  "a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\na=rtcp-rsize\r\na=ssrc:1 cname:x\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* RFC 4475 3.1.1.1: an rtpmap that cannot be read is as if it were not there */
	{ "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 \r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=rtpmap:x\r\na=rtpmap\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 PCMA/\r\n", 305, 0, 0, 0, 0, false, false },
	/* comfort noise is not offered back, and its absence is no fault */
	{ "m=audio 4000 RTP/AVP 13 8\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* RFC 3264 6: the first stream that can be used */
	{ "m=audio 4000 RTP/SAVP 8\r\nm=audio 4002 RTP/AVP 8\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* payload types out of range, twice, and too many */
	{ "m=audio 4000 RTP/AVP 8 8 8 8 8 8 8 8 8 8 8 8 0\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	{ "m=audio 4000 RTP/AVP 8\r\na=fmtp:8 x\r\na=fmtp:127 \"\r\n", 0, CODEC_PCMA, 8, 0, 20, true, true },
	/* nine streams */
	{ "m=audio 4000 RTP/AVP 8\r\nm=video 1 RTP/AVP 31\r\nm=video 1 RTP/AVP 31\r\nm=video 1 RTP/AVP 31\r\n"
	  "m=video 1 RTP/AVP 31\r\nm=video 1 RTP/AVP 31\r\nm=video 1 RTP/AVP 31\r\nm=video 1 RTP/AVP 31\r\n"
	  "m=video 1 RTP/AVP 31\r\n", 304, 0, 0, 0, 0, false, false },
};
/* clang-format on */

START_TEST(media_section_is_agreed_or_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(media_rows); i++) {
		const struct media_row *row = &media_rows[i];
		unsigned warning = 0;
		struct offer offer;
		struct mg_rtp rtp;
		char text[1024];

		snprintf(text, sizeof(text), HEAD "%s", row->media);
		int rc = offer_parse(text, strlen(text), &offer, &warning);
		ck_assert_msg(rc == 0 || rc == -ENOTSUP, "%d for %s", rc, row->media);
		if (!rc && !offer_agree(&offer, &ours, LEG_LAW_ANY, &rtp)) {
			rc = -ENOTSUP;
			warning = offer_disagreement(&offer, &ours);
		}
		ck_assert_msg(rc == (row->warning ? -ENOTSUP : 0), "%d for %s", rc, row->media);
		if (rc) {
			ck_assert_msg(warning == row->warning, "%u for %s", warning, row->media);
			ck_assert_str_ne(offer_warning_text(warning), "Miscellaneous warning");
			continue;
		}
		ck_assert_msg(rtp.codec == row->codec && rtp.pt == row->pt, "%s", row->media);
		ck_assert_msg(rtp.tevent_pt == row->tevent_pt, "%s", row->media);
		ck_assert_msg(rtp.ptime_ms == row->ptime_ms, "%u: %s", rtp.ptime_ms, row->media);
		ck_assert_msg(rtp.send == row->send && rtp.receive == row->receive, "%s",
			      row->media);
	}
}
END_TEST

START_TEST(what_is_no_description_is_malformed)
{
	static const char *const texts[] = {
		"",
		"\r\n",
		"v=1\r\n",
		"hello",
		"m=audio 4000 RTP/AVP 8\r\n",
		"v=0\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 8\r\n",       /* no o= */
		"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n", /* no c= */
		HEAD "m=audio\r\n",
		HEAD "m=audio x RTP/AVP 8\r\n",
		HEAD "m=audio 4000 RTP/AVP 999\r\n",
		HEAD "m=audio 4000 RTP/AVP x\r\n",
		HEAD "garbage\r\n",
		/* octets that are of no token, where formats are no payload types */
		HEAD "m=audio 9 X/Y \xfc 0\r\n",
		HEAD "m=image 9 udptl \"t38\r\n",
		HEAD " \tm=image 9 udptl t38 (\n",
		HEAD "m=audio 9 X /Y 0\r\n",
		HEAD "m=audio 9/1 /XY 0\r\n",
		HEAD "m=audio 9/2/X RTP/AVP 0\r\n",
		HEAD "m=audio 9X/Y RTP/AVP 0\r\n",
		HEAD "m=audio 9 X/Y\t0\r\n",
		HEAD "m=audio -1 RTP/AVP 8\r\n",
		HEAD "m=audio 9/ RTP/AVP 8\r\n",
	};
	static char big[OFFER_READ_MAX + 1];
	struct offer offer;
	unsigned warning;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_msg(offer_parse(texts[i], strlen(texts[i]), &offer, &warning) == -EBADMSG,
			      "%s", texts[i]);
	ck_assert_int_eq(offer_parse("v=0\0\r\n", 6, &offer, &warning), -EBADMSG);
	memset(big, 'x', sizeof(big));
	ck_assert_int_eq(offer_parse(big, sizeof(big), &offer, &warning), -EBADMSG);
}
END_TEST

/* RFC 3605 2.1 */
START_TEST(rtcp_may_be_elsewhere)
{
	static const struct {
		const char *attribute, *rtcp;
	} rows[] = {
		{ "a=rtcp:53020\r\n", "192.0.2.1:53020" },
		{ "a=rtcp:53020 IN IP4 192.0.2.9\r\n", "192.0.2.9:53020" },
		/* where nothing of ours can be sent to, only the port counts */
		{ "a=rtcp:53020 IN IP6 2001:db8::1\r\n", "192.0.2.1:53020" },
		{ "a=rtcp:53020 IN IP4 224.0.0.1\r\n", "192.0.2.1:53020" },
		{ "a=rtcp:53020 IN IP4 host.example.com\r\n", "192.0.2.1:53020" },
		{ "a=rtcp:0\r\n", ":0" },
		{ "a=rtcp:65536\r\n", ":0" },
		{ "a=rtcp:x\r\n", ":0" },
		{ "a=rtcp\r\n", ":0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char sdp[512], text[NETADDR_TEXT_MAX];

		snprintf(sdp, sizeof(sdp), HEAD "m=audio 4000 RTP/AVP 8\r\n%s", rows[i].attribute);
		struct offer offer = parsed(sdp);
		netaddr_text(&offer.rtcp, text, sizeof(text));
		ck_assert_str_eq(text, rows[i].rtcp);
	}
}
END_TEST

START_TEST(codec_follows_the_law_then_the_offer)
{
	static const struct {
		const char *formats;
		enum leg_law law;
		enum codec_id codec;
	} rows[] = {
		{ "0 8", LEG_LAW_ANY, CODEC_PCMU },    { "8 0", LEG_LAW_ANY, CODEC_PCMA },
		{ "0 8", LEG_LAW_ALAW, CODEC_PCMA },   { "0 8", LEG_LAW_MULAW, CODEC_PCMU },
		{ "8 0", LEG_LAW_MULAW, CODEC_PCMU },  { "0", LEG_LAW_ALAW, CODEC_PCMU },
		{ "18 8", LEG_LAW_MULAW, CODEC_PCMA },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mg_rtp rtp;
		char sdp[512];

		snprintf(sdp, sizeof(sdp), HEAD "m=audio 4000 RTP/AVP %s\r\n", rows[i].formats);
		struct offer offer = parsed(sdp);
		ck_assert(offer_agree(&offer, &ours, rows[i].law, &rtp));
		ck_assert_int_eq(rtp.codec, rows[i].codec);
	}
}
END_TEST

START_TEST(codec_that_is_not_configured_is_not_agreed)
{
	struct offer_policy alaw = ours;
	struct mg_rtp rtp;
	struct offer offer = parsed(HEAD "m=audio 4000 RTP/AVP 0 101\r\n" TEVENT);

	alaw.n_codecs = 1;
	ck_assert(!offer_agree(&offer, &alaw, LEG_LAW_MULAW, &rtp));
	offer = parsed(HEAD "m=audio 4000 RTP/AVP 0 8 101\r\n" TEVENT);
	alaw.telephone_event = false;
	ck_assert(offer_agree(&offer, &alaw, LEG_LAW_MULAW, &rtp));
	ck_assert_int_eq(rtp.codec, CODEC_PCMA);
	ck_assert_uint_eq(rtp.tevent_pt, 0);
}
END_TEST

static struct offer_origin origin_at(const char *host, uint16_t port)
{
	struct offer_origin origin = { .id = 7, .version = 3, .tevent_pt = OFFER_TEVENT_PT };

	ck_assert(netaddr_parse(host, port, &origin.rtp));
	return origin;
}

/* RFC 3264 5 */
START_TEST(offer_lists_the_laws_codec_first)
{
	struct offer_origin origin = origin_at("192.0.2.7", 20000);
	char text[OFFER_TEXT_MAX];

	ck_assert_int_eq(offer_write(&origin, &(struct offer){ 0 }, &ours, LEG_LAW_MULAW, text,
				     sizeof(text)),
			 0);
	ck_assert_str_eq(text, "v=0\r\no=crosspoint 7 3 IN IP4 192.0.2.7\r\ns=-\r\n"
			       "c=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0 8 101\r\n"
			       "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
			       "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
			       "a=ptime:20\r\na=sendrecv\r\n");
	ck_assert_int_eq(
		offer_write(&origin, &(struct offer){ 0 }, &ours, LEG_LAW_ANY, text, sizeof(text)),
		0);
	ck_assert_ptr_nonnull(strstr(text, "RTP/AVP 8 0 101\r\n"));
}
END_TEST

/* RFC 3264 6: one answer to each m= line, in order, of the same type; those refused have port 0 */
START_TEST(answer_repeats_every_stream)
{
	struct offer_origin origin = origin_at("2001:db8::7", 20000);
	struct offer offer = parsed(HEAD "m=video 5000 RTP/AVP 31 34\r\n"
					 "m=audio 4000 RTP/AVP 0 8 96\r\na=sendonly\r\n"
					 "a=rtpmap:96 telephone-event/8000\r\n"
					 "m=image 5002 udptl t38\r\n"
					 "m=audio 4004 RTP/AVP 8\r\n");
	char text[OFFER_TEXT_MAX];
	struct mg_rtp rtp;

	ck_assert(offer_agree(&offer, &ours, LEG_LAW_ALAW, &rtp));
	ck_assert_int_eq(offer_answer(&origin, &offer, &rtp, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "v=0\r\no=crosspoint 7 3 IN IP6 2001:db8::7\r\ns=-\r\n"
			       "c=IN IP6 2001:db8::7\r\nt=0 0\r\nm=video 0 RTP/AVP 31\r\n"
			       "m=audio 20000 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\n"
			       "a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"
			       "a=ptime:20\r\na=recvonly\r\n"
			       "m=image 0 udptl t38\r\nm=audio 0 RTP/AVP 8\r\n");
}
END_TEST

START_TEST(what_is_written_reads_back)
{
	struct offer_origin origin = origin_at("192.0.2.7", 20000);
	char text[OFFER_TEXT_MAX];
	struct mg_rtp rtp, terms;

	ck_assert_int_eq(offer_write(&origin, &(struct offer){ 0 }, &ours, LEG_LAW_MULAW, text,
				     sizeof(text)),
			 0);
	struct offer offer = parsed(text);
	ck_assert(offer_agree(&offer, &ours, LEG_LAW_ANY, &rtp));
	offer_terms(&ours, LEG_LAW_MULAW, &terms);
	ck_assert_int_eq(terms.codec, CODEC_PCMU);
	ck_assert_int_eq(rtp.codec, terms.codec);
	ck_assert_uint_eq(rtp.pt, terms.pt);
	ck_assert_uint_eq(rtp.tevent_pt, terms.tevent_pt);
	ck_assert_uint_eq(rtp.ptime_ms, terms.ptime_ms);
	ck_assert(!terms.send && terms.receive);
	ck_assert_uint_eq(terms.n_also, 1); /* RFC 3264 5.1: all that is offered may come at once */
	ck_assert_int_eq(terms.also[0].codec, CODEC_PCMA);
}
END_TEST

/* RFC 3264 5.1, 6.1: we send by their payload types and hear by ours, in every codec that their answer kept */
START_TEST(answer_is_heard_by_the_payload_types_of_our_offer)
{
	static const struct {
		const char *answer;
		uint8_t pt, tevent_pt, tevent_rx_pt, n_also;
		struct mg_format also[MG_ALSO];
	} rows[] = {
		{ "8\r\n", 8, 0, 0, 0, { { 0 } } },
		{ "8 0\r\n", 8, 0, 0, 1, { { CODEC_PCMU, 0 } } },
		{ "0 8\r\n", 0, 0, 0, 1, { { CODEC_PCMA, 8 } } },
		{ "18 0 9\r\n", 0, 0, 0, 0, { { 0 } } },
		{ "8 97\r\na=rtpmap:97 telephone-event/8000\r\n", 8, 97, 110, 0, { { 0 } } },
		{ "96 0\r\na=rtpmap:96 PCMA/8000\r\n",
		  96,
		  0,
		  0,
		  2,
		  { { CODEC_PCMA, 8 }, { CODEC_PCMU, 0 } } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mg_rtp rtp;
		char sdp[512];

		snprintf(sdp, sizeof(sdp), HEAD "m=audio 4000 RTP/AVP %s", rows[i].answer);
		struct offer answer = parsed(sdp);
		ck_assert(offer_accept(&answer, &ours, 110, &rtp));
		ck_assert_uint_eq(rtp.pt, rows[i].pt);
		ck_assert_uint_eq(rtp.tevent_pt, rows[i].tevent_pt);
		ck_assert_uint_eq(rtp.tevent_rx_pt, rows[i].tevent_rx_pt);
		ck_assert_uint_eq(rtp.n_also, rows[i].n_also);
		for (size_t k = 0; k < rtp.n_also; k++) {
			ck_assert_int_eq(rtp.also[k].codec, rows[i].also[k].codec);
			ck_assert_uint_eq(rtp.also[k].pt, rows[i].also[k].pt);
		}
	}
	struct offer none = parsed(HEAD "m=audio 4000 RTP/AVP 0\r\n");
	struct offer_policy alaw = ours;
	struct mg_rtp rtp;
	alaw.n_codecs = 1;
	ck_assert(!offer_accept(&none, &alaw, OFFER_TEVENT_PT, &rtp));
}
END_TEST

#define KEY "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define CRYPTO "a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:" KEY "\r\n"

/* What the profile and its keys come to under each policy. */
START_TEST(keys_are_negotiated_by_policy)
{
	static const struct {
		const char *media;
		bool off, optional, required;
		uint32_t tag;
	} rows[] = {
		{ "m=audio 4000 RTP/AVP 8\r\n", true, true, false, 0 },
		{ "m=audio 4000 RTP/AVPF 8\r\n" CRYPTO, true, true, false, 0 },
		{ "m=audio 4000 RTP/SAVP 8\r\n" CRYPTO, false, true, true, 7 },
		{ "m=audio 4000 RTP/SAVPF 8\r\n" CRYPTO, false, true, true, 7 },
		{ "m=audio 4000 RTP/SAVP 8\r\n", false, false, false, 0 },
		/* RFC 4568 5.1.2: the first line that can be used */
		{ "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 UNKNOWN inline:" KEY "\r\n" CRYPTO, false,
		  true, true, 7 },
		{ "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 UNKNOWN inline:" KEY "\r\n", false, false,
		  false, 0 },
		/* DTLS is not spoken yet */
		{ "m=audio 4000 UDP/TLS/RTP/SAVP 8\r\n" CRYPTO, false, false, false, 0 },
		/* a plain stream before one with keys, wherever it stands */
		{ "m=audio 4000 RTP/SAVP 8\r\n" CRYPTO "m=audio 4002 RTP/AVP 8\r\n", true, true,
		  false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const bool expected[] = { rows[i].off, rows[i].optional, rows[i].required };
		struct offer_policy policy = ours;
		char sdp[1024];

		policy.encrypts = true;

		snprintf(sdp, sizeof(sdp), HEAD "%s", rows[i].media);
		struct offer offer = parsed(sdp);
		for (policy.srtp = OFFER_SRTP_OFF; policy.srtp <= OFFER_SRTP_REQUIRED;
		     policy.srtp++) {
			const struct keying_crypto *crypto;
			struct mg_rtp rtp;

			ck_assert_msg(offer_secures(&offer, &policy, &crypto) ==
					      expected[policy.srtp],
				      "%s by policy %d", rows[i].media, policy.srtp);
			ck_assert(offer_agree(&offer, &policy, LEG_LAW_ANY, &rtp) ==
				  expected[policy.srtp]);
			if (expected[policy.srtp])
				ck_assert_uint_eq(crypto ? crypto->tag : 0, rows[i].tag);
			else
				ck_assert_uint_eq(offer_disagreement(&offer, &policy),
						  OFFER_WARN_TRANSPORT);
		}
	}
}
END_TEST

/* Nothing is promised that the media gateway cannot do. */
START_TEST(without_encryption_no_keys_are_agreed)
{
	struct offer secure = parsed(HEAD "m=audio 4000 RTP/SAVP 8\r\n" CRYPTO);
	struct offer plain = parsed(HEAD "m=audio 4000 RTP/AVP 8\r\n");
	struct offer_policy policy = ours;
	const struct keying_crypto *crypto;

	ck_assert(offer_possible(&policy));
	for (policy.srtp = OFFER_SRTP_OFF; policy.srtp <= OFFER_SRTP_REQUIRED; policy.srtp++)
		ck_assert(!offer_secures(&secure, &policy, &crypto));
	policy.srtp = OFFER_SRTP_REQUIRED;
	ck_assert(!offer_secures(&plain, &policy, &crypto));
	ck_assert(!offer_possible(&policy));
	policy.encrypts = true;
	ck_assert(offer_possible(&policy));
}
END_TEST

START_TEST(secure_answer_has_the_tag_that_was_offered)
{
	struct offer_origin origin = origin_at("192.0.2.7", 20000);
	struct offer offer = parsed(HEAD "m=audio 4000 RTP/SAVPF 8\r\n" CRYPTO);
	struct offer_policy policy = ours;
	const struct keying_crypto *crypto;
	char text[OFFER_TEXT_MAX];
	struct mg_rtp rtp;

	policy.srtp = OFFER_SRTP_REQUIRED;
	policy.encrypts = true;
	ck_assert(offer_secures(&offer, &policy, &crypto));
	origin.key = *crypto;
	memset(origin.key.key, 0, sizeof(origin.key.key));
	ck_assert(offer_agree(&offer, &policy, LEG_LAW_ANY, &rtp));
	ck_assert_int_eq(offer_answer(&origin, &offer, &rtp, text, sizeof(text)), 0);
	ck_assert_ptr_nonnull(strstr(text, "m=audio 20000 RTP/SAVPF 8\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:"
					   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"));
	ck_assert_int_eq(offer_write(&origin, &(struct offer){ 0 }, &policy, LEG_LAW_ANY, text,
				     sizeof(text)),
			 0);
	struct offer ours_back = parsed(text);
	ck_assert_int_eq(ours_back.profile, OFFER_SAVP);
	ck_assert_uint_eq(ours_back.n_crypto, 1);
}
END_TEST

/* RFC 5763 5, RFC 8866 5.13: what is said of the session holds for its streams */
START_TEST(fingerprint_and_role_are_inherited)
{
	struct offer offer = parsed(HEAD "a=setup:actpass\r\na=fingerprint:sha-256 "
					 "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
					 "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n"
					 "m=audio 4000 UDP/TLS/RTP/SAVPF 8\r\n");

	ck_assert_int_eq(offer.profile, OFFER_DTLS_SAVPF);
	ck_assert_int_eq(offer.setup, KEYING_ACTPASS);
	ck_assert_uint_eq(offer.fingerprint.len, 32);
	ck_assert_uint_eq(offer.fingerprint.octets[31], 31);
}
END_TEST

/* RFC 5761 5.1.1 */
START_TEST(rtcp_is_muxed_when_both_say_so)
{
	struct offer_origin origin = origin_at("192.0.2.7", 20000);
	struct offer_policy policy = ours;
	struct offer offer = parsed(HEAD "m=audio 4000 RTP/AVPF 8\r\na=rtcp-mux\r\n");
	char text[OFFER_TEXT_MAX];
	struct mg_rtp rtp;

	ck_assert(offer_agree(&offer, &ours, LEG_LAW_ANY, &rtp) && rtp.rtcp_mux);
	ck_assert_int_eq(offer_answer(&origin, &offer, &rtp, text, sizeof(text)), 0);
	ck_assert_ptr_nonnull(strstr(text, "m=audio 20000 RTP/AVPF 8\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "a=rtcp-mux\r\n"));
	/* an answer cannot ask for what we did not offer */
	ck_assert(offer_accept(&offer, &ours, OFFER_TEVENT_PT, &rtp) && !rtp.rtcp_mux);
	policy.rtcp_mux = true;
	ck_assert(offer_accept(&offer, &policy, OFFER_TEVENT_PT, &rtp) && rtp.rtcp_mux);
	offer = parsed(HEAD "m=audio 4000 RTP/AVP 8\r\n");
	ck_assert(offer_accept(&offer, &policy, OFFER_TEVENT_PT, &rtp) && !rtp.rtcp_mux);
	offer_write(&origin, &(struct offer){ 0 }, &policy, LEG_LAW_ANY, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "a=rtcp-mux\r\n"));
}
END_TEST

/* RFC 3264 8: a later offer has all m= lines of before, at their places */
START_TEST(later_offer_repeats_every_stream)
{
	struct offer_origin origin = origin_at("192.0.2.7", 20000);
	struct offer before = parsed(HEAD "m=video 5000 RTP/AVPF 31 34\r\n"
					  "m=audio 4000 RTP/AVP 8\r\n"
					  "m=image 5002 udptl t38\r\n");
	char text[OFFER_TEXT_MAX];
	const char *at = text;
	static const char *const lines[] = { "m=video 0 RTP/AVPF 31\r\n",
					     "m=audio 20000 RTP/AVP 8 0 101\r\n",
					     "m=image 0 udptl t38\r\n" };

	ck_assert_int_eq(offer_write(&origin, &before, &ours, LEG_LAW_ANY, text, sizeof(text)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		at = strstr(at, lines[i]);
		ck_assert_msg(at, "%s in %s", lines[i], text);
	}
}
END_TEST

START_TEST(lack_of_memory_is_no_description)
{
	static const char text[] = HEAD "m=audio 4000 RTP/AVP 8 0 101\r\n" TEVENT "a=ptime:30\r\n";

	OOM_EACH(done)
	{
		struct offer offer = { .ptime_ms = 99 };
		unsigned warning = 0;
		int rc = offer_parse(text, strlen(text), &offer, &warning);

		oom_off();
		done = !rc;
		ck_assert_uint_eq(offer.ptime_ms, done ? 30 : 99);
	}
}
END_TEST

START_TEST(text_that_does_not_fit_is_an_error)
{
	struct offer_origin origin = origin_at("192.0.2.7", 20000);
	char text[OFFER_TEXT_MAX];

	for (size_t size = 1; size < 100; size++)
		ck_assert_int_eq(
			offer_write(&origin, &(struct offer){ 0 }, &ours, LEG_LAW_ANY, text, size),
			-ENOSPC);
}
END_TEST

UNIT_MAIN("offer", keys_are_negotiated_by_policy, without_encryption_no_keys_are_agreed,
	  secure_answer_has_the_tag_that_was_offered, fingerprint_and_role_are_inherited,
	  rtcp_is_muxed_when_both_say_so, later_offer_repeats_every_stream, audio_stream_is_read,
	  media_section_is_agreed_or_refused, what_is_no_description_is_malformed,
	  rtcp_may_be_elsewhere, codec_follows_the_law_then_the_offer,
	  codec_that_is_not_configured_is_not_agreed, offer_lists_the_laws_codec_first,
	  answer_repeats_every_stream, what_is_written_reads_back,
	  answer_is_heard_by_the_payload_types_of_our_offer, lack_of_memory_is_no_description,
	  text_that_does_not_fit_is_an_error)
