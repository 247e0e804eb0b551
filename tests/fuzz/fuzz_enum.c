/* What DNS answers about a number: a message with NAPTR records, whose expressions are anybody's. The input is one after
 * its header and question, which are ours. What comes out is a telephone number and a peer of ours. */
#include "call/enum_answer.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lookup_config config = {
		.domains = { { "a.example", "one" }, { "", "all" } },
		.n_domains = 2,
	};
	/* one question for "1.e", NAPTR, and as many answers as the first octet says */
	uint8_t message[4096] = { 0, 0, 0x81, 0x80, 0,   1, 0, 1,  0, 0, 0,
				  0, 1, '1',  1,    'e', 0, 0, 35, 0, 1 };
	enum { HEAD = 21, ANSWERS = 7 };
	struct lookup_answer out;

	if (!size || size - 1 > sizeof(message) - HEAD)
		return 0;
	message[ANSWERS] = data[0];
	memcpy(message + HEAD, data + 1, size - 1);
	enum_answer_read(message, HEAD + size - 1, "1", &config, &out);
	if (out.result != LOOKUP_FOUND && out.result != LOOKUP_NOTHING &&
	    out.result != LOOKUP_FAILED)
		__builtin_trap();
	if (out.result == LOOKUP_FOUND &&
	    (!*out.to_number.digits || !leg_is_number(out.to_number.digits) || !out.has_to ||
	     (strcmp(out.to.name, "one") != 0 && strcmp(out.to.name, "all") != 0)))
		__builtin_trap();
	enum_answer_read(data, size, "1", &config, &out);
	return 0;
}
