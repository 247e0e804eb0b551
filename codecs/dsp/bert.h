/* Bit error test: a pseudo-random bit sequence, said and checked (O.150, O.151, O.152). Octets go as on the
 * line, the most significant bit first. State in the caller's memory; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bert_sequence {
	uint8_t order, tap; /* stages of the shift register that are added */
	bool inverted;
};

struct bert {
	const struct bert_sequence *sequence;
	uint32_t said;         /* the bits before, the last one lowest, not inverted */
	uint32_t expected;     /* likewise of what is heard */
	bool locked;           /* the sequence is found */
	unsigned agreed;       /* bits in a row that followed from those before, until then */
	uint64_t bits, errors; /* while it was locked */
	uint64_t losses;       /* times that it was lost again */
};

/* order 9, 11 or 15: the sequence repeats after 2^order - 1 bits. False: there is none of that order. */
bool bert_init(struct bert *bert, unsigned order);
void bert_say(struct bert *bert, uint8_t *octets, size_t n);
/* One interval. What no more agrees in it is a loss of lock, not bit errors. */
void bert_hear(struct bert *bert, const uint8_t *octets, size_t n);
