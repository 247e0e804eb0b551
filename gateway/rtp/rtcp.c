/* RTCP, RFC 3550 6 and appendix A: what is known of a received stream, and compound packets. */
#include "rtp/rtcp.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/bit16gen.h>
#include <osmocom/core/bit32gen.h>
#include <osmocom/core/bit64gen.h>
#include <osmocom/core/utils.h>

enum { PT_SR = 200, PT_RR = 201, PT_SDES = 202, PT_BYE = 203, SDES_CNAME = 1 };
enum { HEAD = 8, SENDER_INFO = 20, BLOCK = 24 }; /* octets; HEAD is header and SSRC */
enum { MAX_DROPOUT = 3000, MAX_MISORDER = 100 }; /* RFC 3550 A.1 */
enum { NO_BAD_SEQ = 0x10000 };
enum { ROUND_TRIP_MAX = 60 << 16 }; /* 1/65536 s; more is nonsense */

/* RFC 3550 A.1, init_seq */
static void begin(struct rtcp_source *src, const struct rtp_packet *packet)
{
	*src = (struct rtcp_source){
		.valid = true,
		.ssrc = packet->ssrc,
		.base_seq = packet->seq,
		.max_seq = packet->seq,
		.bad_seq = NO_BAD_SEQ,
	};
}

/* RFC 3550 A.1, update_seq, without probation: the caller knows whom it listens to. False: do not
 * count. */
static bool advance(struct rtcp_source *src, const struct rtp_packet *packet)
{
	uint16_t delta = packet->seq - src->max_seq;

	if (delta < MAX_DROPOUT) {
		if (packet->seq < src->max_seq)
			src->cycles++;
		src->max_seq = packet->seq;
	} else if (delta <= UINT16_MAX + 1 - MAX_MISORDER) {
		if (packet->seq != src->bad_seq) {
			src->bad_seq = (packet->seq + 1) & 0xffff;
			return false;
		}
		begin(src, packet); /* two in sequence: the other side restarted */
	}
	return true;
}

static uint32_t to_units(uint64_t us, unsigned clock_rate)
{
	return (uint32_t)(us / 1000000 * clock_rate + us % 1000000 * clock_rate / 1000000);
}

/* RFC 3550 A.8. Packets of one timestamp (updates of one event) tell nothing of the network, nor
 * does a timestamp that jumped by seconds. */
static void measure_jitter(struct rtcp_source *src, const struct rtp_packet *packet,
			   uint32_t arrival, unsigned clock_rate)
{
	uint32_t transit = arrival - packet->timestamp;
	uint32_t last = src->last_transit;
	int32_t d = (int32_t)(transit - last);
	uint32_t magnitude = d < 0 ? -(uint32_t)d : (uint32_t)d;

	if (src->received && packet->timestamp == src->last_timestamp)
		return;
	src->last_timestamp = packet->timestamp;
	src->last_transit = transit;
	if (src->received && magnitude <= 4 * clock_rate)
		src->jitter_q4 += magnitude - ((src->jitter_q4 + 8) >> 4);
}

void rtcp_source_packet(struct rtcp_source *src, const struct rtp_packet *packet, uint64_t now_us,
			unsigned clock_rate)
{
	if (!src->valid || packet->ssrc != src->ssrc)
		begin(src, packet);
	else if (!advance(src, packet))
		return;
	measure_jitter(src, packet, to_units(now_us, clock_rate), clock_rate);
	src->received++;
}

uint64_t rtcp_source_expected(const struct rtcp_source *src)
{
	if (!src->valid)
		return 0;
	return ((uint64_t)src->cycles << 16) + src->max_seq - src->base_seq + 1;
}

uint64_t rtcp_source_lost(const struct rtcp_source *src)
{
	uint64_t expected = rtcp_source_expected(src);

	return expected > src->received ? expected - src->received : 0;
}

