/* Bit error test. The checker fills a shift register with what it hears until what follows agrees, and then
 * lets it run by itself, so that an error is counted once. */
#include "codecs/dsp/bert.h"

enum {
	LOCK_BITS = 64,          /* agree by chance once in 2^64 */
	LOSS_SHARE_PERCENT = 20, /* as O.151 and O.152 judge a second */
};

/* O.150 5 */
static const struct bert_sequence sequences[] = {
	{ 9, 5, false },  /* 511 bits */
	{ 11, 9, false }, /* 2047 bits, O.152's for 64 kbit/s */
	{ 15, 14, true }, /* 32767 bits, O.151's */
};

bool bert_init(struct bert *bert, unsigned order)
{
	for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++) {
		if (sequences[i].order == order) {
			*bert = (struct bert){ .sequence = &sequences[i], .said = 1 };
			return true;
		}
	}
	return false;
}

static unsigned follow(const struct bert_sequence *sequence, uint32_t before)
{
	return (before >> (sequence->order - 1) ^ before >> (sequence->tap - 1)) & 1;
}

void bert_say(struct bert *bert, uint8_t *octets, size_t n)
{
	const unsigned inversion = bert->sequence->inverted ? 0xff : 0;

	for (size_t i = 0; i < n; i++) {
		for (unsigned bit = 0; bit < 8; bit++)
			bert->said = bert->said << 1 | follow(bert->sequence, bert->said);
		octets[i] = (uint8_t)(bert->said ^ inversion);
	}
}

/* No sequence has as many zeros in a row as its register has stages. */
static bool is_stuck(const struct bert *bert)
{
	return !(bert->expected & ((1u << bert->sequence->order) - 1));
}

static void seek(struct bert *bert, unsigned bit)
{
	bool agrees = bit == follow(bert->sequence, bert->expected) && !is_stuck(bert);

	bert->expected = bert->expected << 1 | bit;
	bert->agreed = agrees ? bert->agreed + 1 : 0;
	bert->locked = bert->agreed == LOCK_BITS;
}

static bool is_wrong(struct bert *bert, unsigned bit)
{
	unsigned expected = follow(bert->sequence, bert->expected);

	bert->expected = bert->expected << 1 | expected;
	return bit != expected;
}

static void judge(struct bert *bert, unsigned bits, unsigned errors)
{
	if (errors * 100 <= bits * LOSS_SHARE_PERCENT) {
		bert->bits += bits;
		bert->errors += errors;
		return;
	}
	bert->losses++;
	bert->locked = false;
	bert->agreed = 0;
}

void bert_hear(struct bert *bert, const uint8_t *octets, size_t n)
{
	const unsigned inversion = bert->sequence->inverted ? 0xff : 0;
	unsigned bits = 0, errors = 0;

	for (size_t i = 0; i < n * 8; i++) {
		unsigned bit = ((octets[i / 8] ^ inversion) >> (7 - i % 8)) & 1;
		if (!bert->locked) {
			seek(bert, bit);
			continue;
		}
		bits++;
		errors += is_wrong(bert, bit);
	}
	if (bits)
		judge(bert, bits, errors);
}
