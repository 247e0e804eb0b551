/* Blocks are in our own order of octets, as the section header says; what is inside packets is in network order. */
#include "call/pcapng.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "call/timeline.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6, /* enhanced */
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	OPTION_COMMENT = 1,
	OPTION_IF_NAME = 2,
	OPTION_FLAGS = 2, /* of a packet */
	FLAGS_IN = 1,
	FLAGS_OUT = 2,
	LINKTYPE_RAW = 101,  /* begins with the IP header */
	PACKET_HOST = 0,     /* sll_pkttype: to us */
	PACKET_OUTGOING = 4, /* sll_pkttype: from us */
	HATYPE_LAPD = 8445,  /* ARPHRD_LAPD */
	ETHERTYPE_LAPD = 0x30,
	IPV4_LEN = 20,
	IPV6_LEN = 40,
	UDP_LEN = 8,
	HEADERS_MAX = IPV6_LEN + UDP_LEN,
	PROTOCOL_UDP = 17,
	HOPS = 64,
};

void pcapng_lapd_header(bool network, bool sent, uint8_t out[static LAPD_HEADER_LEN])
{
	memset(out, 0, LAPD_HEADER_LEN);
	out[1] = sent ? PACKET_OUTGOING : PACKET_HOST;
	out[2] = HATYPE_LAPD >> 8;
	out[3] = HATYPE_LAPD & 0xff;
	out[5] = 1; /* length of the address: one octet, 1 when we are the network */
	out[6] = network;
	out[15] = ETHERTYPE_LAPD;
}

/* Writing */

struct writer {
	FILE *file;
	const struct timelines *timelines;
	unsigned written, gone;
};

static void put_u32(FILE *file, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, file);
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void put_padded(FILE *file, const void *data, size_t len)
{
	static const uint8_t zeroes[4];

	fwrite(data, 1, len, file);
	fwrite(zeroes, 1, padded(len) - len, file);
}

static void put_option(FILE *file, uint16_t code, const void *value, size_t len)
{
	put_u32(file, code | (uint32_t)len << 16);
	put_padded(file, value, len);
}

static size_t option_len(size_t len)
{
	return 4 + padded(len);
}

/* The code and the length of an option share four octets, low ones first only on machines that are so. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "options are written as one number");

static void put_section(FILE *file)
{
	enum { LEN = 28 };

	put_u32(file, BLOCK_SECTION);
	put_u32(file, LEN);
	put_u32(file, BYTE_ORDER_MAGIC);
	put_u32(file, 1); /* version 1.0 */
	put_u32(file, UINT32_MAX);
	put_u32(file, UINT32_MAX); /* how long it is, is not said */
	put_u32(file, LEN);
}

static void put_interface(FILE *file, uint32_t link_type, const char *name)
{
	const uint32_t len = (uint32_t)(20 + option_len(strlen(name)) + 4);

	put_u32(file, BLOCK_INTERFACE);
	put_u32(file, len);
	put_u32(file, link_type);
	put_u32(file, 0); /* no snap length */
	put_option(file, OPTION_IF_NAME, name, strlen(name));
	put_u32(file, 0); /* the end of options; time is in microseconds */
	put_u32(file, len);
}

struct packet {
	uint32_t interface;
	uint8_t header[HEADERS_MAX];
	size_t header_len;
	const struct message *message;
	const char *comment;
};

static void put_packet(FILE *file, const struct packet *packet)
{
	const struct message *message = packet->message;
	const uint32_t flags = message->sent ? FLAGS_OUT : FLAGS_IN;
	const size_t kept = packet->header_len + message->len;
	const size_t comment_len = strlen(packet->comment);
	const uint32_t len = (uint32_t)(32 + padded(kept) + option_len(sizeof(flags)) +
					option_len(comment_len) + 4);
	static const uint8_t zeroes[4];

	put_u32(file, BLOCK_PACKET);
	put_u32(file, len);
	put_u32(file, packet->interface);
	put_u32(file, (uint32_t)(message->wall_us >> 32));
	put_u32(file, (uint32_t)message->wall_us);
	put_u32(file, (uint32_t)kept);
	put_u32(file, (uint32_t)(packet->header_len + message->whole));
	fwrite(packet->header, 1, packet->header_len, file);
	fwrite(message->octets, 1, message->len, file);
	fwrite(zeroes, 1, padded(kept) - kept, file);
	put_option(file, OPTION_COMMENT, packet->comment, comment_len);
	put_option(file, OPTION_FLAGS, &flags, sizeof(flags));
	put_u32(file, 0);
	put_u32(file, len);
}