uint32_t rtcp_source_jitter_us(const struct rtcp_source *src, unsigned clock_rate)
{
	if (!clock_rate)
		return 0;
	uint64_t us = (uint64_t)src->jitter_q4 * 1000000 / 16 / clock_rate;
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void put_header(uint8_t *out, unsigned count, unsigned pt, size_t len)
{
	out[0] = 2 << 6 | count;
	out[1] = pt;
	osmo_store16be(len / 4 - 1, out + 2);
}

/* RFC 3550 A.3; the interval begins anew. */
static uint8_t take_fraction_lost(struct rtcp_source *src)
{
	uint64_t expected = rtcp_source_expected(src);
	int64_t interval = (int64_t)(expected - src->expected_prior);
	int64_t lost = interval - (int64_t)(src->received - src->received_prior);

	src->expected_prior = expected;
	src->received_prior = src->received;
	if (interval <= 0 || lost <= 0)
		return 0;
	return lost >= interval ? 255 : (uint8_t)((lost << 8) / interval);
}

/* RFC 3550 6.4.1 */
static void put_block(struct rtcp_source *src, uint64_t now_us, uint8_t *out)
{
	int64_t lost = (int64_t)(rtcp_source_expected(src) - src->received);
	uint64_t since = now_us - src->lsr_arrival_us;
	uint64_t dlsr = since / 1000000 << 16 | (since % 1000000 << 16) / 1000000;

	lost = OSMO_MAX(OSMO_MIN(lost, 0x7fffff), -0x800000);
	osmo_store32be(src->ssrc, out);
	osmo_store32be((uint32_t)lost & 0xffffff, out + 4);
	out[4] = take_fraction_lost(src);
	osmo_store32be(src->cycles << 16 | src->max_seq, out + 8);
	osmo_store32be(src->jitter_q4 >> 4, out + 12);
	osmo_store32be(src->lsr, out + 16);
	osmo_store32be(!src->lsr ? 0 : (uint32_t)OSMO_MIN(dlsr, UINT32_MAX), out + 20);
}

static size_t put_report(const struct rtcp_sender *sender, struct rtcp_source *src, uint64_t now_us,
			 uint8_t *out)
{
	size_t len = HEAD + (sender->packets ? SENDER_INFO : 0);

	osmo_store32be(sender->ssrc, out + 4);
	if (sender->packets) {
		osmo_store64be(sender->ntp, out + 8);
		osmo_store32be(sender->rtp_timestamp, out + 16);
		osmo_store32be(sender->packets, out + 20);
		osmo_store32be(sender->octets, out + 24);
	}
	if (src) {
		put_block(src, now_us, out + len);
		len += BLOCK;
	}
	put_header(out, src ? 1 : 0, sender->packets ? PT_SR : PT_RR, len);
	return len;
}

/* Header, SSRC, the item with its two octets, and one to four zero octets. RFC 3550 6.5 */
static size_t sdes_len(size_t cname_len)
{
	return (HEAD + 2 + cname_len + 4) & ~(size_t)3;
}

static size_t put_sdes(uint32_t ssrc, const char *cname, size_t cname_len, uint8_t *out)
{
	size_t len = sdes_len(cname_len);

	memset(out, 0, len);
	put_header(out, 1, PT_SDES, len);
	osmo_store32be(ssrc, out + 4);
	out[8] = SDES_CNAME;
	out[9] = (uint8_t)cname_len;
	memcpy(out + 10, cname, cname_len);
	return len;
}

int rtcp_write(const struct rtcp_sender *sender, struct rtcp_source *src, uint64_t now_us, bool bye,
	       uint8_t *out, size_t size)
{
	const char *cname = sender->cname ? sender->cname : "";
	size_t cname_len = strnlen(cname, 255);

	/* Only sources heard since the last report are reported on, RFC 3550 6.4. */
	if (src && (!src->valid || src->received == src->received_prior))
		src = NULL;
	size_t need = HEAD + (sender->packets ? SENDER_INFO : 0) + (src ? BLOCK : 0) +
		      sdes_len(cname_len) + (bye ? HEAD : 0);
	if (size < need)
		return -ENOSPC;
	size_t len = put_report(sender, src, now_us, out);
	len += put_sdes(sender->ssrc, cname, cname_len, out + len);
	if (bye) {
		put_header(out + len, 1, PT_BYE, HEAD);
		osmo_store32be(sender->ssrc, out + len + 4);
		len += HEAD;
	}
	return (int)len;
}

/* One packet of a compound, padding taken off. */
struct part {
	unsigned count, pt;
	const uint8_t *body; /* after the header of four octets */
	size_t len;
};

/* Octets that the first packet takes, or -EINVAL. RFC 3550 A.2: only the last one may be padded. */
static int take_part(const uint8_t *octets, size_t len, struct part *part)
{
	if (len < 4 || octets[0] >> 6 != 2)
		return -EINVAL;
	size_t whole = 4 * ((size_t)osmo_load16be(octets + 2) + 1);
	if (whole > len)
		return -EINVAL;
	size_t padding = 0;
	if (octets[0] & 0x20) {
		padding = octets[whole - 1];
		if (whole != len || !padding || padding % 4 || padding > whole - 4)
			return -EINVAL;
	}
	*part = (struct part){
		.count = octets[0] & 0x1f,
		.pt = octets[1],
		.body = octets + 4,
		.len = whole - 4 - padding,
	};
	return (int)whole;
}

static void read_block(const uint8_t *block, struct rtcp_news *news)
{
	uint32_t lost = osmo_load32be(block + 4);

	news->report = true;
	news->fraction_lost = lost >> 24;
	news->cumulative_lost = (int32_t)((lost & 0xffffff) ^ 0x800000) - 0x800000;
	news->jitter = osmo_load32be(block + 12);
	news->lsr = osmo_load32be(block + 16);
	news->dlsr = osmo_load32be(block + 20);
}

/* SR and RR, of the compound's first sender alone. */
static int read_report(const struct part *part, uint32_t our_ssrc, bool first,
		       struct rtcp_news *news)
{
	size_t head = 4 + (part->pt == PT_SR ? SENDER_INFO : 0);

	if (part->len < head + (size_t)BLOCK * part->count)
		return -EINVAL;
	uint32_t ssrc = osmo_load32be(part->body);
	if (first)
		news->ssrc = ssrc;
	else if (ssrc != news->ssrc)
		return 0;
	if (part->pt == PT_SR && !news->sr) {
		news->sr = true;
		news->sr_ntp = osmo_load64be(part->body + 4);
	}
	for (unsigned i = 0; i < part->count && !news->report; i++) {
		const uint8_t *block = part->body + head + (size_t)BLOCK * i;
		if (osmo_load32be(block) == our_ssrc)
			read_block(block, news);
	}
	return 0;
}

static int read_bye(const struct part *part, struct rtcp_news *news)
{
	if (part->len < 4 * (size_t)part->count)
		return -EINVAL;
	for (unsigned i = 0; i < part->count; i++)
		if (osmo_load32be(part->body + 4 * (size_t)i) == news->ssrc)
			news->bye = true;
	return 0;
}

/* Chunks of items, each chunk closed by zero octets to a multiple of four. RFC 3550 6.5 */
static int check_sdes(const struct part *part)
{
	size_t at = 0;

	for (unsigned chunk = 0; chunk < part->count; chunk++) {
		at += 4;
		while (at < part->len && part->body[at]) {
			if (part->len - at < 2)
				return -EINVAL;
			at += 2 + (size_t)part->body[at + 1];
		}
		if (at >= part->len)
			return -EINVAL;
		at = (at + 4) & ~(size_t)3;
	}
	return at > part->len ? -EINVAL : 0;
}

bool rtcp_is(const uint8_t *octets, size_t len)
{
	enum { VERSION_2 = 2, TYPES_FROM = 192, TYPES_TO = 223 };

	return len >= 2 && octets[0] >> 6 == VERSION_2 && octets[1] >= TYPES_FROM &&
	       octets[1] <= TYPES_TO;
}

int rtcp_parse(const uint8_t *octets, size_t len, uint32_t our_ssrc, struct rtcp_news *news)
{
	struct rtcp_news found = { 0 };
	size_t at = 0;

	do {
		struct part part;
		int rc = take_part(octets + at, len - at, &part);
		if (rc < 0)
			return rc;
		bool report = part.pt == PT_SR || part.pt == PT_RR;
		/* RFC 3550 6.1: a compound begins with a report, and a report is not padded
		 * there. */
		if (at == 0 && (!report || octets[0] & 0x20))
			return -EINVAL;
		int bad = 0;
		if (report)
			bad = read_report(&part, our_ssrc, at == 0, &found);
		else if (part.pt == PT_BYE)
			bad = read_bye(&part, &found);
		else if (part.pt == PT_SDES)
			bad = check_sdes(&part);
		if (bad)
			return bad;
		at += (size_t)rc;
	} while (at < len);
	*news = found;
	return 0;
}

uint32_t rtcp_round_trip_us(const struct rtcp_news *news, uint32_t now_ntp)
{
	if (!news->report || !news->lsr)
		return 0;
	uint32_t units = now_ntp - news->lsr - news->dlsr;
	return units > ROUND_TRIP_MAX ? 0 : (uint32_t)((uint64_t)units * 1000000 >> 16);
}