/* IP and UDP */

static void set_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 1071, so far. */
static uint32_t add_up(uint32_t sum, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? octets[i] : (uint32_t)octets[i] << 8;
	return sum;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* RFC 791 */
static size_t put_ipv4(uint8_t *out, const struct message_end *from, const struct message_end *to,
		       size_t len)
{
	memset(out, 0, IPV4_LEN);
	out[0] = 0x45;
	set_u16(out + 2, IPV4_LEN + len);
	out[6] = 0x40; /* do not fragment */
	out[8] = HOPS;
	out[9] = PROTOCOL_UDP;
	memcpy(out + 12, from->address, 4);
	memcpy(out + 16, to->address, 4);
	set_u16(out + 10, folded(add_up(0, out, IPV4_LEN)));
	return IPV4_LEN;
}

/* RFC 8200 */
static size_t put_ipv6(uint8_t *out, const struct message_end *from, const struct message_end *to,
		       size_t len)
{
	memset(out, 0, IPV6_LEN);
	out[0] = 0x60;
	set_u16(out + 4, len);
	out[6] = PROTOCOL_UDP;
	out[7] = HOPS;
	memcpy(out + 8, from->address, 16);
	memcpy(out + 24, to->address, 16);
	return IPV6_LEN;
}

/* RFC 768; the checksum that IPv6 wants is of what is kept. */
static void put_udp(uint8_t *out, const struct packet *packet, const struct message_end *from,
		    const struct message_end *to, size_t len)
{
	uint32_t sum = PROTOCOL_UDP + (uint32_t)len;
	uint16_t checksum;

	set_u16(out, from->port);
	set_u16(out + 2, to->port);
	set_u16(out + 4, len);
	set_u16(out + 6, 0);
	if (from->family != 6)
		return;
	sum = add_up(sum, from->address, 16);
	sum = add_up(sum, to->address, 16);
	sum = add_up(sum, out, UDP_LEN);
	checksum = folded(add_up(sum, packet->message->octets, packet->message->len));
	set_u16(out + 6, checksum ? checksum : 0xffff);
}

static void put_sip_headers(struct packet *packet)
{
	const struct message *message = packet->message;
	const struct message_end *from = message->sent ? &message->here : &message->there;
	const struct message_end *to = message->sent ? &message->there : &message->here;
	const size_t len = UDP_LEN + message->whole;
	const bool six = from->family == 6 || to->family == 6;
	size_t ip = six ? put_ipv6(packet->header, from, to, len)
			: put_ipv4(packet->header, from, to, len);

	put_udp(packet->header + ip, packet, from, to, len);
	packet->header_len = ip + UDP_LEN;
}

/* The call */

static bool write_entry(void *data, const struct timeline_entry *entry)
{
	struct writer *writer = data;
	struct message message;
	struct packet packet = { .message = &message, .comment = entry->party };

	if (!entry->message)
		return true;
	if (!timelines_message(writer->timelines, entry->message, &message)) {
		writer->gone++;
		return true;
	}
	packet.interface = message.kind == MESSAGE_ISDN;
	if (message.kind == MESSAGE_ISDN) {
		pcapng_lapd_header(message.network, message.sent, packet.header);
		packet.header_len = LAPD_HEADER_LEN;
	} else {
		put_sip_headers(&packet);
	}
	put_packet(writer->file, &packet);
	writer->written++;
	return true;
}

bool pcapng_of_call(const struct call_hub *hub, uint32_t id, struct pcapng *out)
{
	const struct timelines *timelines = call_timelines(hub);
	struct writer writer = { .timelines = timelines };
	char *octets = NULL;
	size_t len = 0;
	bool known;

	writer.file = open_memstream(&octets, &len);
	if (!writer.file) {
		*out = (struct pcapng){ 0 };
		return true;
	}
	put_section(writer.file);
	put_interface(writer.file, LINKTYPE_RAW, "SIP");
	put_interface(writer.file, LINKTYPE_LAPD, "ISDN");
	known = timeline_each(timelines, id, write_entry, &writer, NULL);
	if (fclose(writer.file) || !known) {
		free(octets);
		octets = NULL;
	}
	if (known)
		*out = (struct pcapng){ (uint8_t *)octets, len, writer.written, writer.gone };
	return known;
}
